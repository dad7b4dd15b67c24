//! What of a service's scaling is published, and when: what people wait for at once, the rest when it has lasted.
//!
//! Each publication is a write to the stack's status. A load near a limit makes the reason flap from tick to tick, and
//! nobody needs to read that.

use std::time::Duration;

use k8s_openapi::jiff::Timestamp;

use super::line::Line;
use crate::clock::elapsed;

const LASTING: Duration = Duration::from_secs(60);

#[derive(Default)]
pub struct Publication {
    published: Option<Line>,
    /// What differs from it, and since when it does.
    pending: Option<(Line, Timestamp)>,
}

impl Publication {
    /// Some: what is to be published now.
    pub fn next(&mut self, line: &Line, now: Timestamp) -> Option<Line> {
        let due = match &self.published {
            None => true,
            Some(published) if line.differs_loudly(published) => true,
            Some(published) if line.differs(published) => self.lasted(line, now),
            Some(_) => {
                self.pending = None;
                false
            }
        };
        due.then(|| {
            self.pending = None;
            self.published = Some(line.clone());
            line.clone()
        })
    }

    fn lasted(&mut self, line: &Line, now: Timestamp) -> bool {
        match &self.pending {
            Some((pending, since)) if !line.differs(pending) => elapsed(*since, now) >= LASTING,
            _ => {
                self.pending = Some((line.clone(), now));
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use operator_api::ScalingMode;
    use operator_scaling::HeldBack;

    use super::*;
    use crate::autoscaler::line::{Data, Standing};

    fn line(desired: u32, held_back: Option<HeldBack>) -> Line {
        Line {
            mode: ScalingMode::Native,
            desired,
            deciding: None,
            held_back,
            standing: Standing::Free,
            data: Data::Present,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_number_is_published_at_once_and_only_when_it_changes() {
        let mut publication = Publication::default();
        assert!(publication.next(&line(1, None), at(0)).is_some());
        assert!(publication.next(&line(1, None), at(15)).is_none());
        assert!(publication.next(&line(2, Some(HeldBack::Rate)), at(30)).is_some());
    }

    #[test]
    fn a_reason_is_published_when_it_has_lasted() {
        let mut publication = Publication::default();
        publication.next(&line(1, None), at(0));
        let tolerated = line(1, Some(HeldBack::Tolerance));
        for second in [15, 30, 45, 60] {
            assert!(publication.next(&tolerated, at(second)).is_none(), "{second}");
        }
        assert_eq!(publication.next(&tolerated, at(75)), Some(tolerated));
    }

    #[test]
    fn a_reason_that_flaps_is_never_published() {
        let mut publication = Publication::default();
        publication.next(&line(1, None), at(0));
        for tick in 1..100 {
            let held_back = (tick % 2 == 0).then_some(HeldBack::Tolerance);
            assert!(publication.next(&line(1, held_back), at(15 * tick)).is_none());
        }
    }
}
