//! One leader at a time, by a Lease of the API server.
//!
//! Every write carries the resourceVersion that was read, so two candidates can't both win. How long a holder has been
//! silent is measured with our own clock from when we saw the last change, as client-go does: the holder's clock may be
//! wrong. Losing the Lease ends the process, so no half-finished reconcile goes on beside the next leader's.

mod elector;
mod reign;
mod turn;

pub use elector::{Elector, NAME, Place, Timing};
pub use reign::{Over, Reign};

#[cfg(test)]
mod tests;
