//! `director say`: says something to the band, as any bot would.

use crate::{
    cli::Say,
    listen::reading::{printable, raw},
    remote,
};
use anyhow::{Context, bail};
use musebot_protocol::{Arg, Args, Broadcast, Control, Said};
use std::{
    io::{self, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
};

/// Sends one broadcast to the director's own port, and says what was sent with its types.
///
/// # Errors
/// When it is no broadcast, or when no director answers.
pub fn command(args: &Say) -> anyhow::Result<u8> {
    let said = broadcast(&args.address, &args.args)?;
    // A broadcast is not answered: whether somebody is there, and where, the control port says.
    let name = ask(args, "name")?;
    let ip: IpAddr = ask(args, "address")?.parse().context("failed to read the director's address")?;
    let director = SocketAddr::new(ip, args.remote.port);
    let any: IpAddr = if ip.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).context("failed to open a socket")?;
    socket.send_to(&said.encode(), director).with_context(|| format!("failed to send to {director}"))?;
    if let Some(warning) = warning(&said) {
        writeln!(io::stderr().lock(), "warning: {warning}")?;
    }
    writeln!(io::stdout().lock(), "{name}: {}", shown(&said))?;
    Ok(0)
}

/// A value of the director's, as text.
fn ask(args: &Say, what: &str) -> anyhow::Result<String> {
    let mut value = Vec::new();
    let get = Control::Get { what: what.to_owned() };
    remote::run(args.remote.port, args.remote.control, &get, &mut value)?;
    Ok(printable(String::from_utf8_lossy(&value).trim()))
}

/// What the words of the command line say: first who, then what.
fn broadcast(address: &str, words: &[String]) -> anyhow::Result<Broadcast> {
    let Some(topic) = address.strip_prefix("/broadcast/").filter(|topic| !topic.is_empty()) else {
        bail!("{}", instead(address, words));
    };
    if topic.chars().any(|c| c.is_whitespace() || c.is_control() || "#*,?[]{}".contains(c)) {
        bail!("`{address}` is no address: OSC allows no spaces and none of #*,?[]{{}} in it");
    }
    let [speaker, words @ ..] = words else { bail!("who says it? `director say {address} me …`") };
    if speaker.is_empty() {
        bail!("who says it? The first word after the address is the speaker's id, such as `me`");
    }
    let args: Args = words.iter().map(|word| arg(word)).collect();
    Ok(Broadcast::new(topic, speaker, args))
}

/// Whole numbers travel as `i`, other numbers as `f`, all else as text.
fn arg(word: &str) -> Arg {
    let numeric = word.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    match (word.parse::<i32>(), word.parse::<f32>()) {
        (Ok(whole), _) => Arg::Int(whole),
        (_, Ok(number)) if numeric && number.is_finite() => Arg::Float(number),
        _ => Arg::Text(word.to_owned()),
    }
}

/// What to do instead of sending what is no broadcast.
fn instead(address: &str, words: &[String]) -> String {
    let advice = match address {
        "/agent/gain" => "`director gain BOT 0.5` sets a bot's gain".to_owned(),
        "/agent/off" | "/agent/kill" | "/agent/quit" => {
            "`director stop BOT` lets one bot go, `director quit` all of them".to_owned()
        }
        "/agent/alive" | "/agent/hello" => {
            "that is a bot's own word: `director new-bot NAME --lang python` begins one that says it".to_owned()
        }
        "/mc/time" => "`director tempo 96` changes the tempo; ticks are the director's alone".to_owned(),
        "/mc/agentList" | "/mc/hello" => "`director bots` shows who is here".to_owned(),
        _ if address.starts_with("/director/") => {
            let name = address.trim_start_matches("/director/");
            match Control::takes(name) {
                Some(takes) => format!("`director {name}` is a command of its own: it takes {takes}"),
                None => "`director --help` lists the commands".to_owned(),
            }
        }
        _ if address.starts_with("/mc/") => "the director alone says that".to_owned(),
        _ => {
            let topic = address.trim_start_matches('/').trim_start_matches("broadcast").trim_start_matches('/');
            let topic = if topic.is_empty() { "hdensity" } else { topic };
            format!("did you mean `director say /broadcast/{topic} {}`?", quoted(words))
        }
    };
    format!("`{address}` is not for everybody, and only /broadcast/… is sent on: {advice}")
}

fn quoted(words: &[String]) -> String {
    let quote = |word: &String| if word.contains(' ') || word.is_empty() { format!("'{word}'") } else { word.clone() };
    words.iter().map(quote).collect::<Vec<_>>().join(" ")
}

/// What those who listen to a known topic would make of it, if that is not what was meant.
fn warning(said: &Broadcast) -> Option<String> {
    let takes = takes(&said.topic)?;
    let understood = match said.said() {
        None => false,
        // Read, but not all of it.
        Some(Said::NotePool(pitches)) => pitches.len() == said.args.len(),
        Some(Said::PlanChords(chords)) => chords.len() == said.args.len(),
        Some(
            Said::HDensity(_)
            | Said::VDensity(_)
            | Said::Density(_)
            | Said::Progress(_)
            | Said::Valence(_)
            | Said::Arousal(_),
        ) => said.number().is_some_and(|n| (0.0..=1.0).contains(&n)),
        Some(_) => true,
    };
    (!understood).then(|| format!("who listens to {} expects {takes}, and may not understand this", said.topic))
}

/// What a topic of the shared vocabulary takes.
fn takes(topic: &str) -> Option<&'static str> {
    Some(match topic {
        "notepool" => "pitches from 0 to 127, such as 60 64 67",
        "hdensity" | "vdensity" | "activity" | "density" | "progress" | "valence" | "arousal" => {
            "one number from 0 to 1, such as 0.7"
        }
        "tala" => "groups of sixteenths, such as 3 3 2 4 4",
        "phraselength" => "a number of bars, such as 8",
        "phrases" => "a number of phrases, such as 4.0",
        "plan/chords" => "one text for each chord, such as \"0 4 7\" \"5 9 12\"",
        "plan/chordDuration" => "a number for each chord of the plan, such as 8 8",
        "pcprob" => "twelve numbers, one for each pitch class from C",
        "section" => "a name, such as A",
        "text" => "the word that is sung now",
        "line" => "the line that begins now, as one text",
        "onoff" => "1 or 0",
        "initialize" | "exiting" => "a 1 (a 0 means nothing)",
        _ => return None,
    })
}

/// As it was sent: address, types, values.
fn shown(said: &Broadcast) -> String {
    let all: Args = [Arg::Text(said.speaker.clone())].into_iter().chain(said.args.iter().cloned()).collect();
    let tag = |arg: &Arg| match arg {
        Arg::Int(_) => 'i',
        Arg::Float(_) => 'f',
        Arg::Text(_) => 's',
    };
    let types: String = all.iter().map(tag).collect();
    format!("/broadcast/{} ,{types} {}", said.topic, raw(&all))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(words: &str) -> anyhow::Result<Broadcast> {
        let mut words = words.split('|').map(str::to_owned);
        let address = words.next().unwrap();
        broadcast(&address, &words.collect::<Vec<_>>())
    }

    #[test]
    fn whole_numbers_are_ints_others_floats_and_the_rest_is_text() {
        let said = said("/broadcast/x|7|1|-2|0.5|1.0|1e3|.5|0 3 7|me|inf|nan|0x10|99999999999|-|").unwrap();
        assert_eq!(
            (said.topic.as_str(), said.speaker.as_str()),
            ("x", "7"),
            "a speaker is text whatever it looks like"
        );
        let text = |t: &str| Arg::Text(t.to_owned());
        let meant = [
            Arg::Int(1),
            Arg::Int(-2),
            Arg::Float(0.5),
            Arg::Float(1.0),
            Arg::Float(1000.0),
            Arg::Float(0.5),
            text("0 3 7"),
            text("me"),
            text("inf"),
            text("nan"),
            text("0x10"),
            Arg::Float(99_999_999_999.0),
            text("-"),
            text(""),
        ];
        assert_eq!(said.args, meant);
    }

    #[test]
    fn what_was_sent_is_shown_with_its_types() {
        let said = said("/broadcast/plan/chords|me|0 3 7|1|2.0").unwrap();
        assert_eq!(shown(&said), "/broadcast/plan/chords ,ssif me \"0 3 7\" 1 2.0");
    }

    #[test]
    fn what_is_no_broadcast_is_refused_with_the_command_that_is_meant() {
        for (words, advice) in [
            ("/agent/gain|bass|0.5", "director gain"),
            ("/agent/off|bass", "director stop"),
            ("/agent/alive|me", "director new-bot"),
            ("/mc/time|120|0", "director tempo"),
            ("/mc/meter|4|4", "the director alone"),
            ("/director/gain|bass|1", "a name, a gain from 0 to 1"),
            ("/director/x|bass", "director --help"),
            ("hdensity|me|0.7", "director say /broadcast/hdensity me 0.7"),
            ("/broadcast/|me", "director say /broadcast/hdensity me"),
            ("/broadcast/a b|me", "no spaces"),
            ("/broadcast/x||1", "who says it"),
        ] {
            let error = said(words).unwrap_err().to_string();
            assert!(error.contains(advice), "{words}: {error}");
        }
    }

    #[test]
    fn a_known_topic_with_values_that_nobody_can_read_is_warned_of() {
        for words in [
            "hdensity|me|lots",
            "hdensity|me|7",
            "hdensity|me",
            "notepool|me|C4",
            "notepool|me|60|200",
            "tala|me|0",
            "plan/chords|me|major",
            "exiting|me|0",
            "phraselength|me|0",
            "pcprob|me|1|0",
            "section|me",
        ] {
            let said = said(&format!("/broadcast/{words}")).unwrap();
            assert!(warning(&said).is_some_and(|w| w.contains(&said.topic)), "{words}");
        }
        for words in [
            "hdensity|me|0.7",
            "notepool|me|60|64",
            "tala|me|3|3|2",
            "plan/chords|me|0 4 7",
            "exiting|me|1",
            "onoff|me|0",
            "section|me|A",
            "progress|me|1",
            "my/own/topic|me|anything",
        ] {
            assert_eq!(warning(&said(&format!("/broadcast/{words}")).unwrap()), None, "{words}");
        }
    }
}
