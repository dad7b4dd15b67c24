//! A part of the picture: where a moment and a value are in it.

use std::fmt::Write;

use crate::Moment;
use crate::replay::table::number;

pub const WIDTH: f64 = 960.0;
pub const LEFT: f64 = 56.0;
const RIGHT: f64 = 64.0;
const ROWS: f64 = 5.0;
const COLUMNS: u32 = 6;

pub struct Panel {
    from: Moment,
    to: Moment,
    top: f64,
    height: f64,
    /// Between two lines of the grid.
    step: f64,
    most: f64,
}

impl Panel {
    /// For values up to `most`, with a grid no finer than `finest`.
    pub fn new((from, to): (Moment, Moment), top: f64, height: f64, most: f64, finest: f64) -> Self {
        let most = if most > 0.0 { most } else { 1.0 };
        let step = round(most / ROWS).max(finest);
        Self { from, to, top, height, step, most: (most / step).ceil() * step }
    }

    fn x(&self, at: Moment) -> f64 {
        let whole = self.to.since(self.from).as_secs_f64().max(0.001);
        LEFT + (WIDTH - LEFT - RIGHT) * at.since(self.from).as_secs_f64() / whole
    }

    /// What is too great for it is at its upper edge.
    fn y(&self, value: f64) -> f64 {
        self.top + self.height * (1.0 - value.min(self.most) / self.most)
    }

    /// A path that keeps its value until the next moment, with a gap where there is none.
    pub fn stairs(&self, points: impl Iterator<Item = (Moment, Option<f64>)>) -> String {
        let (mut path, mut before) = (String::new(), None);
        for (at, value) in points {
            let (x, y) = (self.x(at), value.map(|value| self.y(value)));
            let _ = match (before, y) {
                (None, Some(y)) => write!(path, "M{x:.1} {y:.1}"),
                (Some(before), Some(y)) if before == y => Ok(()),
                (Some(_), Some(y)) => write!(path, "H{x:.1}V{y:.1}"),
                (Some(_), None) => write!(path, "H{x:.1}"),
                (None, None) => Ok(()),
            };
            before = y;
        }
        if before.is_some() {
            let _ = write!(path, "H{:.1}", self.x(self.to));
        }
        path
    }

    /// A path from point to point, with a gap where there is no value.
    pub fn line(&self, points: impl Iterator<Item = (Moment, Option<f64>)>) -> String {
        let (mut path, mut draws) = (String::new(), false);
        for (at, value) in points {
            if let Some(value) = value {
                let command = if draws { 'L' } else { 'M' };
                let _ = write!(path, "{command}{:.1} {:.1}", self.x(at), self.y(value));
            }
            draws = value.is_some();
        }
        path
    }

    /// Closes a path downwards into an area.
    pub fn floor(&self) -> String {
        format!("V{:.1}H{LEFT}Z", self.y(0.0))
    }

    pub fn grid(&self) -> String {
        let (mut text, mut value) = (String::new(), 0.0);
        while value <= self.most * 1.001 {
            let (y, label) = (self.y(value), number(value));
            let _ = writeln!(
                text,
                "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{}\"/>\
                 <text class=\"soft\" text-anchor=\"end\" x=\"{}\" y=\"{:.1}\">{label}</text>",
                WIDTH - RIGHT,
                LEFT - 8.0,
                y + 4.0,
            );
            value += self.step;
        }
        text
    }

    pub fn bound(&self, name: &str, value: u32) -> String {
        let (y, right) = (self.y(f64::from(value)), WIDTH - RIGHT);
        format!(
            "<path class=\"bound\" d=\"M{LEFT} {y:.1}H{right}\"/>\
             <text class=\"soft\" x=\"{}\" y=\"{:.1}\">{name} {value}</text>\n",
            right + 6.0,
            y + 4.0
        )
    }

    pub fn times(&self, name: impl Fn(Moment) -> String) -> String {
        let (mut text, floor) = (String::new(), self.y(0.0));
        for part in 0..=COLUMNS {
            let at = self.from.after(self.to.since(self.from) * part / COLUMNS);
            let _ = writeln!(
                text,
                "<text class=\"soft\" text-anchor=\"middle\" x=\"{:.1}\" y=\"{}\">{}</text>",
                self.x(at),
                floor + 18.0,
                name(at)
            );
        }
        let middle = LEFT.midpoint(WIDTH - RIGHT);
        let _ = writeln!(
            text,
            "<text text-anchor=\"middle\" x=\"{middle}\" y=\"{}\">Time of day (UTC)</text>",
            floor + 38.0
        );
        text
    }
}

/// A short line as it is in the panel, and what it stands for, which is escaped already.
pub fn key(class: &str, name: &str, x: f64, y: f64) -> String {
    let (line, text) = (y - 4.0, x + 26.0);
    let shape =
        if class == "ready" { format!("M{x} {}h20v10h-20z", line - 5.0) } else { format!("M{x} {line}h20") };
    format!(
        "<path class=\"{class}\" d=\"{shape}\"/><text class=\"soft\" x=\"{text}\" y=\"{y}\">{name}</text>\n"
    )
}

/// The next of 1, 2, 5, 10, 20 and so on, and 0.5, 0.2, 0.1 and so on.
fn round(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    let digit = [1.0, 2.0, 5.0].into_iter().find(|digit| digit * power >= value * 0.999);
    digit.unwrap_or(10.0) * power
}
