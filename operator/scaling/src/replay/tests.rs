//! A morning at the shop, replayed.

use super::*;
use crate::NoData;
use crate::service::{policy, seconds};

const START: i64 = 1_763_798_400_000;

fn world(minutes: u64) -> World {
    let from = Moment(START);
    World { from, to: from.after(seconds(60 * minutes)), tick: seconds(15), start: 1, pod_start: seconds(20) }
}

fn load(value: f64) -> Vec<Reading> {
    vec![Reading::Value { value, at: Moment(START) }]
}

/// Little load, five minutes of much, and little again; a minute of it is lost.
fn morning() -> Timeline {
    replay(&policy(), world(20), |now| {
        let readings = match now.since(Moment(START)).as_secs() {
            300..600 => load(720.0),
            840..900 => vec![Reading::Missing(NoData::Empty)],
            _ => load(60.0),
        };
        (readings, None)
    })
}

#[test]
fn a_replay_is_what_would_have_been() {
    let timeline = morning();
    let at =
        |second: usize| (timeline.steps[second / 15].decision.desired, timeline.steps[second / 15].ready);
    assert_eq!(at(285), (1, 1));
    assert_eq!(at(300), (5, 1), "cold pods take 20 s");
    assert_eq!(at(315), (7, 1));
    assert_eq!(at(330), (7, 5));
    assert_eq!(at(345), (7, 7));
    assert_eq!((at(1170), at(1185)), ((7, 7), (1, 7)), "what was lost counts as asked for");
}

#[test]
fn two_replays_are_the_same() {
    assert_eq!(morning(), morning());
}

#[test]
fn the_figures_compare_with_a_fixed_fleet() {
    let figures = morning().figures();
    assert_eq!((figures.changes, figures.most_pods, figures.overshoot), (3, 7, 0));
    assert_eq!((figures.minutes, figures.fixed_pod_minutes), (20.0, 200.0));
    assert_eq!(figures.pod_minutes, 5.0 + 5.0 * 0.25 + 7.0 * 14.5 + 0.25);
    assert_eq!(figures.short_seconds, 45.0);
}

#[test]
fn the_table_has_a_line_for_each_stretch_that_decided_alike() {
    let expected = "\
FROM      TO (UTC)  load  ASKED  PODS  READY  WHY
08:00:00  08:04:45  60    1      1     1      load
08:05:00  08:05:00  720   8      5     1      load, Rate
08:05:15  08:05:15  720   8      7     1      load, Tolerance
08:05:30  08:05:30  720   8      7     5      load, Tolerance
08:05:45  08:09:45  720   8      7     7      load, Tolerance
08:10:00  08:13:45  60    1..6   7     7      load, Stabilization
08:14:00  08:14:45  -     -      7     7      no data, Missing
08:15:00  08:15:45  60    1      7     7      load, Warmup
08:16:00  08:19:30  60    1      7     7      load, Stabilization
08:19:45  08:19:45  60    1      1     7      load
08:20:00  08:20:00  60    1      1     1      load
";
    assert_eq!(morning().table(), expected);
}

#[test]
fn the_day_after_is_told_apart() {
    let timeline = Timeline { steps: morning().steps[..1].to_vec(), policy: policy() };
    assert_eq!(timeline.time(Moment(START + 86_400_000)), "08:00:00+1d");
}

#[test]
fn a_picture_of_nothing_is_empty() {
    assert_eq!(Timeline { policy: policy(), steps: Vec::new() }.svg("nothing"), "");
}

#[test]
fn the_picture_draws_each_number_and_names_it() {
    let svg = morning().svg("catalog of prod/shop");
    for text in [
        "catalog of prod/shop",
        "3 changes in 20 min",
        "load: target 100 per pod, at most 720",
        "min 1",
        "max 10",
        "Time of day (UTC)",
        "08:10:00",
    ] {
        assert!(svg.contains(text), "{text}");
    }
    let lines = |class: &str| svg.matches(&format!("<path class=\"{class}\"")).count();
    assert_eq!([lines("pods"), lines("ready"), lines("asked"), lines("m m0")], [2; 4], "one and its key");
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
}

#[test]
fn text_stays_text_in_the_picture() {
    let mut timeline = morning();
    timeline.policy.metrics[0].name = "</style><script>&\u{1}".to_owned();
    let svg = timeline.svg("<b>\"a\" & b</b>");
    assert!(svg.contains("&lt;b&gt;\"a\" &amp; b&lt;/b&gt;"), "{svg}");
    assert!(svg.contains("&lt;/style&gt;&lt;script&gt;&amp;: target"), "{svg}");
}

#[test]
fn a_hole_in_the_data_is_a_hole_in_its_line() {
    let svg = morning().svg("holes");
    let line = svg.lines().find(|line| line.starts_with("<path class=\"m m0\"")).unwrap();
    assert_eq!(line.matches('M').count(), 2, "{line}");
}
