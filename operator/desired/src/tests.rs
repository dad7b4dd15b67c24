//! What holds for every stack, and what three stacks look like in full.
