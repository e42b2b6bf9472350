//! A bot on the Java assistant of the developer kit: compiled from the kit's own source against the
//! OSC library that comes with it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What a bot author writes around the assistant: it tells what it is told.
const BOT: &str = r#"
import de.sciss.net.OSCMessage;
import org.musicalmetacreation.musebot.tools.MusebotAssistant;

public class Listener implements MusebotAssistant.Responder {
    final MusebotAssistant assistant = new MusebotAssistant();

    public void incoming(OSCMessage message) {}

    public void time(float tempo, int tick) {
        if (tick % 64 == 0) assistant.send("/broadcast/bar", assistant.getClientID(), tick / 64);
    }

    public void gain(float level, float time) {
        System.out.println("gain " + level);
    }

    public void kill() {
        System.out.println("bye");
        System.exit(0);
    }

    public static void main(String[] args) {
        Listener listener = new Listener();
        listener.assistant.respondWith(listener);
    }
}
"#;

/// Lays out a musebot folder with the compiled bot.
pub(crate) fn bot(folder: &Path, assistant: &Path, library: &Path) {
    let classes = folder.join("classes");
    fs::create_dir_all(&classes).unwrap();
    fs::write(folder.join("Listener.java"), BOT).unwrap();
    fs::copy(library, folder.join("NetUtil.jar")).unwrap();
    let built = Command::new("javac")
        .args(["-nowarn", "-d"])
        .arg(&classes)
        .arg("-cp")
        .arg(library)
        .arg("-sourcepath")
        .arg(sources(assistant))
        .arg(folder.join("Listener.java"))
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let config = "id Listener\nmc_hostname localhost\nmc_listen_port 4747\nmy_listen_port 7474\noutput_channels 2\n";
    fs::write(folder.join("config.txt"), config).unwrap();
    fs::write(folder.join("info.txt"), "## platform ##\n\njava\n").unwrap();
    let script = "#!/bin/bash\ncd \"`dirname \"$0\"`\"\njava -cp classes:NetUtil.jar Listener\n";
    fs::write(folder.join("run.command"), script).unwrap();
}

/// Where the assistant's package begins.
fn sources(assistant: &Path) -> PathBuf {
    assistant.ancestors().nth(5).unwrap().to_owned()
}
