//! How a piece ends, so that all end together: in the last bar everybody plays the tonic on
//! beat 1 and lets it ring; nobody begins another note.

use super::{Chord, Plan, Scale};
use crate::Stage;

/// The step of the last bar on which everybody plays for the last time: its first.
pub const FINAL_STEP: usize = 0;

/// Whether this bar is the last one.
#[must_use]
pub fn is_last_bar(stage: &Stage) -> bool {
    stage.bars_left() == Some(1)
}

/// The last chord: the home triad, or what the plan began with if the plan lives in another key.
#[must_use]
pub fn final_chord(scale: Scale, plan: Option<&Plan>) -> Chord {
    let home = Chord::on(scale, 0, 3);
    let Some(plan) = plan else { return home };
    let tones: Vec<i32> = plan.chords().iter().flat_map(Chord::tones).copied().collect();
    let at_home = tones.iter().filter(|tone| scale.has(**tone)).count();
    if at_home * 10 >= tones.len() * 8 { home } else { plan.chords()[0].clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Key, Mode};

    #[test]
    fn a_plan_in_our_key_ends_at_home_and_a_foreign_one_where_it_began() {
        let scale = Scale::new(Key::default(), Mode::Major);
        let plan =
            |chords: &[[i32; 3]]| Plan::new(chords.iter().map(|c| Chord::new(c).unwrap()).collect(), &[]).unwrap();
        assert_eq!(final_chord(scale, Some(&plan(&[[9, 12, 16], [5, 9, 12]]))).root(), 0);
        assert_eq!(final_chord(scale, Some(&plan(&[[6, 10, 13], [1, 5, 8]]))).root(), 6);
    }
}
