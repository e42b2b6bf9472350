//! The filter on virtual time: two clocks, and links of all kinds.

use super::{
    two_clocks::{Link, Quartz, Route, clean, percentile, uneven},
    *,
};

/// Ten pings a second, after a burst of ten.
fn instants(seconds: f64) -> impl Iterator<Item = f64> {
    let burst = (0..10).map(|n| f64::from(n) * 0.02);
    burst.chain((2..).map(|n| f64::from(n) * 0.1)).take_while(move |at| *at < seconds)
}

/// What happened, and how wrong we were.
struct Course {
    /// True instants, each with the error in seconds.
    errors: Vec<(f64, f64)>,
    news: Vec<(f64, News)>,
    offset: Offset,
}

impl Course {
    /// The errors from one instant to another, in milliseconds.
    fn between(&self, from: f64, to: f64) -> Vec<f64> {
        self.errors.iter().filter(|(at, _)| (from..to).contains(at)).map(|(_, error)| error.abs() * 1000.0).collect()
    }

    fn p95(&self, from: f64, to: f64) -> f64 {
        percentile(self.between(from, to), 0.95)
    }

    fn worst(&self, from: f64, to: f64) -> f64 {
        percentile(self.between(from, to), 1.0)
    }

    fn anew(&self) -> Vec<(f64, f64)> {
        let anew = |(at, news): &(f64, News)| match news {
            News::Anew { by } => Some((*at, *by)),
            _ => None,
        };
        self.news.iter().filter_map(anew).collect()
    }
}

/// Pings for so many seconds, over the route that there is at each instant (none: the link is cut).
fn run(mut link: Link, seconds: f64, route: impl Fn(f64) -> Option<Route>) -> Course {
    let mut course = Course { errors: Vec::new(), news: Vec::new(), offset: Offset::default() };
    let mut sent: Vec<f64> = instants(seconds).collect();
    sent.push(seconds);
    for pair in sent.windows(2) {
        let mut looks = (0..10).map(|n| pair[0] + (pair[1] - pair[0]) * f64::from(n) / 10.0).peekable();
        let awake = !link.ours.sleeps.contains(&pair[0]);
        let heard = route(pair[0]).filter(|_| awake).and_then(|route| link.ping(pair[0], &route));
        let mut look = |until: f64, offset: &Offset, link: &Link| {
            while let Some(at) = looks.next_if(|at| *at < until) {
                course.errors.extend(link.error(offset, at).map(|error| (at, error)));
            }
        };
        if let Some((at, sample)) = heard {
            look(at, &course.offset, &link);
            course.news.push((at, course.offset.hear(sample)));
        }
        look(f64::INFINITY, &course.offset, &link);
    }
    course
}

/// 37 ms ahead and 80 millionths fast, as seen from a machine that is right.
fn pair(seed: u64) -> Link {
    Link::new(Quartz::new(5000.037, 80.0), Quartz::new(5000.0, 0.0), seed)
}

/// The worst of some seeds.
fn worst_of(seeds: u64, figure: impl Fn(u64) -> f64) -> f64 {
    (0..seeds).map(figure).fold(0.0, f64::max)
}

#[test]
fn a_clean_link_is_known_within_a_twentieth_of_a_millisecond_after_5_s() {
    let worst = worst_of(20, |seed| run(pair(seed), 60.0, |_| Some(clean())).p95(5.0, 60.0));
    eprintln!("clean: p95 {worst:.4} ms");
    assert!(worst <= 0.05, "{worst} ms");
}

#[test]
fn a_clean_link_is_known_after_300_ms() {
    let worst = worst_of(20, |seed| run(pair(seed), 5.0, |_| Some(clean())).worst(0.3, 5.0));
    eprintln!("clean, from the burst on: worst {worst:.4} ms");
    assert!(worst <= 0.2, "{worst} ms");
}

#[test]
fn a_link_of_5_and_3_ms_with_loss_is_known_within_a_millisecond_after_10_s() {
    let p95: Vec<f64> = (0..40).map(|seed| run(pair(seed), 60.0, |_| Some(uneven())).p95(10.0, 60.0)).collect();
    let (median, worst) = (percentile(p95.clone(), 0.5), percentile(p95, 1.0));
    eprintln!("5 ± 3 ms: p95 {median:.3} ms, worst of the seeds {worst:.3} ms");
    assert!(worst <= 1.0, "{worst} ms");
}

#[test]
fn a_cut_of_10_s_is_bridged_by_the_drift() {
    let cut = |at: f64| if (30.0..40.0).contains(&at) { None } else { Some(uneven()) };
    let courses: Vec<Course> = (0..40).map(|seed| run(pair(seed), 60.0, cut)).collect();
    let through = courses.iter().map(|c| c.worst(30.0, 45.0)).fold(0.0, f64::max);
    let after = courses.iter().map(|c| c.p95(45.0, 60.0)).fold(0.0, f64::max);
    eprintln!("cut: worst through it {through:.3} ms, p95 5 s after {after:.3} ms");
    assert!(through <= 1.0 && after <= 1.0, "{through} ms, {after} ms");
    assert!(courses.iter().all(|c| c.anew().is_empty()), "nothing has jumped");
}

#[test]
fn a_machine_that_slept_begins_anew_within_2_s() {
    for (ours, seed) in [(true, 1), (true, 2), (false, 3), (false, 4)] {
        let mut link = pair(seed);
        let asleep = if ours { &mut link.ours } else { &mut link.theirs };
        asleep.sleeps = 20.0..50.0;
        let course = run(link, 80.0, |at| if (20.0..50.0).contains(&at) { None } else { Some(uneven()) });
        let anew = course.anew();
        assert!(matches!(anew[..], [(at, by)] if at < 52.0 && (by.abs() - 30.0).abs() < 0.1), "{anew:?}");
        assert!(course.worst(52.0, 80.0) < 5.0, "{} ms", course.worst(52.0, 80.0));
        assert!(course.p95(60.0, 80.0) <= 1.0);
    }
}

#[test]
fn a_route_that_gets_longer_both_ways_changes_nothing() {
    let longer = Route::even(0.022..0.028, 0.01);
    let worst = worst_of(20, |seed| {
        let course = run(pair(seed), 60.0, |at| Some(if at < 20.0 { uneven() } else { longer.clone() }));
        assert!(course.anew().is_empty());
        course.p95(20.0, 60.0)
    });
    eprintln!("20 ms longer both ways: p95 {worst:.3} ms");
    assert!(worst <= 1.0, "{worst} ms");
}

#[test]
fn of_a_route_that_gets_longer_one_way_half_the_difference_stays_in() {
    for seed in 0..10 {
        let longer = Route { there: 0.022..0.028, ..uneven() };
        let course = run(pair(seed), 60.0, |at| Some(if at < 20.0 { uneven() } else { longer.clone() }));
        assert!(course.worst(20.0, 29.0) <= 1.0, "by what was known before: {} ms", course.worst(20.0, 29.0));
        let after = course.between(35.0, 60.0);
        assert!(after.iter().all(|error| (error - 10.0).abs() < 1.5), "{after:?}");
    }
}

#[test]
fn a_queue_on_one_way_is_seen_through() {
    // One in three pings waits for up to 50 ms behind somebody's download.
    for seed in 0..10 {
        let queue = Route { there: 0.002..0.052, ..uneven() };
        let course = run(pair(seed), 60.0, |at| {
            Some(if ((at * 10.0) as u64).is_multiple_of(3) { queue.clone() } else { uneven() })
        });
        assert!(course.p95(10.0, 60.0) <= 1.0, "{} ms", course.p95(10.0, 60.0));
        assert!(course.anew().is_empty());
    }
}

#[test]
fn a_clock_that_is_being_set_right_is_followed() {
    // From 20 s on theirs is 100 millionths faster: a network time service at work.
    let mut worst = 0.0_f64;
    for seed in 0..10 {
        let mut link = pair(seed);
        let mut offset = Offset::default();
        for sent in instants(60.0) {
            if sent >= 20.0 && link.theirs.ppm == 0.0 {
                link.theirs = Quartz::new(5000.0 - 20.0 * 100e-6, 100.0);
            }
            let Some((heard, sample)) = link.ping(sent, &clean()) else { continue };
            let news = offset.hear(sample);
            assert!(matches!(news, News::First | News::Steady), "{news:?}");
            if sent > 5.0 {
                worst = worst.max(link.error(&offset, heard).unwrap().abs() * 1000.0);
            }
        }
    }
    eprintln!("100 ppm more, clean: worst {worst:.4} ms");
    assert!(worst <= 0.2, "{worst} ms");
}

#[test]
fn a_drift_is_never_believed_beyond_its_bounds() {
    let link = Link::new(Quartz::new(10.0, 5000.0), Quartz::new(10.0, 0.0), 1);
    let course = run(link, 20.0, |_| Some(uneven()));
    let drift = course.offset.estimate(Duration::from_secs(30)).unwrap().drift;
    assert!(drift.abs() <= MOST_DRIFT, "{drift}");
}

#[test]
fn what_an_estimate_turns_into_theirs_it_turns_back() {
    let estimate = Estimate { at: Duration::from_secs(1000), offset: -437.5, drift: 80e-6, sigma: 0.0 };
    for ours in [0.0, 999.0, 1000.0, 1234.5, 90_000.0] {
        let theirs = estimate.seconds_to_theirs(ours);
        assert!((estimate.to_ours(theirs) - ours).abs() < 1e-9);
    }
    assert_eq!(estimate.to_theirs(Duration::from_secs(1000)), 562.5);
}

#[test]
fn a_sample_that_cannot_be_is_none() {
    let s = Duration::from_secs;
    assert!(Sample::new(s(5), s(9), s(9), s(4)).is_none(), "back before it was sent");
    assert!(Sample::new(s(5), s(9), s(8), s(6)).is_none(), "answered before it was received");
    assert!(Sample::new(s(5), s(7), s(9), s(6)).is_none(), "longer there than away");
    assert!(Sample::new(s(0), Duration::MAX, Duration::MAX, s(1)).is_some());
}

#[test]
fn what_is_not_known_for_longer_is_less_certain() {
    let course = run(pair(1), 20.0, |_| Some(uneven()));
    let sigma = |at: f64| course.offset.estimate(Duration::from_secs_f64(5000.0 + at)).unwrap().sigma;
    assert!(sigma(21.0) < sigma(60.0) && sigma(60.0) < sigma(600.0));
    assert!(sigma(21.0) < 0.001, "{}", sigma(21.0));
}

#[test]
fn the_figures_of_a_link_are_those_of_its_last_ten_seconds() {
    let course = run(pair(1), 60.0, |at| Some(if at < 40.0 { uneven() } else { clean() }));
    let quality = course.offset.quality(Duration::from_secs_f64(5060.1), 0.25);
    assert!((95..=105).contains(&quality.answered), "{quality:?}");
    assert!(quality.least >= Duration::from_micros(20) && quality.median <= Duration::from_micros(100), "{quality:?}");
    assert!(quality.jitter < Duration::from_micros(80) && quality.jitter > Duration::from_micros(5), "{quality:?}");
    assert_eq!(quality.loss, 0.25);
    let silent = course.offset.quality(Duration::from_secs(5090), 1.0);
    assert_eq!((silent.answered, silent.median), (0, Duration::ZERO));
}
