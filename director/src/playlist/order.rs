//! In which order the sets of a playlist are played. Pure.

use crate::launch::bot_seed;

/// How often a shuffled order is drawn again because it will not do.
const DRAWS: u64 = 64;

/// The order of a round: as the names are sorted, or as chance has it.
///
/// `files` are sorted; `before` is the round before, `last` the file that was played last. A shuffled round
/// is another one than the round before, and never begins with what was played last, as far as there is a
/// choice.
#[must_use]
pub fn order<T: Clone + PartialEq>(
    files: &[T],
    shuffle: Option<u64>,
    round: u64,
    before: &[T],
    last: Option<&T>,
) -> Vec<T> {
    let again = |order: &[T]| last.is_some_and(|last| order.first() == Some(last));
    let mut order = files.to_vec();
    if let Some(seed) = shuffle {
        for draw in 0..DRAWS {
            order = shuffled(files, bot_seed(seed, &format!("round {round}, draw {draw}")));
            if !again(&order) && (files.len() < 3 || order != before) {
                return order;
            }
        }
    }
    // Sorted, or out of luck: what has just been played goes to the end of the round.
    if again(&order) && order.len() > 1 {
        order.rotate_left(1);
    }
    order
}

/// Fisher and Yates's shuffle.
fn shuffled<T: Clone>(files: &[T], seed: u64) -> Vec<T> {
    let mut order = files.to_vec();
    for index in (1..order.len()).rev() {
        // The bias of the remainder is one in 2^64 divided by the number of files.
        let other = bot_seed(seed, &index.to_string()) % (index as u64 + 1);
        order.swap(index, usize::try_from(other).unwrap_or(index));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::order;
    use proptest::prelude::*;
    use std::collections::HashSet;

    /// What an evening of so many rounds is like.
    fn rounds(files: usize, shuffle: Option<u64>, count: u64) -> Vec<Vec<usize>> {
        let files: Vec<usize> = (0..files).collect();
        let mut rounds: Vec<Vec<usize>> = Vec::new();
        for round in 0..count {
            let before = rounds.last().cloned().unwrap_or_default();
            rounds.push(order(&files, shuffle, round, &before, before.last()));
        }
        rounds
    }

    #[test]
    fn without_shuffle_the_names_rule() {
        assert_eq!(rounds(4, None, 3), [[0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3]]);
        assert_eq!(rounds(1, None, 2), [[0], [0]]);
    }

    #[test]
    fn what_was_played_last_does_not_begin_even_when_others_have_failed() {
        assert_eq!(order(&[1, 2, 3], None, 1, &[1, 2, 3], Some(&1)), [2, 3, 1]);
    }

    #[test]
    fn every_file_comes_first_now_and_then() {
        let firsts: HashSet<usize> = (0..100).map(|seed| rounds(5, Some(seed), 1)[0][0]).collect();
        assert_eq!(firsts.len(), 5);
    }

    proptest! {
        #[test]
        fn every_round_has_every_file_once(files in 1_usize..9, seed: u64) {
            for mut round in rounds(files, Some(seed), 8) {
                round.sort_unstable();
                prop_assert_eq!(round, (0..files).collect::<Vec<_>>());
            }
        }

        #[test]
        fn nothing_comes_twice_in_a_row(files in 2_usize..9, seed: u64) {
            let evening: Vec<usize> = rounds(files, Some(seed), 12).into_iter().flatten().collect();
            prop_assert!(evening.windows(2).all(|two| two[0] != two[1]), "{evening:?}");
        }

        #[test]
        fn each_round_is_another_order(files in 3_usize..9, seed: u64) {
            let rounds = rounds(files, Some(seed), 12);
            prop_assert!(rounds.windows(2).all(|two| two[0] != two[1]), "{rounds:?}");
        }

        #[test]
        fn the_seed_decides(files in 1_usize..9, seed: u64) {
            prop_assert_eq!(rounds(files, Some(seed), 5), rounds(files, Some(seed), 5));
        }
    }
}
