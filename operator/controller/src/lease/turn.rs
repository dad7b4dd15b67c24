//! What a candidate may do, given what it sees of the Lease. Pure.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::LeaseSpec;

#[derive(Debug, PartialEq, Eq)]
pub enum Turn {
    /// It is free, or was left by a holder that went silent: take it.
    Take,
    /// It is ours: renew it.
    Renew,
    /// Somebody else holds it.
    Wait { holder: String },
}

/// `unchanged_for` is the time since this process saw the Lease change, by this process's clock.
pub fn turn(me: &str, lease: &LeaseSpec, unchanged_for: Duration) -> Turn {
    let holder = lease.holder_identity.as_deref().unwrap_or_default();
    let promised = Duration::from_secs(u64::try_from(lease.lease_duration_seconds.unwrap_or(0)).unwrap_or(0));
    if holder == me {
        Turn::Renew
    } else if holder.is_empty() || unchanged_for >= promised {
        Turn::Take
    } else {
        Turn::Wait { holder: holder.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn held_by(holder: &str, seconds: i32) -> LeaseSpec {
        LeaseSpec {
            holder_identity: Some(holder.to_owned()),
            lease_duration_seconds: Some(seconds),
            ..LeaseSpec::default()
        }
    }

    #[test]
    fn a_free_or_released_lease_is_taken() {
        assert_eq!(turn("me", &LeaseSpec::default(), Duration::ZERO), Turn::Take);
        assert_eq!(turn("me", &held_by("", 15), Duration::ZERO), Turn::Take);
    }

    #[test]
    fn our_own_lease_is_renewed_however_old() {
        assert_eq!(turn("me", &held_by("me", 15), Duration::from_secs(3600)), Turn::Renew);
    }

    proptest! {
        #[test]
        fn another_holder_is_left_alone_exactly_as_long_as_it_promised(promised in 0..120i32, silent in 0..240u64) {
            let turn = turn("me", &held_by("you", promised), Duration::from_secs(silent));
            let expired = i64::try_from(silent).unwrap() >= i64::from(promised);
            prop_assert_eq!(turn == Turn::Take, expired);
        }
    }
}
