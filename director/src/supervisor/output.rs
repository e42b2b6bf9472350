//! What children print: logged line by line under their names, and the last lines kept for their cards.

use std::{cell::RefCell, collections::VecDeque, rc::Rc, sync::Arc, time::Duration};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Lines of a child's output that are kept for its card.
const LAST_LINES: usize = 20;
/// A longer line is cut.
const LONGEST_LINE: usize = 2048;
/// More lines than this in a second are counted, not shown.
const MOST_LINES_A_SECOND: u32 = 50;
/// The last lines that a child has printed.
pub(super) type Lines = Rc<RefCell<VecDeque<String>>>;

/// Logs one line of a child; bots that say how serious it is are taken at their word.
fn log(name: &str, text: &str) {
    match text.trim_start().split_once(' ') {
        Some(("ERROR", rest)) => tracing::error!("{name}: {rest}"),
        Some(("WARN", rest)) => tracing::warn!("{name}: {rest}"),
        Some(("INFO", rest)) => tracing::info!("{name}: {rest}"),
        Some(("DEBUG" | "TRACE", rest)) => tracing::debug!("{name}: {rest}"),
        _ => tracing::info!("{name}: {text}"),
    }
}

/// Logs a child's output line by line, and keeps the last lines.
pub(super) async fn read(name: Arc<str>, mut from: impl AsyncRead + Unpin, last: Lines) {
    let mut buffer = [0_u8; 4096];
    let mut line = Vec::new();
    let mut second = tokio::time::Instant::now();
    let mut shown = 0;
    let mut hidden = 0;
    let mut finish = |line: &mut Vec<u8>| {
        // Nobody's terminal is to be driven by what a bot prints.
        let text: String =
            String::from_utf8_lossy(line).trim_end().chars().filter(|c| !c.is_control() || *c == '\t').collect();
        line.clear();
        if text.is_empty() {
            return;
        }
        if second.elapsed() >= Duration::from_secs(1) {
            if hidden > 0 {
                tracing::warn!("{name}: … and {hidden} lines more");
            }
            (second, shown, hidden) = (tokio::time::Instant::now(), 0, 0);
        }
        if shown < MOST_LINES_A_SECOND {
            shown += 1;
            log(&name, &text);
        } else {
            hidden += 1;
        }
        let mut last = last.borrow_mut();
        if last.len() == LAST_LINES {
            last.pop_front();
        }
        last.push_back(text);
    };
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        for byte in &buffer[..n] {
            match byte {
                b'\n' => finish(&mut line),
                byte if line.len() < LONGEST_LINE => line.push(*byte),
                _ => {}
            }
        }
        // A child that prints without end gets its turn like everybody else.
        tokio::task::yield_now().await;
    }
    finish(&mut line);
}
