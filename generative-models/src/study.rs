//! What a model of names invents, in figures: how much of it is new, how much of it sounds like the language it has learnt,
//! how long it is.

use crate::corpus::Corpus;
use crate::sampling::Sampling;
use crate::writer::Writer;
use std::collections::HashSet;

/// Figures of many invented names.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// How many were sampled.
    pub sampled: usize,
    /// The share that is not in the training list.
    pub new: f64,
    /// The share that is not in the whole corpus.
    pub new_to_all: f64,
    /// The share that differs from all sampled before.
    pub different: f64,
    /// The share in which every three letters in a row (the ends count) occur in the corpus.
    pub plausible: f64,
    /// The share of names of each length, invented and in the corpus; the last has all that are longer.
    pub lengths: Vec<(f64, f64)>,
    /// Some of the new ones.
    pub examples: Vec<String>,
}

const LONGEST: usize = 24;
/// A name that does not end by then is cut off.
const ENDLESS: usize = 1000;

impl Study {
    /// Samples so many names, with the seeds from 1 on.
    pub fn of(writer: &mut Writer, corpus: &Corpus, (sampled, seed): (usize, u64), how: &Sampling) -> Self {
        let spelt = |pieces: Vec<&[u32]>| -> Vec<String> {
            pieces.iter().map(|ids| ids.iter().filter_map(|id| corpus.vocab.char(*id)).collect()).collect()
        };
        let train: HashSet<String> = spelt(corpus.train()).into_iter().collect();
        let all: HashSet<String> =
            spelt([corpus.train(), corpus.valid(), corpus.test()].concat()).into_iter().collect();
        let known: HashSet<[char; 3]> = all.iter().flat_map(|name| trigrams(name)).collect();
        let mut invent = |seed| {
            writer.begin(seed);
            writer.piece(how, ENDLESS)
        };
        let names: Vec<String> = (0..sampled as u64).map(|n| seed.wrapping_add(n)).map(&mut invent).collect();
        let share = |count: usize| count as f64 / sampled.max(1) as f64;
        let count = |is: &dyn Fn(&String) -> bool| share(names.iter().filter(|name| is(name)).count());
        let mut lengths = vec![(0.0, 0.0); LONGEST + 1];
        names.iter().for_each(|name| lengths[name.chars().count().min(LONGEST)].0 += 1.0 / sampled as f64);
        all.iter().for_each(|name| lengths[name.chars().count().min(LONGEST)].1 += 1.0 / all.len() as f64);
        Self {
            sampled,
            new: count(&|name| !train.contains(name)),
            new_to_all: count(&|name| !all.contains(name)),
            different: share(names.iter().collect::<HashSet<_>>().len()),
            plausible: count(&|name| trigrams(name).all(|three| known.contains(&three))),
            lengths,
            examples: names.iter().filter(|name| !all.contains(*name)).take(12).cloned().collect(),
        }
    }

    /// The figures as a table in Markdown.
    pub fn table(&self) -> String {
        let percent = |share: f64| format!("{:5.1} %", 100.0 * share);
        let mut lines = vec![
            format!("| of {} sampled names | share |", self.sampled),
            "|---|---|".to_owned(),
            format!("| new: not in the training list | {} |", percent(self.new)),
            format!("| not in the whole corpus | {} |", percent(self.new_to_all)),
            format!("| different from one another | {} |", percent(self.different)),
            format!("| without a trigram that the data lacks | {} |", percent(self.plausible)),
            String::new(),
            "| length | sampled | corpus |".to_owned(),
            "|---|---|---|".to_owned(),
        ];
        for (length, (sampled, corpus)) in self.lengths.iter().enumerate().filter(|(_, l)| l.0 > 0.0 || l.1 > 0.0) {
            let more = if length == LONGEST { "+" } else { "" };
            lines.push(format!("| {length}{more} | {} | {} |", percent(*sampled), percent(*corpus)));
        }
        lines.join("\n")
    }
}

/// Every three characters in a row, the ends included.
fn trigrams(name: &str) -> impl Iterator<Item = [char; 3]> {
    let framed: Vec<char> = ['\n', '\n'].into_iter().chain(name.chars()).chain(['\n']).collect();
    (2..framed.len()).map(move |at| [framed[at - 2], framed[at - 1], framed[at]])
}

#[cfg(test)]
mod tests {
    use super::trigrams;

    #[test]
    fn trigrams_know_the_ends() {
        let all: Vec<String> = trigrams("rex").map(String::from_iter).collect();
        assert_eq!(all, ["\n\nr", "\nre", "rex", "ex\n"]);
        assert_eq!(trigrams("").count(), 1);
    }
}
