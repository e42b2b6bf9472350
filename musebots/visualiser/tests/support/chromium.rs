//! A real browser without a screen, led through its debugging pipe.

use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

/// Longer than a loaded machine takes to start a browser.
const DEADLINE: Duration = Duration::from_secs(90);

/// A browser with one page open.
pub(crate) struct Chromium {
    child: Child,
    tell: ChildStdin,
    told: Receiver<Value>,
    session: Option<String>,
    next: u64,
    _profile: tempfile::TempDir,
}

impl Chromium {
    /// Opens the page; `None` where there is no Chromium, or, as on Ubuntu, only a program that names the snap to install.
    pub(crate) fn open(address: &str, width: u32, height: u32) -> Option<Self> {
        let program = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|program| {
            let version = Command::new(program).arg("--version").stdin(Stdio::null()).output();
            version.is_ok_and(|version| version.status.success())
        })?;
        let profile = tempfile::tempdir().unwrap();
        // It listens on its third file and answers on its fourth.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 >/dev/null 2>&1", "sh", program])
            .args(["--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--no-first-run", "--disable-gpu"])
            .args(["--disable-background-networking", "--disable-component-update", "--force-device-scale-factor=1"])
            .arg(format!("--window-size={width},{height}"))
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (tell, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, told) = channel();
        thread::spawn(move || {
            for answer in BufReader::new(answers).split(0).map_while(Result::ok) {
                if sender.send(serde_json::from_slice(&answer).unwrap()).is_err() {
                    return;
                }
            }
        });
        let mut browser = Self { child, tell, told, session: None, next: 0, _profile: profile };
        let target = browser.call("Target.createTarget", json!({ "url": address }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.call("Target.attachToTarget", attach);
        browser.session = Some(session["sessionId"].as_str().unwrap().to_owned());
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        browser.call("Emulation.setDeviceMetricsOverride", size);
        Some(browser)
    }

    #[track_caller]
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        let answer = self.answer(method, params);
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].clone()
    }

    #[track_caller]
    fn answer(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let mut message = json!({ "id": self.next, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.tell.write_all(format!("{message}\0").as_bytes()).unwrap();
        let deadline = Instant::now() + DEADLINE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let answer = self.told.recv_timeout(left).unwrap_or_else(|e| panic!("no answer to {method}: {e}"));
            if answer["id"] == self.next {
                return answer;
            }
        }
    }

    /// The value of an expression of the page's; nothing as long as there is no page yet to have one.
    #[track_caller]
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let evaluated = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        self.answer("Runtime.evaluate", evaluated)["result"]["result"]["value"].clone()
    }

    #[track_caller]
    pub(crate) fn wait_until(&mut self, expression: &str) {
        let deadline = Instant::now() + DEADLINE;
        while self.value(expression) != json!(true) {
            assert!(Instant::now() < deadline, "never: {expression}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses a key, and lets it go.
    pub(crate) fn press(&mut self, key: &str) {
        let text = if key.chars().count() == 1 { key } else { "" };
        self.call("Input.dispatchKeyEvent", json!({ "type": "keyDown", "key": key, "text": text }));
        self.call("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key }));
    }

    /// What is to be seen. `MUSEBOT_SCREENSHOTS` names a folder to keep it in, for whoever wants to look.
    pub(crate) fn screenshot(&mut self, name: &str) -> image::RgbImage {
        // One picture of everything that has been drawn until now.
        self.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))");
        let shot = self.call("Page.captureScreenshot", json!({ "format": "png" }));
        let bytes = base64(shot["data"].as_str().unwrap());
        if let Some(folder) = std::env::var_os("MUSEBOT_SCREENSHOTS") {
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}.png")), &bytes).unwrap();
        }
        image::load_from_memory(&bytes).unwrap().to_rgb8()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn base64(text: &str) -> Vec<u8> {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for sign in text.bytes().take_while(|sign| *sign != b'=') {
        bits = bits << 6 | SIGNS.iter().position(|s| *s == sign).expect("a sign of base64") as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}
