//! Who says how it goes: of several bots that could lead in something (the plan, the tala),
//! one does, and the others follow.

/// How many phrases a leader may be silent before somebody else takes over.
const PATIENCE: u32 = 2;

/// One bot's view of whether it leads.
#[derive(Debug, Clone, Default)]
pub struct Lead {
    /// In which phrase we first led.
    since: Option<u32>,
    rival: Option<Rival>,
}

#[derive(Debug, Clone)]
struct Rival {
    name: String,
    since: u32,
    last: u32,
}

impl Lead {
    /// Somebody else led, in this phrase.
    pub fn heard(&mut self, speaker: &str, phrase: u32) {
        match &mut self.rival {
            Some(rival) if rival.name == speaker => rival.last = phrase,
            Some(rival) if rival.last + PATIENCE >= phrase => {}
            rival => *rival = Some(Rival { name: speaker.to_owned(), since: phrase, last: phrase }),
        }
    }

    /// Whether it is for us to lead in this phrase. Who came first stays; we give way to whoever
    /// leads already, and to whoever insists. Of two that began together the first by name goes on.
    pub fn is_ours(&mut self, own: &str, phrase: u32) -> bool {
        let ours = match &self.rival {
            None => true,
            Some(rival) if rival.last + PATIENCE < phrase => true,
            Some(rival) => {
                self.since == Some(rival.since) && own < rival.name.as_str() && phrase <= rival.since + PATIENCE
            }
        };
        if ours {
            self.since.get_or_insert(phrase);
        } else {
            self.since = None;
        }
        ours
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alone_one_leads() {
        let mut lead = Lead::default();
        assert!((0..10).all(|phrase| lead.is_ours("melody", phrase)));
    }

    #[test]
    fn one_gives_way_to_whoever_sends_a_plan_and_takes_over_when_it_falls_silent() {
        let mut lead = Lead::default();
        assert!(lead.is_ours("melody", 0));
        for phrase in 3..6 {
            lead.heard("chords", phrase);
            assert!(!lead.is_ours("melody", phrase));
        }
        assert!(!lead.is_ours("melody", 7));
        assert!(lead.is_ours("melody", 8));
    }

    #[test]
    fn of_two_that_began_together_exactly_one_goes_on() {
        let (mut a, mut b) = (Lead::default(), Lead::default());
        assert!(a.is_ours("melody-1", 0) && b.is_ours("melody-2", 0));
        a.heard("melody-2", 0);
        b.heard("melody-1", 0);
        for phrase in 0..20 {
            let (first, second) = (a.is_ours("melody-1", phrase), b.is_ours("melody-2", phrase));
            assert!(first && !second, "phrase {phrase}: {first} {second}");
            b.heard("melody-1", phrase);
        }
    }

    #[test]
    fn one_that_does_not_give_way_wins_in_the_end() {
        let mut lead = Lead::default();
        assert!(lead.is_ours("melody", 0));
        let ours: Vec<bool> = (0..6)
            .map(|phrase| {
                lead.heard("zeta-chords", phrase);
                lead.is_ours("melody", phrase)
            })
            .collect();
        assert_eq!(ours, [true, true, true, false, false, false]);
    }
}
