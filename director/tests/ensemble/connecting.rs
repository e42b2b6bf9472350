//! Bots that are connected through JACK, with a server of our own on no hardware.

use crate::{
    folders::{entry, musebot},
    jack::Jack,
    process::{Director, Home},
};

/// Two bots whose sound is that of a client of JACK's with their names, which is there before they beat.
fn pair(home: &Home) -> std::path::PathBuf {
    for (name, client) in [("pad", "jack_simple_client"), ("hall", "jack_thru")] {
        let here = format!("jack_lsp | grep -q ^{name}:");
        let client =
            format!("{client} {name} > /dev/null 2>&1 &\nfor n in {{1..50}}; do {here} && break; sleep 0.1; done");
        musebot(home, name, &format!("if [ \"$JACK_DEFAULT_SERVER\" != nobody ]; then\n{client}\nfi\nexec BOT"));
    }
    home.ensemble(&format!("jack-connect = [[\"pad\", \"hall\"]]\n{}{}", entry("pad", ""), entry("hall", "")))
}

#[test]
fn d33_jack_connect_leads_one_bots_outputs_into_anothers_inputs() {
    let Some(jack) = Jack::start(&["jack_connect", "jack_simple_client", "jack_thru"]) else {
        return eprintln!("not run: JACK and its tools are not installed");
    };
    let home = Home::new();
    let director = Director::play_in(&pair(&home), &[], &jack.variables());
    director.says("pad is connected with hall through JACK");
    let ports = jack.list();
    let (_, pad) = ports.split_once("\npad:output1\n").expect("its first output");
    let connected = |list: &str, to: &str| list.lines().take_while(|l| l.starts_with(' ')).any(|l| l.trim() == to);
    assert!(connected(pad, "hall:input_1"), "{ports}");
    let (_, pad) = ports.split_once("\npad:output2\n").expect("its second output");
    assert!(connected(pad, "hall:input_2"), "{ports}");
}

#[test]
fn d33_where_no_jack_server_runs_the_connection_is_left_out_and_said() {
    let home = Home::new();
    let director = Director::play_in(&pair(&home), &[], &[("JACK_DEFAULT_SERVER", "nobody")]);
    let line = director.says("not connected");
    assert!(line.contains("pad with hall not connected: no JACK server answers"), "{line}");
    director.plays(&["pad", "hall"]);
}
