//! A timeline as an SVG picture: the number of pods above, what was measured below, over the same time.

mod panel;

use std::fmt::Write;

use self::panel::Panel;
use super::table::number;
use super::{Step, Timeline};
use crate::{Metric, Source, Target};

const LINE: f64 = 18.0;
const PODS_TOP: f64 = 96.0;
const PODS_HEIGHT: f64 = 220.0;
const METRICS_HEIGHT: f64 = 160.0;
/// More points than this are more than a screen shows.
const MOST_POINTS: usize = 1600;

const STYLE: &str = "\
text{font:12px system-ui,sans-serif;fill:#1f2328}.title{font-size:16px;font-weight:600}.soft{fill:#59636e}\
.paper{fill:#fff}.grid{stroke:#d8dee4}.bound{stroke:#59636e;stroke-dasharray:2 4}path{fill:none}\
.ready{fill:#9ec5f5;stroke:none}.asked{stroke:#8c959f;stroke-dasharray:5 3}.pods{stroke:#0550ae;stroke-width:2.5}\
.m{stroke-width:1.75}.m0{stroke:#bc4c00}.m1{stroke:#1a7f37}.m2{stroke:#8250df}.m3{stroke:#bf3989}\
.m4{stroke:#9a6700}.m5{stroke:#0a7ea4}.m6{stroke:#cf222e}.m7{stroke:#57606a}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#9198a1}.paper{fill:#0d1117}.grid{stroke:#2b3138}\
.bound{stroke:#9198a1}.ready{fill:#1d4373}.asked{stroke:#7d8590}.pods{stroke:#79c0ff}\
.m0{stroke:#ff9e64}.m1{stroke:#56d364}.m2{stroke:#bc8cff}.m3{stroke:#ff7bc0}\
.m4{stroke:#e3b341}.m5{stroke:#56d4dd}.m6{stroke:#ff7b72}.m7{stroke:#b1bac4}}";

impl Timeline {
    /// Needs nothing else to be shown. Empty where there is no step.
    pub fn svg(&self, title: &str) -> String {
        let (Some(first), Some(last)) = (self.steps.first(), self.steps.last()) else { return String::new() };
        let metrics = f64::from(u32::try_from(self.policy.metrics.len()).unwrap_or(u32::MAX));
        let metrics_top = PODS_TOP + PODS_HEIGHT + (3.0 + metrics) * LINE;
        let height = metrics_top + METRICS_HEIGHT + 2.8 * LINE;
        let time = (first.at, last.at);
        let pods = Panel::new(time, PODS_TOP, PODS_HEIGHT, f64::from(self.most_pods()), 1.0);
        let loads = Panel::new(time, metrics_top, METRICS_HEIGHT, self.greatest_share(), 0.0);

        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {height}\" role=\"img\">\n\
             <style>{STYLE}</style>\n<rect class=\"paper\" width=\"{0}\" height=\"{height}\"/>\n",
            panel::WIDTH,
        );
        let mut say = |class: &str, y: f64, text: &str| {
            // Writing to a String cannot fail.
            let _ = writeln!(
                svg,
                "<text class=\"{class}\" x=\"{}\" y=\"{y}\">{}</text>",
                panel::LEFT,
                escaped(text)
            );
        };
        say("title", 28.0, title);
        say("soft", 48.0, &self.figures().to_string());
        say("", PODS_TOP - 14.0, "Pods");
        say("", PODS_TOP + PODS_HEIGHT + 2.0 * LINE, "Measured value / target");
        svg.push_str(&self.pods(&pods));
        svg.push_str(&self.loads(&loads));
        svg.push_str(&loads.times(|moment| self.time(moment)));
        svg.push_str("</svg>\n");
        svg
    }

    fn most_pods(&self) -> u32 {
        let there = self.steps.iter().map(|step| step.decision.desired.max(step.ready)).max();
        there.unwrap_or(0).max(self.policy.max)
    }

    fn greatest_share(&self) -> f64 {
        let of = |(index, metric): (usize, &Metric)| self.greatest(index) / target(metric);
        self.policy.metrics.iter().enumerate().map(of).fold(0.0, f64::max)
    }

    fn greatest(&self, metric: usize) -> f64 {
        self.steps.iter().filter_map(|step| step.value(metric)).fold(0.0, f64::max)
    }

    fn pods(&self, panel: &Panel) -> String {
        let number = |of: fn(&Step) -> Option<u32>| {
            panel.stairs(self.steps.iter().map(|step| (step.at, of(step).map(f64::from))))
        };
        let asked = number(|step| step.decision.asked);
        let (desired, ready) = (number(|step| Some(step.decision.desired)), number(|step| Some(step.ready)));
        let floor = panel.floor();
        let legend = [("ready", "ready"), ("pods", "decided on"), ("asked", "asked for by the metrics")];
        let mut text = panel.grid();
        let _ = writeln!(text, "<path class=\"ready\" d=\"{ready}{floor}\"/>");
        text.push_str(&panel.bound("min", self.policy.min));
        text.push_str(&panel.bound("max", self.policy.max));
        let _ =
            writeln!(text, "<path class=\"asked\" d=\"{asked}\"/>\n<path class=\"pods\" d=\"{desired}\"/>");
        for ((class, name), x) in legend.into_iter().zip([160.0, 260.0, 380.0]) {
            text.push_str(&panel::key(class, name, x, PODS_TOP - 14.0));
        }
        text
    }

    fn loads(&self, panel: &Panel) -> String {
        let mut text = panel.grid();
        for (index, metric) in self.policy.metrics.iter().enumerate() {
            let class = format!("m m{}", index % 8);
            let many = self.steps.chunks(self.steps.len().div_ceil(MOST_POINTS));
            // Of several in one point the greatest, for that is what decides.
            let points = many.map(|steps| {
                let greatest = steps.iter().filter_map(|step| step.value(index)).reduce(f64::max);
                (steps[0].at, greatest.map(|value| value / target(metric)))
            });
            let _ = writeln!(text, "<path class=\"{class}\" d=\"{}\"/>", panel.line(points));
            let row = f64::from(u32::try_from(index).unwrap_or(u32::MAX)) + 3.0;
            let name = self.legend(index, metric);
            text.push_str(&panel::key(
                &class,
                &escaped(&name),
                panel::LEFT,
                PODS_TOP + PODS_HEIGHT + row * LINE,
            ));
        }
        text
    }

    fn legend(&self, index: usize, metric: &Metric) -> String {
        let per_pod = match metric.target {
            Target::PerPod(_) => " per pod",
            Target::Whole(_) => "",
        };
        let unit = match &metric.source {
            Source::Preset(load) => format!(" {}", load.unit()),
            Source::Query(_) => String::new(),
        };
        let (target, greatest) = (number(target(metric)), number(self.greatest(index)));
        format!("{}: target {target}{unit}{per_pod}, at most {greatest}{unit}", metric.name)
    }
}

fn target(metric: &Metric) -> f64 {
    match metric.target {
        Target::PerPod(target) | Target::Whole(target) => target,
    }
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // Nothing else of what XML forbids can be written any other way.
    text.chars().filter(|c| !c.is_control()).collect()
}
