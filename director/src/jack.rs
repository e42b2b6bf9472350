//! Connects bots with each other where a JACK server runs, as the historic ensemble files ask for it:
//! the outputs of the first with the inputs of the second. Uses the server's own tools.

use musebot_protocol::BotId;
use std::{process::Stdio, time::Duration};
use tokio::process::Command;

/// A server that takes longer to answer does not answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many channels are connected: left and right.
const CHANNELS: usize = 2;

/// Makes the connections, and says what could not be connected.
pub(crate) async fn connect(pairs: Vec<(BotId, BotId)>) {
    let Some(list) = ask("jack_lsp", &["-p"]).await else {
        let names: Vec<_> = pairs.iter().map(|(a, b)| format!("{a} with {b}")).collect();
        tracing::warn!(
            "{} not connected: no JACK server answers (`jack_lsp` lists its ports when it does)",
            names.join(", ")
        );
        return;
    };
    for (from, to) in pairs {
        let outs = ports_of(&list, from.as_str(), Way::Out);
        let ins = ports_of(&list, to.as_str(), Way::In);
        if outs.is_empty() || ins.is_empty() {
            let (who, what) = if outs.is_empty() { (&from, "outputs") } else { (&to, "inputs") };
            tracing::warn!("{from} is not connected with {to}: JACK knows no {what} of `{who}`");
            continue;
        }
        for (out, input) in outs.iter().zip(&ins) {
            if ask("jack_connect", &[out, input]).await.is_none() {
                tracing::warn!("JACK did not connect {out} with {input}: perhaps they are connected already");
            }
        }
        tracing::info!("{from} is connected with {to} through JACK");
    }
}

/// Runs one of JACK's tools; what it printed, if all went well.
async fn ask(tool: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(tool)
        .args(args)
        // Asking must not start a server.
        .env("JACK_NO_START_SERVER", "1")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(PATIENCE, output).await.ok()?.ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether sound comes out of a port or goes into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Out,
    In,
}

/// The first two ports of a bot, from what `jack_lsp -p` prints. Clients call themselves like the
/// bot or nearly so: `ae_Bot:out1`, `ae_Bot-01:out_1`.
fn ports_of(list: &str, bot: &str, way: Way) -> Vec<String> {
    let word = match way {
        Way::Out => "output,",
        Way::In => "input,",
    };
    let mut ports: Vec<&str> = Vec::new();
    let mut port = None;
    for line in list.lines() {
        match line.trim_start().strip_prefix("properties:") {
            Some(properties) if line.starts_with(char::is_whitespace) => {
                let right = properties.split_whitespace().any(|p| p == word);
                ports.extend(port.take().filter(|_| right));
            }
            _ if !line.starts_with(char::is_whitespace) => port = Some(line.trim_end()),
            _ => {}
        }
    }
    let client = |port: &str| port.rsplit_once(':').map_or(port, |(client, _)| client).to_lowercase();
    let bot = bot.to_lowercase();
    let exact: Vec<&str> = ports.iter().copied().filter(|port| client(port) == bot).collect();
    let found = if exact.is_empty() {
        // Another bot may have a longer name that begins like this one's.
        let continues = |rest: &str| !rest.starts_with(char::is_alphanumeric) || rest.starts_with('_');
        ports.retain(|port| client(port).strip_prefix(&bot).is_some_and(continues));
        ports
    } else {
        exact
    };
    found.into_iter().take(CHANNELS).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "system:capture_1\n\tproperties: output,physical,terminal,\n\
        ae_Bot:out1\n\tproperties: output,\nae_Bot:out2\n\tproperties: output,\nae_Bot:out3\n\tproperties: output,\n\
        ae_Bot:in1\n\tproperties: input,\nae_Bot2:out1\n\tproperties: output,\n\
        BC_pad-01:in_1\n\tproperties: input,\nBC_pad-01:in_2\n\tproperties: input,\n";

    #[test]
    fn a_bots_first_two_ports_are_found_by_its_name() {
        assert_eq!(ports_of(LIST, "ae_Bot", Way::Out), ["ae_Bot:out1", "ae_Bot:out2"]);
        assert_eq!(ports_of(LIST, "ae_bot", Way::In), ["ae_Bot:in1"]);
        assert_eq!(ports_of(LIST, "ae_Bot2", Way::Out), ["ae_Bot2:out1"]);
    }

    #[test]
    fn a_client_may_have_a_number_after_its_name_but_not_another_name() {
        assert_eq!(ports_of(LIST, "bc_Pad", Way::In), ["BC_pad-01:in_1", "BC_pad-01:in_2"]);
        assert!(ports_of(LIST, "ae_B", Way::Out).is_empty());
        assert!(ports_of(LIST, "nobody", Way::Out).is_empty() && ports_of("", "ae_Bot", Way::Out).is_empty());
    }
}
