//! The edge that clicks: an audio output, or notes at a MIDI port.

use super::{click, timeline::Timeline};
use anyhow::{Context, bail};
use musebot_devices::{AudioDevice, AudioWish, MidiAddress, MidiMessage, MidiOut, OutputStream, Wanted};
use std::time::{Duration, Instant};

/// Before the first click.
const LEAD: f64 = 1.0;
/// A note is given ahead of its instant by this, or by what the port needs.
const AHEAD: Duration = Duration::from_millis(150);
/// How long a note is held.
const NOTE: Duration = Duration::from_millis(80);
/// How hard it is struck.
const VELOCITY: u8 = 110;

/// Which output is measured.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Where {
    Audio(Option<String>),
    Midi { port: String, channel: u8, note: u8 },
}

impl Where {
    /// As an ensemble file writes it.
    pub(super) fn read(text: &str, channel: u8, note: u8) -> anyhow::Result<Self> {
        match text.trim().split_once(':') {
            None if text.trim() == "audio" => Ok(Self::Audio(None)),
            Some(("audio", device)) if !device.trim().is_empty() => Ok(Self::Audio(Some(device.trim().to_owned()))),
            Some(("midi", port)) if !port.trim().is_empty() => {
                Ok(Self::Midi { port: port.trim().to_owned(), channel, note })
            }
            _ => bail!("`{text}` cannot be measured: write \"audio\", \"audio:DEVICE\" or \"midi:PORT\""),
        }
    }
}

/// An output that clicks, evenly, so many times.
pub(super) enum Mouth {
    Audio {
        _stream: OutputStream,
        told: rtrb::Consumer<(u64, Instant)>,
        line: Timeline,
        every: u64,
        first: u64,
        name: String,
    },
    Midi {
        out: MidiOut,
        channel: u8,
        note: u8,
        given: u32,
    },
}

/// The clicks of one output.
pub(super) struct Clicks {
    pub(super) mouth: Mouth,
    epoch: Instant,
    /// When the first click of a MIDI output is due, in seconds since the epoch.
    begins: f64,
    every: f64,
    many: u32,
}

impl Clicks {
    /// Opens the output; the first click is a second away.
    pub(super) fn open(
        place: &Where,
        wish: &AudioWish,
        system: Option<musebot_devices::MidiSystem>,
        epoch: Instant,
        every: f64,
        many: u32,
    ) -> anyhow::Result<Self> {
        let mouth = match place {
            Where::Audio(device) => audio(AudioWish { device: device.clone(), ..wish.clone() }, every, many)?,
            Where::Midi { port, channel, note } => {
                let address = MidiAddress { port: Wanted::Named(port.clone()), system };
                let out = MidiOut::open("director", &address).context("failed to open the output that is to click")?;
                Mouth::Midi { out, channel: *channel, note: *note, given: 0 }
            }
        };
        Ok(Self { mouth, epoch, begins: epoch.elapsed().as_secs_f64() + LEAD, every, many })
    }

    pub(super) fn name(&self) -> &str {
        match &self.mouth {
            Mouth::Audio { name, .. } => name,
            Mouth::Midi { out, .. } => out.name(),
        }
    }

    /// Does what is due; to be called often.
    pub(super) fn go_on(&mut self) {
        let (epoch, begins, every, many) = (self.epoch, self.begins, self.every, self.many);
        match &mut self.mouth {
            Mouth::Audio { told, line, .. } => {
                while let Ok((frame, at)) = told.pop() {
                    line.tell(frame, at.saturating_duration_since(epoch).as_secs_f64());
                }
            }
            Mouth::Midi { out, channel, note, given } => {
                while *given < many {
                    let at = epoch + Duration::from_secs_f64(begins + every * f64::from(*given));
                    if at > Instant::now() + out.latency() + AHEAD {
                        break;
                    }
                    out.send(at, MidiMessage::note_on(*channel, *note, VELOCITY));
                    out.send(at + NOTE, MidiMessage::note_off(*channel, *note));
                    *given += 1;
                }
            }
        }
    }

    /// When click `n` was to be heard, in seconds since the epoch, by what the output says of itself.
    pub(super) fn due(&self, n: u32) -> Option<f64> {
        match &self.mouth {
            Mouth::Audio { line, every, first, .. } => line.time_of(first + every * u64::from(n)),
            Mouth::Midi { .. } => Some(self.begins + self.every * f64::from(n)),
        }
    }
}

fn audio(wish: AudioWish, every: f64, many: u32) -> anyhow::Result<Mouth> {
    let device = AudioDevice::find(wish).context("failed to find the output that is to click")?;
    let rate = device.sample_rate();
    let click = click::samples(rate);
    let (first, every) = ((LEAD * f64::from(rate)) as u64, (every * f64::from(rate)) as u64);
    let (mut tells, told) = rtrb::RingBuffer::new(1 << 14);
    let mut frame = 0_u64;
    let name = device.name().to_owned();
    // Realtime-safe: a ring and a table.
    let stream = OutputStream::open(&device, move |frames: &mut [[f32; 2]], time| {
        let _ = tells.push((frame, time.at + time.latency));
        for to in frames {
            let sample = match frame.checked_sub(first) {
                Some(since) if since / every < u64::from(many) => {
                    click.get((since % every) as usize).copied().unwrap_or_default()
                }
                _ => 0.0,
            };
            *to = [sample, sample];
            frame += 1;
        }
    })
    .context("failed to open the output that is to click")?;
    Ok(Mouth::Audio { _stream: stream, told, line: Timeline::new(rate), every, first, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_is_named_as_in_an_ensemble_file() {
        let read = |text: &str| Where::read(text, 2, 36).ok();
        assert_eq!(read("audio"), Some(Where::Audio(None)));
        assert_eq!(read("audio:Scarlett 2i2: USB"), Some(Where::Audio(Some("Scarlett 2i2: USB".into()))));
        assert_eq!(read("midi:Digitone"), Some(Where::Midi { port: "Digitone".into(), channel: 2, note: 36 }));
        for wrong in ["", "audio:", "midi", "file", "midi: "] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
