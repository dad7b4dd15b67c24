//! A file that is added to static/ or templates/ must be compiled in, also where no source file changes.

fn main() {
    println!("cargo:rerun-if-changed=static");
    println!("cargo:rerun-if-changed=templates");
}
