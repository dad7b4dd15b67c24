//! What holds for every stack, and what three stacks look like in full.

mod anything;
mod budget;
mod chart;
mod every_object;
mod golden;
mod invalid;
mod secrets;
mod stacks;
mod upkeep;
