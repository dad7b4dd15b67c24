//! Which fault comes when: pure, and the same for the same seed.

use std::fmt;
use std::time::Duration;

use contracts::Role;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// SIGKILL and a new pod.
    DeletePod,
    /// SIGKILL from outside; the kubelet starts the container again.
    KillProcess,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    Kill {
        part: &'static str,
        how: How,
    },
    /// No packet of `client` reaches `server`.
    Cut {
        client: &'static str,
        server: &'static str,
        lasting: Duration,
    },
}

/// All that can be killed.
pub fn parts() -> Vec<&'static str> {
    Role::ALL.iter().map(|role| role.name()).chain(["postgres", "rabbitmq", "prometheus"]).collect()
}

/// Who calls whom, by the Role table.
fn connections() -> Vec<(&'static str, &'static str)> {
    let mut all = Vec::new();
    for role in Role::ALL {
        let (name, spec) = (role.name(), role.spec());
        if spec.owns_database {
            all.extend([(name, "postgres"), (name, "rabbitmq")]);
        }
        if spec.publishes_mqtt {
            all.push((name, "rabbitmq"));
        }
        all.extend(spec.calls.iter().map(|callee| (name, callee.name())));
    }
    all
}

/// Spread over the time, in random order. No part is killed twice before each was killed once.
pub fn schedule(seed: u64, over: Duration, kills: usize, cuts: usize, how: &[How]) -> Vec<(Duration, Fault)> {
    let mut dice = StdRng::seed_from_u64(seed);
    let mut faults = Vec::new();
    while faults.len() < kills {
        let mut round = parts();
        round.shuffle(&mut dice);
        round.truncate(kills - faults.len());
        for part in round {
            faults.push(Fault::Kill { part, how: *how.choose(&mut dice).expect("there is a way to kill") });
        }
    }
    for _ in 0..cuts {
        let (client, server) = *connections().choose(&mut dice).expect("roles call each other");
        let lasting = Duration::from_secs(dice.random_range(5..=15));
        let at = dice.random_range(0..=faults.len());
        faults.insert(at, Fault::Cut { client, server, lasting });
    }
    // A share of the time for each, and none before the first checkouts are under way.
    let share = over / u32::try_from(faults.len() + 1).expect("few faults");
    let timed = faults.into_iter().zip(1..).map(|(fault, number)| {
        let early = share.mul_f64(dice.random_range(0.0..0.5));
        (share * number - early, fault)
    });
    timed.collect()
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kill { part, how: How::DeletePod } => write!(f, "delete the pod of {part}"),
            Self::Kill { part, how: How::KillProcess } => write!(f, "kill the process of {part}"),
            Self::Cut { client, server, lasting } => {
                write!(f, "cut {client} off from {server} for {} s", lasting.as_secs())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const OVER: Duration = Duration::from_secs(250);
    const BOTH: [How; 2] = [How::DeletePod, How::KillProcess];

    #[test]
    fn the_same_seed_gives_the_same_faults_and_another_one_others() {
        assert_eq!(schedule(7, OVER, 20, 6, &BOTH), schedule(7, OVER, 20, 6, &BOTH));
        assert_ne!(schedule(7, OVER, 20, 6, &BOTH), schedule(8, OVER, 20, 6, &BOTH));
    }

    #[test]
    fn every_part_is_killed_in_time_order_and_within_the_time() {
        for seed in 0..50 {
            let faults = schedule(seed, OVER, parts().len(), 1, &BOTH);
            let killed: BTreeSet<&str> = faults
                .iter()
                .filter_map(|(_, fault)| match fault {
                    Fault::Kill { part, .. } => Some(*part),
                    Fault::Cut { .. } => None,
                })
                .collect();
            assert_eq!((killed.len(), faults.len()), (parts().len(), parts().len() + 1));
            assert!(faults.is_sorted_by_key(|(at, _)| *at) && faults.iter().all(|(at, _)| *at < OVER));
        }
    }
}
