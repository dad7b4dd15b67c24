//! Where the data of a stack is, and how it goes from one mode to another. Pure.
//!
//! What a pass does follows from the state that the status tells, and never from one that has only just been found out: a new
//! state is published first, and the next pass acts on it. So an operator that ends at any point goes on from there, and no two
//! databases ever take writes.

use operator_api::{DatabaseMode, DatabaseStatus};
use operator_desired::{DatabaseState, Invalid, Kind, Move, Phase, ValidatedStack};

use crate::live::Live;
use crate::stack_key::StackKey;

/// What a pass found out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Every database that is to be up is, and what prepares it is done.
    pub prepared: bool,
    /// No pod of a service or a migration is left.
    pub services_gone: bool,
    /// The data has been copied and compared.
    pub copied: bool,
    /// Everything runs as wanted.
    pub settled: bool,
}

/// As the status says, or, where it says nothing yet, as what runs does.
pub fn read(status: Option<&DatabaseStatus>, live: &Live, key: &StackKey) -> DatabaseState {
    let Some(status) = status else {
        // A stack of an operator that did not note it down: it has services, and they had no other mode.
        let postgres = live.get(Kind::named("StatefulSet"), &format!("{}-postgres", key.name)).is_some();
        let services = live.iter().any(|object| object.kind.kind == "Deployment");
        let home = (postgres && services).then_some(DatabaseMode::Embedded);
        return DatabaseState { home, moving: None };
    };
    let home = mode(&status.mode);
    let phase = status.phase.as_ref().and_then(|name| Phase::ALL.into_iter().find(|one| one.name() == name));
    let to = status.moving_to.as_deref().and_then(mode).or(home);
    let moving = phase.zip(to).map(|(phase, to)| Move { to, phase });
    DatabaseState { home, moving }
}

/// None: there is nothing to remember yet.
pub fn written(state: &DatabaseState) -> Option<DatabaseStatus> {
    let home = state.home?;
    Some(DatabaseStatus {
        mode: home.name().to_owned(),
        moving_to: state.moving.map(|moving| moving.to.name().to_owned()).filter(|to| to != home.name()),
        phase: state.moving.map(|moving| moving.phase.name().to_owned()),
    })
}

fn mode(name: &str) -> Option<DatabaseMode> {
    [DatabaseMode::Embedded, DatabaseMode::CloudNativePG, DatabaseMode::External]
        .into_iter()
        .find(|mode| mode.name() == name)
}

/// The mode is another one than that of the data, and nobody has asked for the data to be moved.
pub fn strays(state: &DatabaseState, checked: &ValidatedStack) -> bool {
    let asked = checked.database_mode();
    state.moving.is_none() && state.home.is_some_and(|home| home != asked) && !checked.moves_database()
}

/// How to have it moved, or not.
pub fn unasked(state: &DatabaseState) -> Invalid {
    let home = state.home.map(DatabaseMode::name).unwrap_or_default();
    let message = format!(
        "the data is in mode {home} and would stay there: set operation.migrateDatabase as well to have it moved, or put {home} back"
    );
    Invalid { path: "spec.database.mode".to_owned(), message }
}

pub fn not_installed(kinds: &[&str]) -> String {
    format!(
        "spec.database.mode is CloudNativePG, and the cluster does not know {}: install CloudNativePG 1.30 or later \
         (https://cloudnative-pg.io/docs), which is noticed within a minute",
        kinds.join(", ")
    )
}

/// What comes after `state`. `asked` is the mode that the spec asks for.
pub fn next(state: DatabaseState, asked: DatabaseMode, seen: &Seen) -> DatabaseState {
    let Some(home) = state.home else {
        return DatabaseState { home: seen.prepared.then_some(asked), moving: None };
    };
    let to = |to, phase| DatabaseState { home: Some(home), moving: Some(Move { to, phase }) };
    let stay = DatabaseState { home: Some(home), moving: None };
    match state.moving {
        None if asked == home => stay,
        None => to(asked, Phase::Preparing),
        // The services write to the new home already: whatever is asked for now begins from there.
        Some(Move { phase: Phase::Switching, .. }) if asked != home => to(asked, Phase::Preparing),
        Some(Move { phase: Phase::Switching, .. }) if seen.settled => stay,
        Some(Move { phase: Phase::Switching, .. }) => state,
        Some(_) if asked == home => stay,
        Some(moving) if asked != moving.to => to(asked, Phase::Preparing),
        Some(Move { phase: Phase::Preparing, .. }) if seen.prepared => to(asked, Phase::Stopping),
        Some(Move { phase: Phase::Stopping, .. }) if seen.services_gone => to(asked, Phase::Copying),
        Some(Move { phase: Phase::Copying, .. }) if seen.copied => {
            DatabaseState { home: Some(asked), moving: Some(Move { to: asked, phase: Phase::Switching }) }
        }
        Some(Move { phase: Phase::Preparing | Phase::Stopping | Phase::Copying, .. }) => state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DatabaseMode::{CloudNativePG, Embedded, External};

    const ALL: Seen = Seen { prepared: true, services_gone: true, copied: true, settled: true };

    fn moving(home: DatabaseMode, to: DatabaseMode, phase: Phase) -> DatabaseState {
        DatabaseState { home: Some(home), moving: Some(Move { to, phase }) }
    }

    fn at(home: DatabaseMode) -> DatabaseState {
        DatabaseState { home: Some(home), moving: None }
    }

    #[test]
    fn data_moves_a_phase_at_a_time_and_each_waits_for_what_it_needs() {
        let mut state = DatabaseState::default();
        state = next(state, Embedded, &Seen::default());
        assert_eq!(state, DatabaseState::default(), "nothing is ready, so there is no data");
        for (seen, expected) in [
            (Seen { prepared: true, ..Seen::default() }, at(Embedded)),
            (Seen::default(), moving(Embedded, CloudNativePG, Phase::Preparing)),
            (
                Seen { services_gone: true, copied: true, ..Seen::default() },
                moving(Embedded, CloudNativePG, Phase::Preparing),
            ),
            (Seen { prepared: true, ..Seen::default() }, moving(Embedded, CloudNativePG, Phase::Stopping)),
            (
                Seen { prepared: true, copied: true, ..Seen::default() },
                moving(Embedded, CloudNativePG, Phase::Stopping),
            ),
            (
                Seen { services_gone: true, ..Seen::default() },
                moving(Embedded, CloudNativePG, Phase::Copying),
            ),
            (
                Seen { services_gone: true, ..Seen::default() },
                moving(Embedded, CloudNativePG, Phase::Copying),
            ),
            (
                Seen { copied: true, ..Seen::default() },
                moving(CloudNativePG, CloudNativePG, Phase::Switching),
            ),
            (
                Seen { prepared: true, ..Seen::default() },
                moving(CloudNativePG, CloudNativePG, Phase::Switching),
            ),
            (Seen { settled: true, ..Seen::default() }, at(CloudNativePG)),
        ] {
            let asked = if state.home.is_none() { Embedded } else { CloudNativePG };
            state = next(state, asked, &seen);
            assert_eq!(state, expected, "{seen:?}");
        }
    }

    #[test]
    fn whoever_puts_the_old_mode_back_stays_where_the_data_is() {
        for phase in [Phase::Preparing, Phase::Stopping, Phase::Copying] {
            assert_eq!(next(moving(Embedded, External, phase), Embedded, &ALL), at(Embedded), "{phase:?}");
        }
        let switching = moving(External, External, Phase::Switching);
        assert_eq!(
            next(switching, Embedded, &ALL),
            moving(External, Embedded, Phase::Preparing),
            "it has to be copied back"
        );
    }

    #[test]
    fn another_target_is_prepared_from_the_start() {
        for phase in [Phase::Preparing, Phase::Stopping, Phase::Copying] {
            let state = next(moving(Embedded, External, phase), CloudNativePG, &ALL);
            assert_eq!(state, moving(Embedded, CloudNativePG, Phase::Preparing));
        }
    }

    /// The one way to lose data: services on one database while another one is home, or a copy while somebody writes.
    #[test]
    fn home_changes_only_after_a_copy_and_services_are_stopped_before_it() {
        let modes = [Embedded, CloudNativePG, External];
        for home in modes {
            for to in modes.into_iter().filter(|to| *to != home) {
                for phase in [Phase::Preparing, Phase::Stopping, Phase::Copying] {
                    for asked in modes {
                        for bits in 0..16_u8 {
                            let bit = |index: u8| bits & (1 << index) != 0;
                            let seen = Seen {
                                prepared: bit(0),
                                services_gone: bit(1),
                                copied: bit(2),
                                settled: bit(3),
                            };
                            let before = moving(home, to, phase);
                            let after = next(before, asked, &seen);
                            if after.home != before.home {
                                assert!(before.copying().is_some() && seen.copied && asked == to);
                            }
                            if after.copying().is_some() && before.copying().is_none() {
                                assert!(before.services_stopped() && seen.services_gone);
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_state_is_read_as_it_was_written() {
        let key = StackKey::new("shops", "shop");
        let mut states = vec![at(Embedded), moving(External, External, Phase::Switching)];
        states.extend(Phase::ALL[..3].iter().map(|phase| moving(Embedded, CloudNativePG, *phase)));
        for state in states {
            assert_eq!(read(written(&state).as_ref(), &Live::default(), &key), state);
        }
        assert_eq!(read(None, &Live::default(), &key), DatabaseState::default());
    }
}
