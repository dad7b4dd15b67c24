//! What holds for every stack, and what four stacks look like in full.

mod anything;
mod budget;
mod certificates;
mod chart;
mod databases;
mod every_object;
mod golden;
mod invalid;
mod messaging;
mod scaling;
mod secrets;
mod stacks;
mod upkeep;
