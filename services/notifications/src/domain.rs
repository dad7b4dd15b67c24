//! Who is told what, in which words and when. Pure: nothing here reads, writes, waits or knows the time.

mod amount;
mod audience;
mod english;
mod letter;
mod news;
mod phone;
mod schedule;
mod spanish;

pub use audience::{Audience, Choice};
pub use letter::{Letter, write};
pub use news::{News, Template};
pub use phone::Phone;
pub use schedule::{MAX_ATTEMPTS, try_again_after};
