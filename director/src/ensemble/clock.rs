//! `[clock]`: the machines that follow our MIDI clock, and the one whose clock we follow.

use super::{
    Fault,
    fields::{Field, Fields},
};
use musebot_devices::{MidiAddress, Wanted};

const KEYS: [&str; 2] = ["out", "in"];
const PORT_KEYS: [&str; 3] = ["to", "offset-ms", "system"];

const EXAMPLE: &str = "such as \"midi:TR-8\" or \"midi:virtual\" (`director devices` lists the ports)";

/// What a port of our own is called, for others to connect to.
const OUT: &str = "clock";
const IN: &str = "clock in";

/// The clocks of other machines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClockPorts {
    /// Who gets MIDI clock.
    pub out: Vec<ClockPort>,
    /// Whose MIDI clock leads.
    pub input: Option<ClockPort>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockPort {
    /// Where it is.
    pub address: MidiAddress,
    /// How many milliseconds later than our music its pulses are.
    pub offset_ms: f64,
}

pub(super) fn read(fields: &Fields<'_>, faults: &mut Vec<Fault>) -> ClockPorts {
    let Some(table) = fields.read("clock", faults, Field::table) else { return ClockPorts::default() };
    table.only("[clock]", &KEYS, faults, |_| None);
    let mut out = Vec::new();
    for field in table.get("out").map(|field| field.one_or_more()).unwrap_or_default() {
        out.extend(port(&field, OUT, faults));
    }
    let input = table.get("in").and_then(|field| {
        if field.value.is_array() {
            faults.push(field.fault("only one clock can lead", EXAMPLE));
            return None;
        }
        port(&field, IN, faults)
    });
    ClockPorts { out, input }
}

/// `"midi:PORT"`, or a table that says more.
fn port(field: &Field<'_>, own: &str, faults: &mut Vec<Fault>) -> Option<ClockPort> {
    let read = |field: &Field<'_>| address(field, own);
    if !field.value.is_table() {
        let address = read(field).map_err(|fault| faults.push(fault)).ok()?;
        return Some(ClockPort { address, offset_ms: 0.0 });
    }
    let table = field.table().map_err(|fault| faults.push(fault)).ok()?;
    table.only("a clock's port", &PORT_KEYS, faults, |_| None);
    let address = table.need("to", "this port", "to = \"midi:TR-8\"", faults, read);
    let offset_ms = table.read("offset-ms", faults, |v| v.number_in(-500.0..=500.0, "an offset in milliseconds"));
    let system = table.read("system", faults, |v| v.parse("\"alsa\" or \"jack\""));
    let address = MidiAddress { system, ..address? };
    Some(ClockPort { address, offset_ms: offset_ms.unwrap_or_default() })
}

fn address(field: &Field<'_>, own: &str) -> Result<MidiAddress, Fault> {
    let text = field.text()?;
    let port = match text.split_once(':').map(|(kind, name)| (kind.trim(), name.trim())) {
        Some(("midi", "virtual")) => Wanted::Virtual(own.to_owned()),
        Some(("midi", name)) if !name.is_empty() => Wanted::Named(name.to_owned()),
        _ => return Err(field.fault(format!("`{text}` is not a port for a clock"), EXAMPLE)),
    };
    Ok(MidiAddress { port, system: None })
}

#[cfg(test)]
mod tests {
    use super::super::Ensemble;
    use musebot_devices::{MidiSystem, Wanted};

    fn faults(toml: &str) -> String {
        Ensemble::parse(toml, "band.toml").unwrap_err().to_string()
    }

    #[test]
    fn a_clock_goes_to_as_many_ports_as_one_likes_each_with_an_offset() {
        let text = "[clock]\nout = [\"midi:TR-8\", { to = \"midi:virtual\", offset-ms = -3, system = \"jack\" }]\n";
        let clock = Ensemble::parse(text, "band.toml").unwrap().clock;
        assert_eq!(clock.out[0].address.port, Wanted::Named("TR-8".into()));
        assert_eq!((clock.out[0].offset_ms, clock.out[0].address.system), (0.0, None));
        assert_eq!(clock.out[1].address.port, Wanted::Virtual("clock".into()));
        assert_eq!((clock.out[1].offset_ms, clock.out[1].address.system), (-3.0, Some(MidiSystem::Jack)));
        assert_eq!(clock.input, None);
    }

    #[test]
    fn one_clock_leads() {
        let text = "[clock]\nin = \"midi:Digitakt\"\nout = \"midi:TR-8\"\n";
        let clock = Ensemble::parse(text, "band.toml").unwrap().clock;
        assert_eq!(clock.input.unwrap().address.port, Wanted::Named("Digitakt".into()));
        assert_eq!(clock.out.len(), 1);
        assert!(faults("[clock]\nin = [\"midi:a\", \"midi:b\"]").contains("only one clock can lead"));
    }

    #[test]
    fn what_is_wrong_with_a_clock_is_said_all_at_once() {
        let said = faults(
            "[clock]\nin = \"Digitakt\"\nout = [{ offset-ms = 3 }, { to = \"midi:x\", offset-ms = 900 }]\nouts = 1\n",
        );
        for words in [
            "`outs` is not a key of [clock]",
            "`Digitakt` is not a port for a clock",
            "has no `to`",
            "between -500 and 500",
        ] {
            assert!(said.contains(words), "{words}:\n{said}");
        }
    }
}
