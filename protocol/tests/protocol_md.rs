//! PROTOCOL.md tells the truth: its examples are what we send and read, and its Python bot works.

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

/// The contents of the fenced blocks in one language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    let open = DOCUMENT.split(fence.as_str()).skip(1);
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
fn every_fact_has_its_line() {
    for (letter, last) in [('D', 40), ('B', 30)] {
        for n in 1..=last {
            assert!(DOCUMENT.contains(&format!("\n| {letter}{n} | ")), "{letter}{n}");
        }
    }
    for n in 1..=9 {
        assert!(DOCUMENT.contains(&format!("\n### X{n}. ")), "X{n}");
    }
}

/// The Python bot as a process, ended with the test.
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
    /// Starts it as a director would, or without config.txt; `None` where there is no Python.
    fn start(launched: bool) -> Option<Self> {
        if Command::new("python3").arg("--version").output().is_err() {
            eprintln!("left out: there is no python3");
            return None;
        }
        let director = UdpSocket::bind("127.0.0.1:0").unwrap();
        director.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let heard_on = director.local_addr().unwrap().port();
        let mut text = blocks("python")[0].to_owned();
        if launched {
            let config = ConfigTxt {
                id: "py@here".to_owned(),
                mc_hostname: "127.0.0.1".to_owned(),
                mc_listen_port: heard_on,
                my_listen_port: port,
                output_channels: 2,
            };
            std::fs::write(folder.path().join("config.txt"), format!("{config}els 2\nid other\n")).unwrap();
        } else {
            assert!(text.contains("4747"));
            text = text.replace("4747", &heard_on.to_string());
        }
        std::fs::write(folder.path().join("bot.py"), text).unwrap();
        let mut command = Command::new("python3");
        let process = command.arg("bot.py").current_dir(folder.path()).stdin(Stdio::null()).spawn().unwrap();
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

#[test]
fn the_python_bot_beats_speaks_survives_junk_and_ends() {
    let Some(bot) = Bot::start(true) else { return };
    let id = BotId::new("py@here").unwrap();
    assert_eq!(bot.heartbeat(), (id, None));
    assert_eq!(bot.chord_at(80_714), Broadcast::new("notepool", "py@here", vec![57, 60, 64]));
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
    assert_eq!(chord, ToDirector::Broadcast(Broadcast::new("notepool", "py@here", vec![60, 64, 67])));
    assert_eq!(bot.ends_with(&ToBot::Off { frames: None }.encode()), Some(0));
}

#[test]
fn x1_the_python_bot_joins_without_being_launched() {
    let Some(mut bot) = Bot::start(false) else { return };
    let (id, port) = bot.heartbeat();
    assert_eq!(id.as_str(), "py-chords");
    bot.port = port.expect("a guest says where it listens");
    assert_eq!(bot.chord_at(0).speaker, "py-chords");
    assert_eq!(bot.ends_with(&ToBot::Off { frames: None }.encode()), Some(0));
}
