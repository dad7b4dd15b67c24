//! A reservation's life, as one pure function. What was answered once stays true:
//! after StockReleased nothing is ever held, after StockCommitFailed nothing ever leaves the shelf,
//! after StockRestocked nothing of the order is held or gone.

use chrono::TimeDelta;
use kernel::Timestamp;

use super::Movement;

/// No order keeps pieces from others for longer, whatever it asks for.
pub const HOLD_MAX: TimeDelta = TimeDelta::days(8);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Held,
    /// At least one line was short; nothing was ever held.
    Rejected,
    /// Given back, or never held and never to be: also the tombstone of an order that was not known.
    Released,
    Expired,
    Committed,
    /// Was committed and is back on the shelf.
    Restocked,
}

/// A reservation that exists; a new one is not decided here but by what is on the shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reservation {
    pub state: State,
    /// Known where anything was ever held.
    pub expires_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    Reserve,
    Renew { until: Timestamp },
    Release,
    Commit,
    Restock,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Reserved,
    Rejected,
    Released,
    Committed,
    CommitFailed,
    Restocked,
}

/// What becomes of the reservation, what moves, and what is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    pub reservation: Reservation,
    pub movement: Option<Movement>,
    pub answer: Answer,
}

impl Reservation {
    /// The tombstone of an order that nothing was held for.
    pub const NEVER: Self = Self { state: State::Released, expires_at: None };

    pub fn held_until(expires_at: Timestamp) -> Self {
        Self { state: State::Held, expires_at: Some(expires_at) }
    }

    /// A new hold: for as long as the order asks for, else for `usually`.
    pub fn new(asked: Option<Timestamp>, usually: TimeDelta, now: Timestamp) -> Self {
        Self::held_until(asked.unwrap_or(now + usually).min(now + HOLD_MAX))
    }

    pub fn decide(self, command: Command, now: Timestamp) -> Decision {
        match command {
            Command::Reserve => self.reserve_again(),
            Command::Renew { until } => self.renew(until, now),
            Command::Release => self.release(),
            Command::Commit => self.commit(now),
            Command::Restock => self.restock(),
        }
    }

    /// The first answer once more, unless it is no longer of use: what is not held any more is released.
    fn reserve_again(self) -> Decision {
        match self.state {
            State::Held | State::Committed | State::Restocked => self.stays(Answer::Reserved),
            State::Rejected => self.stays(Answer::Rejected),
            State::Released | State::Expired => self.stays(Answer::Released),
        }
    }

    /// Never shortens: the renewal may be an old one that comes after a longer one.
    fn renew(self, until: Timestamp, now: Timestamp) -> Decision {
        match self.state {
            State::Held if self.is_over(now) => self.expires(Answer::Released),
            State::Held => {
                let renewed = self.expires_at.max(Some(until.min(now + HOLD_MAX)));
                let reservation = Self { expires_at: renewed, ..self };
                Decision { reservation, movement: None, answer: Answer::Reserved }
            }
            // The pieces are the order's for good: a late renewal must not be told that they are gone.
            State::Committed => self.stays(Answer::Reserved),
            State::Rejected | State::Released | State::Expired | State::Restocked => {
                self.stays(Answer::Released)
            }
        }
    }

    fn release(self) -> Decision {
        match self.state {
            State::Held => self.moves(State::Released, Movement::Released, Answer::Released),
            State::Rejected | State::Released | State::Expired => {
                let reservation = Self { state: State::Released, ..self };
                Decision { reservation, movement: None, answer: Answer::Released }
            }
            // The saga never releases what it has committed, it restocks that. A release that comes now is an old one
            // that was sent again: true as an answer, for nothing is held, and without effect, for what has
            // left the shelf comes back by RestockItems only and would otherwise come back twice.
            State::Committed | State::Restocked => self.stays(Answer::Released),
        }
    }

    fn commit(self, now: Timestamp) -> Decision {
        match self.state {
            State::Held if self.is_over(now) => self.expires(Answer::CommitFailed),
            State::Held => self.moves(State::Committed, Movement::Committed, Answer::Committed),
            State::Committed | State::Restocked => self.stays(Answer::Committed),
            State::Rejected | State::Released | State::Expired => self.stays(Answer::CommitFailed),
        }
    }

    fn restock(self) -> Decision {
        match self.state {
            // What of it has been returned is on the shelf already: the rest moves.
            State::Committed => self.moves(State::Restocked, Movement::Restocked, Answer::Restocked),
            // Never committed, so nothing may come back onto the shelf; but whoever restocks is done with the
            // order, so a commit that is still under way must find nothing to take.
            State::Held => self.moves(State::Released, Movement::Released, Answer::Restocked),
            State::Rejected | State::Released | State::Expired | State::Restocked => {
                self.stays(Answer::Restocked)
            }
        }
    }

    fn is_over(self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| end <= now)
    }

    /// Not left to the sweep: a replica whose clock is behind could still commit what is refused here.
    fn expires(self, answer: Answer) -> Decision {
        self.moves(State::Expired, Movement::Expired, answer)
    }

    fn stays(self, answer: Answer) -> Decision {
        Decision { reservation: self, movement: None, answer }
    }

    fn moves(self, state: State, movement: Movement, answer: Answer) -> Decision {
        Decision { reservation: Self { state, ..self }, movement: Some(movement), answer }
    }
}

#[cfg(test)]
mod tests;
