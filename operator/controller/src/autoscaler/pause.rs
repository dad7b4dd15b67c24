//! Whether somebody has paused the scaling of a service, in the words of KEDA. Read anew each time, never kept. Pure.

use super::view::{Marks, PAUSED, PAUSED_REPLICAS};

const MOST_REPLICAS: u32 = 50;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pause {
    /// The present number stays.
    Keep { why: String },
    /// This number is written, and stays.
    At { replicas: u32, why: String },
}

impl Pause {
    pub fn why(&self) -> &str {
        match self {
            Self::Keep { why } | Self::At { why, .. } => why,
        }
    }
}

/// `of_stack` is the annotation of the stack, which counts for all of its services.
pub fn pause(marks: &Marks, of_stack: Option<&str>) -> Option<Pause> {
    if let Some(text) = &marks.paused_replicas {
        return Some(match text.trim().parse().ok().filter(|replicas| *replicas <= MOST_REPLICAS) {
            Some(replicas) => {
                Pause::At { replicas, why: format!("annotation {PAUSED_REPLICAS}: {replicas}") }
            }
            None => Pause::Keep {
                why: format!(
                    "annotation {PAUSED_REPLICAS} is no number from 0 to {MOST_REPLICAS}: correct it"
                ),
            },
        });
    }
    let (text, whose) = match (&marks.paused, of_stack) {
        (Some(text), _) => (text.as_str(), ""),
        (None, Some(text)) => (text, " of the stack"),
        (None, None) => return None,
    };
    match text.trim() {
        "false" => None,
        "true" => Some(Pause::Keep { why: format!("annotation {PAUSED}{whose}") }),
        _ => Some(Pause::Keep {
            why: format!("annotation {PAUSED}{whose} is neither true nor false: correct it"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paused(paused: Option<&str>, replicas: Option<&str>, of_stack: Option<&str>) -> Option<Pause> {
        let marks = Marks {
            paused: paused.map(str::to_owned),
            paused_replicas: replicas.map(str::to_owned),
            ..Marks::default()
        };
        pause(&marks, of_stack)
    }

    #[test]
    fn a_service_is_paused_by_its_own_annotation_or_the_stacks() {
        assert_eq!(paused(None, None, None), None);
        assert_eq!(paused(Some("false"), None, Some("true")), None, "its own counts for more");
        for (own, stack) in [(Some("true"), None), (None, Some("true"))] {
            assert!(matches!(paused(own, None, stack), Some(Pause::Keep { .. })));
        }
    }

    #[test]
    fn a_number_is_written_and_one_that_can_not_be_read_keeps_what_is_there() {
        assert!(matches!(paused(None, Some(" 5"), None), Some(Pause::At { replicas: 5, .. })));
        assert!(matches!(paused(None, Some("0"), None), Some(Pause::At { replicas: 0, .. })));
        for wrong in ["", "-1", "51", "many"] {
            let Some(Pause::Keep { why }) = paused(None, Some(wrong), None) else { panic!("{wrong}") };
            assert!(why.contains("paused-replicas is no number from 0 to 50"), "{why}");
        }
        assert!(
            matches!(paused(Some("maybe"), None, None), Some(Pause::Keep { why }) if why.contains("neither"))
        );
    }
}
