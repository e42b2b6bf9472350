//! A syllable as steps in time: consonants that lead up to the vowel, the vowel for as long as
//! the note, and consonants that close it.

use super::pose::{Pose, burst, closed, dark_l, offglide, open, silent};
use crate::words::{Lyric, MOST_PHONES, Phone};

/// No consonants begin earlier before their vowel, in seconds.
pub(crate) const LONGEST_LEAD: f32 = 0.18;
/// How long the mouth takes to get to the first consonant from what it sang before.
const APPROACH: f32 = 0.035;
/// Consonants beside each other are shorter.
const CLUSTER: f32 = 0.8;
/// Steps of one syllable, at most: three for each sound, and some around them.
const MOST_STEPS: usize = 4 * MOST_PHONES + 4;
/// More of a note than this the consonants at its end never take.
const MOST_CODA: f32 = 0.5;
/// Consonants at the end are as long as at the beginning, times this.
const CODA: f32 = 0.9;
/// As good as for ever, in seconds.
const FOR_EVER: f32 = 1e9;

/// One thing the mouth does, and how it gets there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    pub(super) pose: Pose,
    /// In seconds.
    pub(super) length: f32,
    /// How lazily the formants get there, and how lazily the loudness: time constants in seconds.
    pub(super) glide: f32,
    pub(super) swell: f32,
    pub(super) part: Part,
}

/// Which part of a syllable a step belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Onset,
    Nucleus,
    Coda,
    Rest,
}

/// Steps one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Score {
    steps: [Step; MOST_STEPS],
    count: usize,
    at: usize,
}

/// How long before its vowel a syllable begins, in seconds. Realtime-safe: yes.
pub(crate) fn lead(lyric: &Lyric) -> f32 {
    let mut score = Score::new();
    let (onset, nucleus, _) = parts(lyric);
    score.onset(onset.as_slice(), open(nucleus.first()));
    let length = score.length();
    if length > 0.0 { (length + APPROACH).min(LONGEST_LEAD) } else { 0.0 }
}

/// A few phones in a row.
#[derive(Debug, Clone, Copy)]
struct Row([Phone; MOST_PHONES], usize);

impl Row {
    const EMPTY: Self = Self([Phone::Ax; MOST_PHONES], 0);

    fn push(&mut self, phone: Phone) {
        if self.1 < MOST_PHONES {
            self.0[self.1] = phone;
            self.1 += 1;
        }
    }

    fn as_slice(&self) -> &[Phone] {
        &self.0[..self.1]
    }

    fn first(&self) -> Phone {
        self.0[0]
    }
}

/// What stands before the vowel, the vowel or two, and what comes after. Where there is no vowel
/// (hm, pst), a short one is made in the middle of nothing.
fn parts(lyric: &Lyric) -> (Row, Row, Row) {
    let (mut onset, mut nucleus, mut coda) = (Row::EMPTY, Row::EMPTY, Row::EMPTY);
    for phone in lyric.phones() {
        match phone {
            vowel if vowel.is_vowel() && coda.1 == 0 => nucleus.push(vowel),
            consonant if nucleus.1 == 0 => onset.push(consonant),
            other => coda.push(other),
        }
    }
    if nucleus.1 == 0 {
        nucleus.push(Phone::Ax);
    }
    (onset, nucleus, coda)
}

impl Score {
    pub(super) fn new() -> Self {
        let rest = Step { pose: silent(open(Phone::Ax)), length: FOR_EVER, glide: 0.02, swell: 0.02, part: Part::Rest };
        Self { steps: [rest; MOST_STEPS], count: 0, at: 0 }
    }

    /// What is to be done now.
    pub(super) fn now(&self) -> &Step {
        &self.steps[self.at.min(MOST_STEPS - 1)]
    }

    /// What comes after that.
    pub(super) fn next(&self) -> &Step {
        &self.steps[(self.at + 1).min(MOST_STEPS - 1)]
    }

    /// How long the vowel goes on after what is done now, in seconds.
    pub(super) fn rest_of_vowel(&self) -> f32 {
        let later = self.steps.iter().skip(self.at + 1);
        later.take_while(|step| step.part == Part::Nucleus).map(|step| step.length).sum()
    }

    /// Goes on to the next step.
    pub(super) fn advance(&mut self) {
        self.at = (self.at + 1).min(self.count);
    }

    /// Goes on to the consonants at the end, or to the rest where there are none.
    pub(super) fn reach_coda(&mut self) {
        while matches!(self.now().part, Part::Onset | Part::Nucleus) {
            self.at += 1;
        }
    }

    /// Goes on to the rest.
    pub(super) fn reach_rest(&mut self) {
        self.at = self.count;
    }

    /// A syllable that begins `lead` before its vowel and is over `length` after that began. What
    /// was still to be sung of the one `before` comes first, hurried.
    pub(super) fn syllable(
        lyric: &Lyric,
        lead: f32,
        length: f32,
        before: Option<&Self>,
        mouth: Pose,
        reciting: bool,
    ) -> Self {
        let (onset, nucleus, coda) = parts(lyric);
        let vowel = open(nucleus.first());
        let mut score = Self::new();
        // Whether a vowel (or an m, say) can be sung on until the first consonant.
        let sounding = mouth.voice > 0.25;
        if let Some(before) = before {
            let left = &before.steps[before.at.min(before.count)..before.count];
            for step in left.iter().filter(|step| step.part == Part::Coda) {
                score.push(step.pose, step.length * 0.8, step.glide, step.swell, Part::Onset);
            }
        }
        let owed = score.length();
        score.onset(onset.as_slice(), vowel);
        let wanted = score.length();
        if wanted > 0.0 {
            let scale = (lead - APPROACH).max(lead * 0.8) / wanted;
            score.steps[..score.count].iter_mut().for_each(|step| step.length *= scale.min(1.0));
            // The way there: what sounds goes on while the mouth begins to move.
            let spare = lead - score.length();
            if spare > 0.0 {
                let first = score.steps[0];
                let pose = if sounding && owed == 0.0 {
                    Pose { formants: first.pose.formants, hiss: 0.0, breath: 0.0, ..mouth }
                } else {
                    silent(first.pose)
                };
                score.insert(Step { pose, length: spare, glide: 0.016, swell: 0.012, part: Part::Onset });
            }
        } else if lead > 0.0 {
            score.push(silent(vowel), lead, 0.010, 0.010, Part::Onset);
        }
        let onset_steps = score.count;
        score.nucleus(nucleus.as_slice(), onset.as_slice().last().copied(), sounding, reciting);
        let nucleus_end = score.count;
        score.coda(coda.as_slice(), open(nucleus.0[nucleus.1 - 1]));
        score.fit(onset_steps, nucleus_end, length, reciting);
        let last = score.steps[score.count.max(1) - 1].pose;
        let swell = if nucleus_end == score.count { 0.022 } else { 0.012 };
        score.steps[score.count..].fill(Step {
            pose: silent(last),
            length: FOR_EVER,
            glide: 0.03,
            swell,
            part: Part::Rest,
        });
        score
    }

    fn length(&self) -> f32 {
        self.steps[..self.count].iter().map(|step| step.length).sum()
    }

    fn push(&mut self, pose: Pose, length: f32, glide: f32, swell: f32, part: Part) {
        // The last place is for the rest.
        if self.count < MOST_STEPS - 1 {
            self.steps[self.count] = Step { pose, length, glide, swell, part };
            self.count += 1;
        }
    }

    fn insert(&mut self, step: Step) {
        if self.count < MOST_STEPS - 1 {
            self.steps.copy_within(0..self.count, 1);
            self.steps[0] = step;
            self.count += 1;
        }
    }

    fn onset(&mut self, phones: &[Phone], vowel: Pose) {
        let scale = if phones.len() > 1 { CLUSTER } else { 1.0 };
        for (n, phone) in phones.iter().enumerate() {
            let next = phones.get(n + 1).copied();
            let after_s = n > 0 && matches!(phones[n - 1], Phone::S | Phone::Sh);
            // Beside a glide or a liquid it is that which the mouth is ready for.
            let beside = next.filter(|next| is_sonorant(*next)).map_or(vowel, |next| closed(next, vowel));
            self.consonant(*phone, beside, scale, after_s, Part::Onset);
        }
    }

    fn coda(&mut self, phones: &[Phone], vowel: Pose) {
        let scale = CODA * if phones.len() > 1 { CLUSTER } else { 1.0 };
        for (n, phone) in phones.iter().enumerate() {
            let last = n + 1 == phones.len();
            let dark = *phone == Phone::L;
            if dark {
                self.push(dark_l(vowel), 0.085 * scale, 0.020, 0.010, Part::Coda);
            } else {
                self.consonant(*phone, vowel, scale, !last, Part::Coda);
            }
        }
    }

    /// The steps of one consonant. `dry`: without the breath that follows a plosive.
    fn consonant(&mut self, phone: Phone, beside: Pose, scale: f32, dry: bool, part: Part) {
        use Phone::{
            B, Beta, Ch, D, Delta, F, G, Gamma, Hh, Jh, K, L, M, N, Ng, Ny, P, R, S, Sh, T, Tap, Th, Trill, W, X, Y,
        };
        let shut = closed(phone, beside);
        let mut push = |pose, length: f32, glide, swell| self.push(pose, length * scale, glide, swell, part);
        match phone {
            P | T | K => {
                let breath = match phone {
                    P => 0.035,
                    T => 0.042,
                    _ => 0.048,
                };
                push(silent(shut), 0.060, 0.010, 0.004);
                push(burst(phone, beside), 0.011, 0.010, 0.0008);
                let middle = mean(shut.formants, beside.formants);
                let (length, breathy) = if dry { (0.010, 0.2) } else { (breath, 0.6) };
                let hiss = burst(phone, beside).hiss * 0.22;
                push(Pose { formants: middle, breath: breathy, hiss, ..burst(phone, beside) }, length, 0.012, 0.004);
            }
            B | D | G => {
                push(shut, 0.058, 0.010, 0.005);
                push(Pose { voice: 0.35, ..burst(phone, beside) }, 0.009, 0.010, 0.0008);
            }
            Ch => {
                push(silent(shut), 0.048, 0.010, 0.004);
                push(burst(phone, beside), 0.012, 0.010, 0.0008);
                let hiss = Pose { hiss: 0.6, ..burst(phone, beside) };
                push(hiss, 0.060, 0.012, 0.006);
            }
            Jh => {
                push(shut, 0.045, 0.010, 0.005);
                push(burst(phone, beside), 0.010, 0.010, 0.0008);
                push(Pose { hiss: 0.35, voice: 0.3, murmur: 0.7, ..burst(phone, beside) }, 0.035, 0.012, 0.006);
            }
            Trill => {
                for _ in 0..3 {
                    push(Pose { voice: 0.15, ..shut }, 0.016, 0.006, 0.003);
                    push(Pose { voice: 0.65, ..shut }, 0.014, 0.006, 0.003);
                }
            }
            Tap => push(shut, 0.024, 0.007, 0.004),
            S | Sh | X => push(shut, 0.105, 0.012, 0.010),
            F | Th => push(shut, 0.090, 0.012, 0.010),
            Hh => push(shut, 0.065, 0.012, 0.010),
            M | N | Ny | Ng => push(shut, 0.070, 0.010, 0.004),
            L => push(shut, 0.065, 0.011, 0.006),
            R | W | Y => push(shut, 0.065, 0.018, 0.010),
            Beta | Delta | Gamma => push(shut, 0.050, 0.012, 0.008),
            // v, dh, z, zh; and a vowel that stands where none belongs.
            other if other.is_vowel() => push(open(other), 0.080, 0.020, 0.010),
            _ => push(shut, 0.070, 0.012, 0.008),
        }
    }

    fn nucleus(&mut self, vowels: &[Phone], after: Option<Phone>, sounding: bool, reciting: bool) {
        let glide = match after {
            Some(Phone::W | Phone::Y | Phone::R) => 0.022,
            Some(Phone::L) => 0.018,
            Some(_) => 0.017,
            None if sounding => 0.025,
            None => 0.008,
        };
        let swell = match after {
            Some(Phone::P | Phone::T | Phone::K | Phone::Ch) => 0.005,
            Some(after) if is_sonorant(after) => 0.008,
            Some(_) => 0.006,
            None => 0.016,
        };
        self.push(open(vowels[0]), 0.1, glide, swell, Part::Nucleus);
        for vowel in &vowels[1..] {
            self.push(offglide(vowels[0], *vowel), 0.1, if reciting { 0.035 } else { 0.030 }, 0.02, Part::Nucleus);
        }
    }

    /// Makes the vowel as long as is left beside the consonants at the end.
    fn fit(&mut self, from: usize, to: usize, length: f32, reciting: bool) {
        let coda: f32 = self.steps[to..self.count].iter().map(|step| step.length).sum();
        let scale = if coda > 0.0 { (length * MOST_CODA / coda).min(1.0) } else { 1.0 };
        self.steps[to..self.count].iter_mut().for_each(|step| step.length *= scale);
        let vowel = (length - coda * scale).max(0.02);
        let vowels = to - from;
        // Who sings holds the first of two and slips into the second; who speaks is on the way at once.
        let second = if reciting { 0.6 * vowel } else { (0.4 * vowel).min(0.18) };
        for (n, step) in self.steps[from..to].iter_mut().enumerate() {
            step.length = match (n, vowels) {
                (_, 1) => vowel,
                (0, _) => vowel - second,
                _ => second / (vowels - 1) as f32,
            };
        }
    }
}

fn mean(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    std::array::from_fn(|n| 0.5 * (a[n] + b[n]))
}

fn is_sonorant(phone: Phone) -> bool {
    use Phone::{L, M, N, Ng, Ny, R, Tap, Trill, W, Y};
    matches!(phone, Y | W | L | R | Tap | Trill | M | N | Ng | Ny)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Syllable, Then};
    use proptest::prelude::*;

    fn lyric(onset: &[Phone], nucleus: &[Phone], coda: &[Phone]) -> Lyric {
        let syllable =
            Syllable { onset: onset.into(), nucleus: nucleus.into(), coda: coda.into(), ..Syllable::default() };
        Lyric::new(&syllable, Then::Word)
    }

    fn sung(lyric: &Lyric, lead: f32, length: f32) -> Score {
        Score::syllable(lyric, lead, length, None, silent(open(Phone::Ax)), false)
    }

    fn lengths(score: &Score) -> [f32; 3] {
        [Part::Onset, Part::Nucleus, Part::Coda]
            .map(|part| score.steps[..score.count].iter().filter(|s| s.part == part).map(|s| s.length).sum())
    }

    #[test]
    fn the_vowel_begins_on_the_note_and_all_is_over_at_its_end() {
        let strength = lyric(&[Phone::S, Phone::T, Phone::R], &[Phone::Eh], &[Phone::Ng, Phone::Th]);
        let [onset, vowel, coda] = lengths(&sung(&strength, lead(&strength), 0.6));
        assert!((onset - lead(&strength)).abs() < 1e-4 && (vowel + coda - 0.6).abs() < 1e-4, "{onset} {vowel} {coda}");
        assert!(vowel > coda);
    }

    #[test]
    fn what_has_no_consonants_has_no_lead_and_nothing_leads_for_long() {
        assert_eq!(lead(&lyric(&[], &[Phone::A], &[Phone::T])), 0.0);
        let most = lyric(&[Phone::S; 11], &[Phone::A], &[]);
        assert_eq!(lead(&most), LONGEST_LEAD);
        assert!(lead(&lyric(&[Phone::L], &[Phone::A], &[])) > 0.06);
    }

    #[test]
    fn consonants_that_have_no_time_are_shorter() {
        let sta = lyric(&[Phone::S, Phone::T], &[Phone::A], &[]);
        assert!((lengths(&sung(&sta, 0.05, 0.3))[0] - 0.05).abs() < 1e-4);
        assert_eq!(lengths(&sung(&sta, 0.0, 0.3))[0], 0.0);
    }

    #[test]
    fn consonants_that_were_still_to_be_sung_come_before_the_next_ones() {
        let (mat, no) = (lyric(&[Phone::M], &[Phone::A], &[Phone::T]), lyric(&[Phone::N], &[Phone::O], &[]));
        let before = sung(&mat, lead(&mat), 10.0);
        let owed = Score::syllable(&no, lead(&no), 0.5, Some(&before), open(Phone::A), false);
        let alone = Score::syllable(&no, lead(&no), 0.5, None, open(Phone::A), false);
        assert!(owed.count > alone.count + 2);
        assert!((lengths(&owed)[0] - lead(&no)).abs() < 1e-4);
    }

    proptest! {
        #[test]
        fn whatever_the_phones_the_times_are_kept(
            phones in prop::collection::vec(0..46u8, 0..20),
            lead in 0.0..0.2f32,
            length in 0.06..3.0f32,
        ) {
            let all = crate::voice::singer::tests::all_phones();
            let phones: Vec<Phone> = phones.iter().map(|n| all[usize::from(*n) % all.len()]).collect();
            let lyric = lyric(&phones, &[], &[]);
            let score = sung(&lyric, lead, length);
            prop_assert!(score.count < MOST_STEPS);
            let [onset, vowel, coda] = lengths(&score);
            prop_assert!(onset <= lead + 1e-3, "{}", onset);
            prop_assert!((vowel + coda - length).abs() < 1e-3, "{} {}", vowel, coda);
        }
    }
}
