//! The numbers of pods that suit a load.

/// Fewer than `least` bear too much; of more than `most` some are idle. Nothing between them is worth a change: that keeps a
/// load that wavers from moving the number of pods, and makes more load, or more pods before, never end in fewer pods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Band {
    pub least: u32,
    /// Not below `least`.
    pub most: u32,
}

impl Band {
    pub fn only(number: u32) -> Self {
        Self { least: number, most: number }
    }

    /// Of a load that `pods` pods, in fractions, would bear exactly.
    pub fn of(pods: f64, tolerance: f64) -> Self {
        let least = at_least(pods / (1.0 + tolerance));
        Self { least, most: at_least(pods).max(at_most(pods / (1.0 - tolerance))) }
    }

    /// What suits both.
    pub fn and(self, other: Self) -> Self {
        Self { least: self.least.max(other.least), most: self.most.max(other.most) }
    }

    /// The number closest to `number`.
    pub fn nearest(self, number: u32) -> u32 {
        number.max(self.least).min(self.most)
    }
}

/// 0.3 / 0.1 is a little more or less than 3.
const ROUNDING: f64 = 1e-9;

/// The least whole number of pods that is not fewer; something is never nothing.
pub fn at_least(pods: f64) -> u32 {
    whole((pods - ROUNDING).ceil()).max(u32::from(pods > 0.0))
}

fn at_most(pods: f64) -> u32 {
    whole((pods + ROUNDING).floor())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast ends at both ends of u32"
)]
fn whole(pods: f64) -> u32 {
    pods as u32
}
