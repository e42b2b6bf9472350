//! `stylise` as it is used: small pictures, and a network that learnt nothing, so that it is quick.

use generative_models::Picture;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder with a content and a style in it.
struct Studio(TempDir);

impl Studio {
    fn new() -> Self {
        let studio = Self(tempfile::tempdir().unwrap());
        let round = |x: usize, y: usize| ((x as f32 - 30.0).hypot(y as f32 - 20.0) / 40.0).min(1.0);
        Picture::new(60, 40, |x, y| [round(x, y), 0.5, 1.0 - round(x, y)]).save(&studio.path("content.png")).unwrap();
        let striped = |x: usize, y: usize| if (x + 2 * y) % 12 < 6 { [0.9, 0.8, 0.1] } else { [0.1, 0.2, 0.5] };
        Picture::new(50, 50, striped).save(&studio.path("style.png")).unwrap();
        studio
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, words: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stylise"));
        command.args(words.split_whitespace()).current_dir(self.0.path()).env_remove("RAYON_NUM_THREADS");
        command.output().unwrap()
    }

    /// What it says when all goes well: on the screen, and as its result.
    fn paints(&self, words: &str) -> (String, String) {
        let output = self.run(words);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (told, result) = (text(output.stderr), text(output.stdout));
        assert!(output.status.success(), "{words}: {told}");
        (told, result)
    }

    /// What it says when it refuses.
    fn refuses(&self, words: &str) -> String {
        let output = self.run(words);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{words}: {said}");
        assert!(!said.contains("panicked") && !said.to_lowercase().contains("stack backtrace"), "{words}: {said}");
        said
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    fn size(&self, name: &str) -> (usize, usize) {
        let picture = Picture::open(&self.path(name)).unwrap();
        (picture.width(), picture.height())
    }

    fn files(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(self.0.path()).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

const SMALL: &str = "--features random --size 48 --iterations 6";

#[test]
fn a_content_and_a_style_become_a_painting() {
    let studio = Studio::new();
    let (told, result) = studio.paints(&format!("content.png style.png -o out.png {SMALL}"));
    assert_eq!(studio.size("out.png"), (48, 32));
    assert!(told.contains("random weights"), "who looks is always said: {told}");
    assert!(told.contains("6/6") && told.contains("α·content") && told.contains("β·style"), "{told}");
    assert!(result.starts_with("out.png: 48 × 32 pixels · 6 evaluations · α·content"), "{result}");
    assert_eq!(studio.files(), ["content.png", "out.png", "style.png"]);
}

#[test]
fn the_same_seed_paints_the_same_bytes_whatever_the_threads() {
    let studio = Studio::new();
    let paint = |out: &str, more: &str| {
        studio.paints(&format!("content.png style.png -o {out} {SMALL} --start noise {more}"));
        studio.bytes(out)
    };
    let first = paint("a.png", "--seed 7 --threads 1");
    assert_eq!(first, paint("b.png", "--seed 7 --threads 2"));
    assert_ne!(first, paint("c.png", "--seed 8"));
}

#[test]
fn paintings_on_the_way_and_the_loss_curve_lie_beside_it() {
    let studio = Studio::new();
    studio.paints(&format!("content.png style.png -o out.webp {SMALL} --save-every 2 --loss-curve --optimiser adam"));
    assert_eq!(
        studio.files(),
        ["content.png", "out-0002.webp", "out-0004.webp", "out-losses.png", "out.webp", "style.png"]
    );
    assert_ne!(studio.bytes("out-0002.webp"), studio.bytes("out-0004.webp"));
    assert_eq!(studio.size("out-losses.png"), (960, 540));
    studio.paints(&format!("content.png style.png -o out.jpg {SMALL} --loss-curve=how.png"));
    assert_eq!(studio.size("how.png"), (960, 540));
}

#[test]
fn every_switch_changes_the_picture() {
    let studio = Studio::new();
    let paint = |more: &str| {
        let small = "--features random --size 32 --iterations 3";
        studio.paints(&format!("content.png style.png -o out.png {small} {more}"));
        studio.bytes("out.png")
    };
    let plain = paint("--optimiser adam");
    for more in [
        "--optimiser lbfgs",
        "--rate 0.1",
        "--rate 0.02 --alpha 50",
        "--rate 0.02 --beta 1e-3",
        "--rate 0.02 --start noise",
        "--rate 0.02 --start style",
        "--rate 0.02 --pooling max",
        "--rate 0.02 --variation 1000",
        "--rate 0.02 --keep-colours",
        "--rate 0.02 --content-layers relu2_1",
        "--rate 0.02 --style-layers relu1_1=0.1,relu3_1=2",
    ] {
        assert_ne!(paint(more), plain, "{more}");
    }
    assert_eq!(paint("--rate 0.02"), plain, "a rate is Adam's");
}

#[test]
fn several_styles_mix_by_their_weights() {
    let studio = Studio::new();
    Picture::new(48, 48, |x, y| [(x % 5) as f32 / 4.0, (y % 7) as f32 / 6.0, 0.0])
        .save(&studio.path("x=2.png"))
        .unwrap();
    let paint = |styles: &str| {
        studio.paints(&format!("content.png {styles} -o out.png {SMALL}"));
        studio.bytes("out.png")
    };
    let (even, uneven) = (paint("style.png x=2.png"), paint("style.png=0.9 x=2.png=0.1"));
    assert_ne!(even, uneven);
    assert_ne!(uneven, paint("style.png"));
}

#[test]
fn one_of_both_can_be_made_alone() {
    let studio = Studio::new();
    studio.paints(&format!("content.png --content-only relu2_1 -o content-only.png {SMALL}"));
    assert_eq!(studio.size("content-only.png"), (48, 32));
    studio.paints(&format!("style.png --style-only relu3_1 -o style-only.png {SMALL}"));
    assert_eq!(studio.size("style-only.png"), (48, 48));
}

#[test]
fn the_figure_has_a_picture_for_every_layer() {
    let studio = Studio::new();
    let (told, _) =
        studio.paints("content.png style.png --figure -o figure.png --features random --size 40 --iterations 2");
    assert!(told.contains("content, relu5_1") && told.contains("style, relu1_1"), "{told}");
    let (width, height) = studio.size("figure.png");
    assert!(width > 6 * 40 && height > 2 * 40, "{width} × {height}");
}

#[test]
fn the_fast_network_paints_at_once_and_as_large_as_the_content() {
    let studio = Studio::new();
    let names = studio.paints("--fast list").1;
    let names: Vec<&str> = names.lines().collect();
    assert_eq!(names.len(), 26);
    let (first, last) = (names[0], names[25]);
    studio.paints(&format!("content.png --fast {first} -o one.png"));
    studio.paints(&format!("content.png --fast {first}=0.3 {last}=0.7 -o two.png"));
    assert_eq!((studio.size("one.png"), studio.size("two.png")), ((60, 40), (60, 40)));
    assert_ne!(studio.bytes("one.png"), studio.bytes("two.png"));
    studio.paints(&format!("content.png --fast {first} -o small.png --size 30"));
    assert_eq!(studio.size("small.png"), (30, 20));
    assert!(studio.refuses("content.png --fast nothing -o x.png").contains(last), "styles are named");
    assert!(studio.refuses(&format!("--fast {first} content.png -o x.png")).contains("none is named"));
}

#[test]
fn what_is_odd_about_a_picture_is_said_and_does_no_harm() {
    let studio = Studio::new();
    for (name, says) in [
        ("alpha.png", "transparent: laid on white"),
        ("cmyk.jpg", "printer's colours"),
        ("animated.webp", "its first frame"),
        ("grey.png", ""),
        ("sixteen-bit.png", ""),
    ] {
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(name), studio.path(name)).unwrap();
        let (told, _) = studio.paints(&format!("{name} {name} -o out.png {SMALL}"));
        assert!(told.contains(says), "{name}: {told}");
    }
}

#[test]
fn bad_pictures_are_refused_with_advice() {
    let studio = Studio::new();
    let content = studio.bytes("content.png");
    fs::write(studio.path("cut.png"), &content[..content.len() / 2]).unwrap();
    fs::write(studio.path("empty.png"), "").unwrap();
    fs::write(studio.path("text.jpg"), "this is no picture").unwrap();
    fs::create_dir(studio.path("folder")).unwrap();
    Picture::new(1, 1, |_, _| [0.5; 3]).save(&studio.path("dot.png")).unwrap();
    for (name, says) in [
        ("no.png", "there is no such file"),
        ("cut.png", "ends too early"),
        ("empty.png", "the file is empty"),
        ("text.jpg", "none of PNG, JPEG and WebP"),
        ("folder", "it is a folder"),
        ("dot.png", "too small"),
    ] {
        for words in [format!("{name} style.png"), format!("content.png {name}")] {
            let said = studio.refuses(&format!("{words} -o out.png {SMALL}"));
            assert!(said.contains(says), "{words}: {said}");
        }
    }
    assert!(!studio.path("out.png").exists());
}

#[test]
fn what_cannot_be_is_refused_before_the_work() {
    let studio = Studio::new();
    for (words, says) in [
        ("content.png style.png", "-o OUT.png"),
        ("content.png style.png -o no/out.png", "there is no folder `no`; make it first"),
        ("content.png style.png -o content.png", "which is read"),
        ("content.png style.png -o out.gif", "let it end in .png"),
        ("content.png style.png -o out.png --loss-curve=style.png", "which is read"),
        ("content.png style.png -o out.png --features vgg20", "--features knows random, vgg16"),
        ("content.png style.png -o out.png --features vgg19", "--features vgg19=PATH"),
        ("content.png style.png -o out.png --features vgg16=no.safetensors", "failed to read the weights"),
        ("content.png style.png -o out.png --features vgg16=content.png", "failed to read the weights"),
        ("content.png style.png -o out.png --features random --style-layers relu9_1", "relu5_1"),
        ("content.png style.png -o out.png --features random --beta NaN", "β"),
        ("content.png style.png -o out.png --features random --rate 0.1 --optimiser lbfgs", "--rate is Adam's"),
        ("content.png style.png=0 -o out.png --features random", "weight 0"),
        ("content.png -o out.png", "a content without a style"),
    ] {
        let said = studio.refuses(words);
        assert!(said.contains(says), "{words}: {said}");
    }
    assert_eq!(studio.files(), ["content.png", "style.png"]);
}

/// With a machine of many gigabytes it would begin, and for hours: what would fit is tested where it is judged.
#[cfg(target_os = "linux")]
#[test]
fn what_takes_more_memory_than_there_is_is_refused_with_a_size_that_fits() {
    let memory = fs::read_to_string("/proc/meminfo").unwrap();
    let total = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB"));
    let gigabytes = total.unwrap().parse::<u64>().unwrap() >> 20;
    if !(2..100).contains(&gigabytes) {
        return;
    }
    let studio = Studio::new();
    let said = studio.refuses("content.png style.png -o out.png --features random --size 16384");
    assert!(said.contains("--size 16384 would take") && said.contains("are free; --size "), "{said}");
}

/// A program that does not outlive its test, however that ends.
#[cfg(unix)]
struct Running(std::process::Child);

#[cfg(unix)]
impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
#[test]
fn a_painting_goes_on_when_nobody_reads_what_is_said_of_it() {
    let studio = Studio::new();
    let child = Command::new(env!("CARGO_BIN_EXE_stylise"))
        .args(format!("content.png style.png -o out.png {SMALL}").split(' '))
        .current_dir(studio.0.path())
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn();
    let mut child = Running(child.unwrap());
    drop(child.0.stderr.take());
    assert!(child.0.wait().unwrap().success());
    assert_eq!(studio.size("out.png"), (48, 32));
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_the_picture_as_it_is() {
    use std::io::{BufRead as _, BufReader};
    let studio = Studio::new();
    let child = Command::new(env!("CARGO_BIN_EXE_stylise"))
        .args("content.png style.png -o out.png --features random --size 48 --iterations 20000".split(' '))
        .current_dir(studio.0.path())
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn();
    let mut child = Running(child.unwrap());
    let mut lines = BufReader::new(child.0.stderr.take().unwrap()).lines().map(Result::unwrap);
    lines.by_ref().find(|line| line.starts_with("1/20000")).expect("it says when it has begun");
    let killed = Command::new("kill").args(["-INT", &child.0.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let said = lines.last().unwrap_or_default();
    assert!(child.0.wait().unwrap().success());
    assert!(said.starts_with("stopped after") && said.ends_with("out.png"), "{said}");
    assert_eq!(studio.size("out.png"), (48, 32));
}
