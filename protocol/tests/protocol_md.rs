//! PROTOCOL.md and REFERENCE.md tell the truth: their examples are what we send and read, every fact
//! has its paragraph and its tests, and the bots in three languages work.

use musebot_protocol::{
    BotId, Broadcast, ConfigTxt, Control, Meter, Reply, Tempo, Tick, TimeTag, ToBot, ToDirector, messages, time_bundle,
};
use rosc::{OscMessage, OscPacket, OscType};
use std::{
    net::{SocketAddr, UdpSocket},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const DOCUMENT: &str = include_str!("../PROTOCOL.md");
const REFERENCE: &str = include_str!("../REFERENCE.md");

/// The contents of the fenced blocks in one language, in both documents.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    let open = [DOCUMENT, REFERENCE].into_iter().flat_map(|document| document.split(fence.as_str()).skip(1));
    open.map(|rest| rest.split_once("\n```").expect("the block ends").0).collect()
}

/// An example's first line, and the datagram below it.
fn example(block: &str) -> (&str, Vec<u8>) {
    let (line, hex) = block.split_once('\n').expect("text and hex");
    let hex: Vec<char> = hex.chars().filter(|c| !c.is_whitespace()).collect();
    let byte = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).expect("hex");
    (line, hex.chunks(2).map(byte).collect())
}

/// `/address ,tags argument "argument with spaces"` as a message.
fn message(line: &str) -> OscMessage {
    let mut words: Vec<&str> = Vec::new();
    for (i, part) in line.split('"').enumerate() {
        if i % 2 == 1 {
            words.push(part);
        } else {
            words.extend(part.split_whitespace());
        }
    }
    let tags = words[1].strip_prefix(',').expect("type tags");
    assert_eq!(tags.len(), words.len() - 2, "{line}");
    let read = |(tag, word): (char, &&str)| match tag {
        'i' => OscType::Int(word.parse().expect("an int")),
        'f' => OscType::Float(word.parse().expect("a float")),
        's' => OscType::String((*word).to_owned()),
        other => panic!("we do not send `{other}`"),
    };
    OscMessage { addr: words[0].to_owned(), args: tags.chars().zip(&words[2..]).map(read).collect() }
}

#[test]
fn the_examples_hex_is_their_text() {
    let examples = blocks("osc");
    assert!(examples.len() >= 20);
    for (line, datagram) in examples.into_iter().map(example) {
        assert_eq!(rosc::encoder::encode(&OscPacket::Message(message(line))).unwrap(), datagram, "{line}");
    }
}

#[test]
fn the_examples_are_understood_and_said_the_same_way() {
    for (line, datagram) in blocks("osc").into_iter().map(example) {
        let message = messages(&datagram).next().unwrap().unwrap();
        let again = ToBot::decode(&message)
            .map(|word| word.encode())
            .or_else(|_| ToDirector::decode(&message).map(|word| word.encode()))
            .or_else(|_| Control::decode(&message).map(|word| word.encode()))
            .or_else(|_| Reply::decode(&message).map(|word| word.encode()));
        // The one thing that we read in two ways and say in one.
        if line.starts_with("/mc/agentList ,s \"") {
            assert!(again.is_ok());
        } else {
            assert_eq!(again.as_ref(), Ok(&datagram), "{line}");
        }
    }
}

#[test]
fn every_message_is_shown_with_its_bytes() {
    let headings = "\n### `/";
    let sections: Vec<&str> = DOCUMENT.split(headings).skip(1).collect();
    assert!(sections.len() >= 6, "{}", sections.len());
    for section in sections {
        let section = section.split("\n#").next().unwrap_or_default();
        let name = section.lines().next().unwrap_or_default();
        // What a broadcast is shows in section 3, where a bot says one.
        assert!(section.contains("```osc\n") || name.starts_with("broadcast/<topic>` id"), "/{name}");
    }
}

#[test]
fn the_stamped_tick_is_ours() {
    let (line, datagram) = example(blocks("osc-bundle")[0]);
    let tag = line.split_once(' ').unwrap().0.strip_prefix("0x").unwrap();
    let tag = TimeTag(u64::from_str_radix(tag, 16).unwrap());
    assert_eq!(time_bundle(Tempo::default(), Tick(90), tag).as_slice(), datagram);
    let since_1970 = tag.to_system_time().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
    assert_eq!(since_1970.as_millis(), 1_893_499_200_500, "1 January 2030, 12:00:00.5 UTC");
}

#[test]
fn config_txt_stands_there_as_we_write_it() {
    let at = DOCUMENT.find("id bass\nmc_hostname").expect("an example");
    let text = DOCUMENT[at..].split_inclusive('\n').take(5).collect::<String>();
    assert_eq!(ConfigTxt::parse(&text).unwrap().to_string(), text);
}

#[test]
fn every_fact_of_a_bot_has_a_paragraph_that_commands_it() {
    for n in 1..=30 {
        let mark = format!("(B{n})");
        let paragraphs: Vec<&str> = DOCUMENT.split("\n\n").filter(|paragraph| paragraph.contains(&mark)).collect();
        assert!(!paragraphs.is_empty(), "{mark} stands nowhere");
        for paragraph in paragraphs {
            let definition = n == 9; // where a beat is: nothing to be commanded
            assert!(definition || paragraph.contains("MUST") || paragraph.contains("SHOULD"), "{mark}: {paragraph}");
            let plain = !paragraph.contains("```") && !paragraph.starts_with(['|', '#', '-']);
            assert!(
                plain && paragraph.trim_end().ends_with(&mark),
                "{mark} ends a paragraph of plain text: {paragraph}"
            );
        }
    }
    for n in 1..=12 {
        assert!(DOCUMENT.contains(&format!("\n### X{n}. ")), "X{n}");
    }
}

#[test]
fn every_fact_names_tests_that_are_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is around us");
    for (letter, last) in [('D', 40), ('B', 30)] {
        for n in 1..=last {
            let row = format!("\n| {letter}{n} | ");
            let at = REFERENCE.find(&row).unwrap_or_else(|| panic!("{letter}{n} has no row"));
            let line = REFERENCE[at + 1..].lines().next().unwrap_or_default();
            let files: Vec<&str> = line.split('`').skip(1).step_by(2).filter(|word| word.ends_with(".rs")).collect();
            assert!(!files.is_empty(), "{letter}{n} names no test: {line}");
            let name = format!("{}{n}_", letter.to_ascii_lowercase());
            for file in files {
                let text =
                    std::fs::read_to_string(root.join(file)).unwrap_or_else(|e| panic!("{letter}{n}: {file}: {e}"));
                let functions =
                    text.split("#[test]").skip(1).filter_map(|rest| rest.split_once("fn ").map(|(_, name)| name));
                let named = functions.filter(|test| {
                    test.split('(').next().is_some_and(|t| format!("_{t}").contains(&format!("_{name}")))
                });
                let named = named.count();
                assert!(named > 0, "{file} has no test of {letter}{n}");
            }
        }
    }
}

/// How one of the document's bots is run.
#[derive(Clone, Copy)]
struct Language {
    /// What its block begins with.
    fence: &'static str,
    /// What runs it.
    program: &'static str,
    /// What makes that say its version and no more.
    version: &'static str,
    /// What its file is called.
    file: &'static str,
    /// What it calls itself when nobody tells it.
    id: &'static str,
}

const PYTHON: Language =
    Language { fence: "python", program: "python3", version: "--version", file: "bot.py", id: "py-chords" };
const NODE: Language =
    Language { fence: "javascript", program: "node", version: "--version", file: "bot.js", id: "js-chords" };
const SCLANG: Language =
    Language { fence: "supercollider", program: "sclang", version: "-v", file: "bot.scd", id: "sc-chords" };

/// One of the document's bots as a process, ended with the test.
struct Bot {
    process: Child,
    director: UdpSocket,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Bot {
    /// Starts it as a director would, or without config.txt; `None` where the language is not installed.
    fn start(language: Language, launched: bool) -> Option<Self> {
        let Language { fence, program, version, file, .. } = language;
        if Command::new(program).arg(version).env("QT_QPA_PLATFORM", "offscreen").output().is_err() {
            eprintln!("left out: there is no {program}");
            return None;
        }
        let director = UdpSocket::bind("127.0.0.1:0").unwrap();
        director.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let heard_on = director.local_addr().unwrap().port();
        let mut text = blocks(fence)[0].to_owned();
        if launched {
            let config = ConfigTxt {
                id: "bot@here".to_owned(),
                mc_hostname: "127.0.0.1".to_owned(),
                mc_listen_port: heard_on,
                my_listen_port: port,
                output_channels: 2,
            };
            std::fs::write(folder.path().join("config.txt"), format!("{config}els 2\nid other\n")).unwrap();
        } else {
            assert!(text.contains("4747"));
            text = text.replace("4747", &heard_on.to_string()).replace("7490", &port.to_string());
        }
        std::fs::write(folder.path().join(file), text).unwrap();
        let mut command = Command::new(program);
        // sclang asks for a screen and a home of its own, and tells its story on stdout.
        command.env("QT_QPA_PLATFORM", "offscreen").env("QTWEBENGINE_DISABLE_SANDBOX", "1");
        command.env("XDG_CONFIG_HOME", folder.path());
        command.arg(file).current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
        let process = command.spawn().unwrap();
        Some(Self { process, director, port, _folder: folder })
    }

    fn tell(&self, datagram: &[u8]) {
        let _ = self.director.send_to(datagram, SocketAddr::from(([127, 0, 0, 1], self.port)));
    }

    /// What it says next that `wanted` accepts, while `nudge` is sent again and again.
    fn says<T>(&self, nudge: &[u8], wanted: impl Fn(ToDirector) -> Option<T>) -> T {
        let until = Instant::now() + Duration::from_secs(20);
        let mut bytes = [0; 2048];
        while Instant::now() < until {
            if !nudge.is_empty() {
                self.tell(nudge);
            }
            let Ok((length, _)) = self.director.recv_from(&mut bytes) else { continue };
            let message = messages(&bytes[..length]).next().unwrap().expect("well formed");
            let word = ToDirector::decode(&message).expect("a bot's word");
            assert_eq!(word.encode(), &bytes[..length], "as we would say it");
            if let Some(found) = wanted(word) {
                return found;
            }
        }
        panic!("the bot did not say it in time");
    }

    fn heartbeat(&self) -> (BotId, Option<u16>) {
        self.says(&[], |word| match word {
            ToDirector::Alive { id, port } => Some((id, port)),
            _ => None,
        })
    }

    fn chord_at(&self, tick: i64) -> Broadcast {
        let tick = ToBot::Time { tempo: Tempo::default(), tick: Tick(tick) }.encode();
        self.says(&tick, |word| match word {
            ToDirector::Broadcast(broadcast) => Some(broadcast),
            _ => None,
        })
    }

    fn ends_with(mut self, datagram: &[u8]) -> Option<i32> {
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until {
            self.tell(datagram);
            let _ = self.director.recv(&mut [0; 2048]);
            if let Some(status) = self.process.try_wait().unwrap() {
                return status.code();
            }
        }
        panic!("the bot did not end in time");
    }
}

/// All that the three promise.
fn beats_speaks_survives_junk_and_ends(language: Language) {
    let Some(bot) = Bot::start(language, true) else { return };
    let id = BotId::new("bot@here").unwrap();
    assert_eq!(bot.heartbeat(), (id, None));
    assert_eq!(bot.chord_at(80_714), Broadcast::new("notepool", "bot@here", vec![57, 60, 64]));
    for junk in [
        &b""[..],
        b"junk",
        b"#bundle\0",
        b"/mc/time\0\0\0\0,fb\0",
        &[0xff; 500],
        b"/mc/meter\0\0\0,ii\0\0\0\0\0\0\0\0\0",
    ] {
        bot.tell(junk);
    }
    bot.tell(&ToBot::Meter(Meter::new(3, 4).unwrap()).encode());
    assert_eq!(bot.chord_at(3 * 48).args, Broadcast::new("", "", vec![67, 71, 74]).args, "the fourth bar of three");
    let stamped = time_bundle(Tempo::default(), Tick(4 * 48), TimeTag(1));
    let chord = bot.says(&stamped, |word| matches!(word, ToDirector::Broadcast(_)).then_some(word));
    assert_eq!(chord, ToDirector::Broadcast(Broadcast::new("notepool", "bot@here", vec![60, 64, 67])));
    // Whole numbers as floats, and the other way round.
    bot.tell(b"/mc/meter\0\0\0,ff\0\x40\x80\0\0\x40\x80\0\0");
    let odd = b"/mc/time\0\0\0\0,if\0\0\0\0\x78\x43\0\0\0"; // 120, 128.0: the third bar of four
    let chord = bot.says(odd, |word| matches!(word, ToDirector::Broadcast(_)).then_some(word));
    assert_eq!(chord, ToDirector::Broadcast(Broadcast::new("notepool", "bot@here", vec![65, 69, 72])));
    assert_eq!(bot.ends_with(&ToBot::Off { frames: None }.encode()), Some(0));
}

/// X1: it beats with its port.
fn joins_without_being_launched(language: Language) {
    let Some(mut bot) = Bot::start(language, false) else { return };
    let (id, port) = bot.heartbeat();
    assert_eq!(id.as_str(), language.id);
    bot.port = port.expect("a guest says where it listens");
    assert_eq!(bot.chord_at(0).speaker, language.id);
    assert_eq!(bot.ends_with(&ToBot::Off { frames: None }.encode()), Some(0));
}

#[test]
fn the_python_bot_beats_speaks_survives_junk_and_ends() {
    beats_speaks_survives_junk_and_ends(PYTHON);
}

#[test]
fn the_javascript_bot_beats_speaks_survives_junk_and_ends() {
    beats_speaks_survives_junk_and_ends(NODE);
}

#[test]
fn the_supercollider_bot_beats_speaks_survives_junk_and_ends() {
    beats_speaks_survives_junk_and_ends(SCLANG);
}

#[test]
fn x1_the_three_bots_join_without_being_launched() {
    for language in [PYTHON, NODE, SCLANG] {
        joins_without_being_launched(language);
    }
}
