//! A small room: four delay lines that feed one another (a feedback delay network), darkened a
//! little on every turn. What comes back is different left and right, and folds to mono unharmed.

/// The lines' lengths in seconds, without a common measure; the first echoes come after 12 ms.
const LINES: [f32; 4] = [0.0127, 0.0189, 0.0251, 0.0313];
/// How much of the high end survives a turn.
const BRIGHTNESS: f32 = 0.55;
/// Below this the memory is cleared, so that no number becomes too small to be fast.
const NOTHING: f32 = 1e-12;

/// The room.
#[derive(Debug, Clone)]
pub(super) struct Room {
    lines: [Vec<f32>; 4],
    at: [usize; 4],
    dark: [f32; 4],
    feedback: [f32; 4],
    low: f32,
}

impl Room {
    /// A room that rings for `seconds` (to −60 dB). Realtime-safe: no.
    pub(super) fn new(seconds: f32, sample_rate: f32) -> Self {
        let lines = LINES.map(|length| vec![0.0; (length * sample_rate) as usize + 1]);
        let feedback = LINES.map(|length| 10f32.powf(-3.0 * length / seconds.max(0.05)));
        Self { lines, at: [0; 4], dark: [0.0; 4], feedback, low: 0.0 }
    }

    /// What the room answers to one frame, left and right. Realtime-safe: yes.
    #[inline]
    pub(super) fn next(&mut self, input: f32) -> [f32; 2] {
        // Bass belongs to the dry sound: a room that booms is mud.
        self.low += (input - self.low) * 0.02;
        let input = input - self.low;
        for (n, dark) in self.dark.iter_mut().enumerate() {
            *dark += (self.lines[n][self.at[n]] * self.feedback[n] - *dark) * BRIGHTNESS;
            if dark.abs() < NOTHING {
                *dark = 0.0;
            }
        }
        let heard = self.dark;
        // A Hadamard matrix mixes without gain or loss.
        let (a, b) = (heard[0] + heard[1], heard[0] - heard[1]);
        let (c, d) = (heard[2] + heard[3], heard[2] - heard[3]);
        let mixed = [(a + c) * 0.5, (b + d) * 0.5, (a - c) * 0.5, (b - d) * 0.5];
        for (n, (line, at)) in self.lines.iter_mut().zip(&mut self.at).enumerate() {
            let sign = if n % 2 == 0 { 0.5 } else { -0.5 };
            line[*at] = mixed[n] + input * sign;
            *at += 1;
            if *at == line.len() {
                *at = 0;
            }
        }
        [heard[0] + 0.7 * heard[2] - 0.3 * heard[1], heard[3] - 0.7 * heard[1] + 0.3 * heard[0]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(room: &mut Room, seconds: f32) -> f32 {
        let frames = (seconds * 48_000.0) as usize;
        let power: f32 = (0..frames).map(|_| room.next(0.0)).map(|[l, r]| l * l + r * r).sum();
        (power / frames as f32).sqrt()
    }

    #[test]
    fn it_rings_about_as_long_as_asked_and_then_is_still() {
        let mut room = Room::new(0.6, 48_000.0);
        room.next(1.0);
        let early = level(&mut room, 0.1);
        level(&mut room, 0.4);
        let late = level(&mut room, 0.1);
        let fallen = 20.0 * (early / late).log10();
        assert!((35.0..75.0).contains(&fallen), "fell by {fallen} dB in half a second");
        level(&mut room, 5.0);
        assert_eq!(level(&mut room, 0.1), 0.0, "denormals would linger");
    }
}
