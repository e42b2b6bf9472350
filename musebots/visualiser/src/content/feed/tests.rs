//! A real ffmpeg that makes its own pictures.

use super::*;
use crate::Content;
use std::{path::Path, time::Instant};

const DEADLINE: Duration = Duration::from_secs(30);

/// Red, at 25 pictures a second; `None` where there is no ffmpeg.
fn red(more: &str) -> Option<Feed> {
    let input = Input::read(&format!("ffmpeg:-f lavfi -i color=red:size=64x48:rate=25{more}")).unwrap().unwrap();
    match Feed::start(input, (16, 8)) {
        Ok(feed) => Some(feed),
        Err(e) => {
            assert!(e.to_string().contains("needs ffmpeg"), "{e}");
            crate::left_out("the camera: there is no ffmpeg");
            None
        }
    }
}

#[track_caller]
fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !done() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn pid(feed: &Feed) -> Option<u32> {
    feed.shared.now().child.as_ref().map(Child::id)
}

fn lives(pid: u32) -> bool {
    let pid = rustix::process::Pid::from_raw(pid as i32).unwrap();
    rustix::process::test_kill_process(pid).is_ok()
}

#[test]
fn pictures_come_in_the_size_of_the_canvas() {
    let Some(mut feed) = red("") else { return };
    wait_until("a picture", || feed.newest().is_some());
    let picture = feed.newest().unwrap();
    assert_eq!((picture.width(), picture.height()), (16, 8));
    assert!(picture.pixels().iter().all(|[r, g, b]| *r > 0.95 && *g < 0.05 && *b < 0.05), "{:?}", picture.pixels()[0]);
    let seen = feed.seen;
    wait_until("another", || feed.newest().is_some() && feed.seen > seen);
}

#[test]
fn nothing_is_left_behind() {
    let Some(feed) = red("") else { return };
    let child = pid(&feed).expect("it runs");
    assert!(lives(child));
    drop(feed);
    assert!(!lives(child));
}

#[test]
fn when_it_dies_the_last_picture_stays_and_another_is_started() {
    let Some(mut feed) = red("") else { return };
    wait_until("a picture", || feed.newest().is_some());
    let first = pid(&feed).expect("it runs");
    rustix::process::kill_process(rustix::process::Pid::from_raw(first as i32).unwrap(), rustix::process::Signal::KILL)
        .unwrap();
    wait_until("the first is gone", || pid(&feed) != Some(first));
    assert!(feed.newest().is_some());
    wait_until("there is another", || pid(&feed).is_some_and(|pid| pid != first));
    let seen = feed.shared.count.load(Ordering::Acquire);
    wait_until("it works", || feed.shared.count.load(Ordering::Acquire) > seen);
}

#[test]
fn one_that_never_works_is_no_picture_and_does_not_keep_us() {
    let Some(mut feed) = red(" -i /nowhere/at/all") else { return };
    wait_until("it gives up", || pid(&feed).is_none());
    assert!(feed.newest().is_none());
    let began = Instant::now();
    drop(feed);
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let input = Input::read("camera").unwrap().unwrap();
    let error = Feed::start_program("no-such-ffmpeg", input, (8, 8)).unwrap_err().to_string();
    assert!(error.contains("needs ffmpeg"), "{error}");
}

#[test]
fn a_render_has_no_camera() {
    for wanted in ["camera", "camera:1", "ffmpeg:-f lavfi -i testsrc"] {
        let error = Content::open_for_render(wanted, Path::new("."), 8, 8).unwrap_err().to_string();
        assert!(error.contains("live"), "{error}");
    }
}

#[test]
fn the_last_complaint_is_one_line() {
    assert_eq!(last_line(&b"first\n\nsecond: no such device\x1b\n\n"[..]), "second: no such device");
    assert!(last_line(&vec![b'x'; 10_000][..]).len() <= LONGEST_LINE as usize);
    assert_eq!(last_line(&b""[..]), "");
}
