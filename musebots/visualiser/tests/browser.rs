//! The page in a real browser: what is painted is what is seen.

#[path = "support/chromium.rs"]
mod chromium;

use chromium::Chromium;
use image::RgbImage;
use std::{
    fs::OpenOptions,
    io::Write,
    sync::mpsc::{Receiver, sync_channel},
    time::Duration,
};
use visualiser::{Frame, Mode, Page, Screen, Status, Wish};

const WIDTH: u32 = 960;
const HEIGHT: u32 = 540;

const RED: [u8; 3] = [220, 30, 20];
const GREEN: [u8; 3] = [20, 190, 60];
const BLUE: [u8; 3] = [30, 40, 210];
const BLACK: [u8; 3] = [0, 0, 0];

/// A square: one colour at the left, another at the right.
fn halves(number: u64, left: [u8; 3], right: [u8; 3]) -> Frame {
    let pixels = (0..128 * 128).flat_map(|n| if n % 128 < 64 { left } else { right });
    Frame { number, width: 128, height: 128, rgb: pixels.collect() }
}

struct Shown {
    screen: Screen,
    wishes: Receiver<Wish>,
    page: Page,
    browser: Chromium,
}

/// A page with something on it, in a browser; `None`, and said so, where there is none.
fn shown(status: Status, frame: Frame) -> Option<Shown> {
    let (screen, page, wishes) = served(0, status, frame);
    let Some(browser) = Chromium::open(page.address(), WIDTH, HEIGHT) else {
        left_out("the visualiser's page in a browser: there is no chromium");
        return None;
    };
    Some(Shown { screen, wishes, page, browser })
}

/// What is to be seen is there before anybody can look.
fn served(port: u16, status: Status, frame: Frame) -> (Screen, Page, Receiver<Wish>) {
    let screen = Screen::default();
    screen.tell(status);
    screen.show(frame);
    let (sender, wishes) = sync_channel(8);
    let page = Page::serve(screen.clone(), sender, port).unwrap();
    (screen, page, wishes)
}

fn waves() -> Status {
    Status { mode: Mode::Living, style: "waves".into(), auto: true, strength: 0.8, rate: 12.0 }
}

fn left_out(what: &str) {
    eprintln!("left out: {what}");
    if let Some(list) = std::env::var_os("MUSEBOT_LEFT_OUT") {
        let mut list = OpenOptions::new().append(true).create(true).open(list).unwrap();
        writeln!(list, "{what}").unwrap();
    }
}

#[track_caller]
fn assert_is(picture: &RgbImage, x: u32, y: u32, colour: [u8; 3]) {
    let seen = picture.get_pixel(x, y).0;
    assert!(seen.iter().zip(colour).all(|(s, c)| s.abs_diff(c) < 12), "at {x}, {y}: {seen:?} is not {colour:?}");
}

const KEYS: &str = "document.body.classList.contains('keys')";
const NO_KEYS: &str = "!document.body.classList.contains('keys') && \
    getComputedStyle(document.getElementById('keys')).visibility === 'hidden'";

#[test]
fn what_is_painted_is_seen_in_its_place_and_keys_are_wishes() {
    let Some(Shown { screen, wishes, page, mut browser }) = shown(waves(), halves(1, RED, GREEN)) else { return };
    browser.wait_until("shown === 1");

    // The keys are shown at first, and how things stand. Where that is over already, they are asked for.
    let asked = browser.value(KEYS) != true;
    if asked {
        browser.press("?");
        browser.wait_until(KEYS);
    }
    browser.wait_until("document.getElementById('state').textContent.includes('waves')");
    let _ = browser.screenshot("keys");
    if asked {
        browser.press("Escape");
    }
    browser.wait_until(NO_KEYS);

    // All of the picture: as high as the window, black beside it.
    let seen = browser.screenshot("contain");
    assert_eq!(seen.dimensions(), (WIDTH, HEIGHT));
    assert_is(&seen, WIDTH / 2 - 40, HEIGHT / 2, RED);
    assert_is(&seen, WIDTH / 2 + 40, HEIGHT / 2, GREEN);
    assert_is(&seen, WIDTH / 2 - HEIGHT / 2 + 8, 8, RED);
    assert_is(&seen, WIDTH / 2 + HEIGHT / 2 - 8, HEIGHT - 8, GREEN);
    assert_is(&seen, 40, HEIGHT / 2, BLACK);
    assert_is(&seen, WIDTH - 40, HEIGHT / 2, BLACK);

    // Filling the screen.
    browser.press("c");
    let seen = browser.screenshot("cover");
    assert_is(&seen, 8, 8, RED);
    assert_is(&seen, WIDTH - 8, HEIGHT - 8, GREEN);

    // The next frame, without anybody's doing.
    screen.show(halves(2, GREEN, BLUE));
    browser.wait_until("shown === 2");
    let seen = browser.screenshot("next");
    assert_is(&seen, 8, 8, GREEN);
    assert_is(&seen, WIDTH - 8, 8, BLUE);

    // Keys are wishes.
    let mut wished = |key: &str| {
        browser.press(key);
        wishes.recv_timeout(Duration::from_secs(20)).unwrap_or_else(|_| panic!("{key} is no wish"))
    };
    assert_eq!(wished("ArrowRight"), Wish::Next(1));
    assert_eq!(wished("ArrowLeft"), Wish::Next(-1));
    assert_eq!(wished("3"), Wish::Style(3));
    assert_eq!(wished("a"), Wish::Auto);
    assert_eq!(wished("m"), Wish::Mode(Mode::Paint));
    assert!(matches!(wished("+"), Wish::Stronger(step) if step > 0.0));
    assert!(matches!(wished("-"), Wish::Stronger(step) if step < 0.0));
    screen.tell(Status { mode: Mode::Paint, style: "candles".into(), auto: false, strength: 0.7, rate: 3.0 });
    browser.wait_until("document.getElementById('status').textContent.includes('paint · candles')");
    let _ = browser.screenshot("wished");

    // Nothing went wrong on the way, and nothing was asked of anybody else.
    let from = "performance.getEntriesByType('resource').every((r) => r.name.startsWith(location.origin))";
    assert_eq!(browser.value(from), true);
    drop(page);
}

#[test]
fn a_page_that_has_lost_the_bot_says_so_and_finds_the_next_one() {
    let Some(Shown { page, mut browser, .. }) = shown(waves(), halves(700, RED, GREEN)) else { return };
    browser.wait_until("shown === 700");
    let port = page.address().trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap();
    drop(page);
    browser.wait_until("document.body.classList.contains('lost')");
    browser.wait_until("getComputedStyle(canvas).opacity < 0.4");
    browser.wait_until(NO_KEYS);
    let seen = browser.screenshot("lost");
    assert_is(&seen, WIDTH / 2 - 60, HEIGHT / 2, RED.map(|c| (f32::from(c) * 0.35) as u8));
    assert_eq!(browser.value("document.getElementById('status').textContent"), "Waiting for the visualiser…");

    let _served = served(port, waves(), halves(1, BLUE, GREEN));
    browser.wait_until("shown === 1 && !document.body.classList.contains('lost')");
    browser.wait_until("getComputedStyle(canvas).opacity == 1");
    let seen = browser.screenshot("found");
    assert_is(&seen, WIDTH / 2 - 60, HEIGHT / 2, BLUE);
    assert_eq!(browser.value("document.body.classList.contains('says')"), false);
}
