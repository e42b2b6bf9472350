//! Small files of every kind (`tests/pictures`, made with Pillow): four fields, red, green, blue and yellow, 32 × 24.

use super::*;
use proptest::prelude::*;
use std::path::PathBuf;

const FIELDS: [(usize, usize, [u8; 3]); 4] =
    [(4, 4, [200, 40, 40]), (24, 4, [40, 160, 60]), (4, 18, [40, 60, 200]), (24, 18, [230, 220, 60])];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(name)
}

fn open(name: &str) -> Reading {
    Reading::open(&path(name), None).unwrap_or_else(|e| panic!("{e}"))
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).unwrap()
}

fn refused(bytes: &[u8]) -> String {
    Reading::of(bytes, None).unwrap_err().to_string()
}

fn at(picture: &Picture, x: usize, y: usize) -> [u8; 3] {
    picture.pixels()[y * picture.width() + x].map(|c| (c * 255.0).round() as u8)
}

/// The four fields are where they belong, to within so many steps of 255.
fn has_the_fields(name: &str, within: u8) {
    let reading = open(name);
    assert_eq!(reading.size, (32, 24), "{name}");
    for (x, y, wanted) in FIELDS {
        let is = at(&reading.picture, x, y);
        assert!(is.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= within), "{name} at {x}, {y}: {is:?}");
    }
}

#[test]
fn every_kind_of_file_has_its_colours() {
    for exact in ["rgb.png", "sixteen-bit.png", "palette.png", "lossless.webp", "animated.webp", "animated.png"] {
        has_the_fields(exact, 0);
    }
    for near in ["rgb.jpg", "progressive.jpg", "lossy.webp"] {
        has_the_fields(near, 6);
    }
}

#[test]
fn printers_colours_become_those_of_a_screen() {
    for name in ["cmyk.jpg", "ycck.jpg"] {
        has_the_fields(name, 6);
        assert_eq!(open(name).remarks, [Remark::Inks]);
    }
}

#[test]
fn photos_are_turned_as_the_camera_was_held() {
    for n in 2..=8 {
        has_the_fields(&format!("turned-{n}.jpg"), 30);
    }
    has_the_fields("turned-6.png", 0);
    has_the_fields("turned-6.webp", 0);
}

#[test]
fn a_grey_picture_has_three_equal_channels() {
    for name in ["grey.png", "grey.jpg", "one-bit.png", "sixteen-bit-grey.png"] {
        let reading = open(name);
        assert!(reading.picture.pixels().iter().all(|p| p[0] == p[1] && p[1] == p[2]), "{name}");
        assert_eq!(reading.remarks, [], "{name}");
    }
    let ramp = open("sixteen-bit-grey.png").picture;
    assert!((ramp.pixels()[1][0] - 1.0 / 31.0).abs() < 1e-4, "finer than 8 bits: {}", ramp.pixels()[1][0]);
}

#[test]
fn what_is_transparent_lies_on_white() {
    for name in ["alpha.png", "alpha.webp", "grey-alpha.png"] {
        let reading = open(name);
        assert_eq!(reading.remarks, [Remark::Transparent], "{name}");
        assert_eq!(at(&reading.picture, 2, 4), [255; 3], "{name}");
    }
    let half = at(&open("alpha.png").picture, 12, 4);
    assert_eq!(half, [200, 40, 40].map(|c: u8| (255.0 - 128.0 / 255.0 * (255.0 - f32::from(c))).round() as u8));
    assert_eq!(at(&open("alpha.png").picture, 24, 4), [40, 160, 60]);
    let hole = open("palette-alpha.png");
    assert_eq!((at(&hole.picture, 4, 4), hole.remarks), ([255; 3], vec![Remark::Transparent]));
}

#[test]
fn of_what_moves_the_first_frame_is_taken_and_that_is_said() {
    for name in ["animated.webp", "animated.png"] {
        assert_eq!(open(name).remarks, [Remark::Animated], "{name}");
    }
}

#[test]
fn a_wrong_extension_does_no_harm_and_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let misnamed = folder.path().join("photo.jpg");
    std::fs::copy(path("rgb.png"), &misnamed).unwrap();
    let reading = Reading::open(&misnamed, None).unwrap();
    assert_eq!(reading.remarks, [Remark::Misnamed("PNG")]);
    assert_eq!(reading.remarks[0].to_string(), "a PNG, whatever its name says");
}

#[test]
fn a_large_picture_shrinks_on_the_way_in_as_it_would_later() {
    let at_once = Reading::open(&path("rgb.png"), Some(16)).unwrap();
    assert_eq!(at_once.picture, open("rgb.png").picture.with_longest(16));
    assert_eq!(at_once.size, (32, 24));
    assert_eq!(Reading::open(&path("rgb.png"), Some(500)).unwrap().picture, open("rgb.png").picture);
}

#[test]
fn one_pixel_is_a_picture() {
    let dot = Picture::new(1, 1, |_, _| [1.0, 0.0, 0.0]);
    assert_eq!(Picture::decode(&dot.png().unwrap()).unwrap(), dot);
}

#[test]
fn files_that_are_none_say_what_to_try() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |path: &Path| Picture::open(path).unwrap_err().to_string();
    assert!(refused(folder.path()).contains("it is a folder"));
    let missing = folder.path().join("no.png");
    assert_eq!(refused(&missing), format!("failed to read the picture `{}`: there is no such file", missing.display()));
    let empty = folder.path().join("empty.png");
    std::fs::write(&empty, "").unwrap();
    assert!(refused(&empty).contains("the file is empty"));
}

#[test]
fn garbage_is_refused() {
    assert!(refused(b"certainly no picture").contains("none of PNG, JPEG and WebP"));
    let mut garbage = b"\x89PNG\r\n\x1a\n".to_vec();
    garbage.extend([7; 100]);
    assert!(refused(&garbage).contains("the PNG is damaged"), "{}", refused(&garbage));
}

#[test]
fn a_truncated_file_is_refused_wherever_it_is_cut() {
    for name in ["rgb.png", "rgb.jpg", "progressive.jpg", "cmyk.jpg", "lossy.webp", "lossless.webp", "alpha.webp"] {
        let whole = file(name);
        // The last chunk of a PNG, 12 bytes, says nothing, and the last byte of a WebP may be filling.
        let last = if name.ends_with(".png") { 12 } else { 2 };
        for cut in (1..whole.len() - last).step_by(7) {
            let said = refused(&whole[..cut]);
            assert!(said.contains("fetch it again") || said.contains("is it a picture"), "{name} at {cut}: {said}");
        }
    }
}

#[test]
fn a_file_that_its_decoder_trips_over_is_refused() {
    // A frame of 8 × 8 pixels, says the animation; what is in it has 32 × 24.
    assert_eq!(
        refused(&file("larger-than-its-frame.webp")),
        "failed to read a picture: the WebP is damaged, its decoder gave up; fetch it again"
    );
}

#[test]
fn a_huge_picture_is_refused_before_it_is_unpacked() {
    // 60,000 × 60,000 pixels, says its header; there is nothing behind it.
    let mut file = file("rgb.png");
    file[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    file[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    let mut crc = u32::MAX;
    for byte in &file[12..29] {
        crc ^= u32::from(*byte);
        (0..8).for_each(|_| crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 });
    }
    file[29..33].copy_from_slice(&(!crc).to_be_bytes());
    let said = refused(&file);
    assert!(said.contains("60000 × 60000 are more than 100 megapixels; save it smaller"), "{said}");
}

#[test]
fn a_jpeg_that_says_it_is_huge_is_refused_before_it_is_unpacked() {
    let mut file = file("rgb.jpg");
    let frame = file.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    file[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    assert!(refused(&file).contains("65535 × 65535"), "{}", refused(&file));
}

const KINDS: [&str; 13] = [
    "rgb.png",
    "palette-alpha.png",
    "sixteen-bit.png",
    "animated.png",
    "rgb.jpg",
    "progressive.jpg",
    "cmyk.jpg",
    "turned-6.jpg",
    "lossy.webp",
    "alpha.webp",
    "animated.webp",
    "larger-than-its-frame.webp",
    "turned-6.webp",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), kind in 0_usize..4) {
        let begin: &[u8] = [&b""[..], b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x40\0\0\0WEBPVP8L"][kind];
        let _ = Reading::of(&[begin, &bytes].concat(), Some(8));
    }

    #[test]
    fn no_damaged_file_panics(
        kind in 0..KINDS.len(), damage in proptest::collection::vec((any::<u16>(), any::<u8>()), 1..6), cut in any::<u16>()
    ) {
        let mut file = file(KINDS[kind]);
        for (place, byte) in damage {
            let place = usize::from(place) % file.len();
            file[place] = byte;
        }
        let _ = Reading::of(&file, Some(8));
        file.truncate(usize::from(cut) % file.len());
        let _ = Reading::of(&file, None);
    }
}
