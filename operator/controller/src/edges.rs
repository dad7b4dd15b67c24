//! `ecommerce-operator edges -f stack.yaml`: who may send to whom in a stack, as its network policies have it.

use std::path::Path;

use operator_desired::edges;

use crate::failure::Failure;
use crate::{output, render, stack_file};

pub fn print(file: &Path) -> Result<(), Failure> {
    let stack = stack_file::checked(file)?;
    let mut text = format!("{:<16} {:<16} {:<8} PORT\n", "FROM", "TO", "PROTOCOL");
    for edge in edges(&stack, &render::inputs()) {
        text.push_str(&format!("{edge}\n"));
    }
    output::print(&text)
}
