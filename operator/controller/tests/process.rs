//! The binary as scripts and pods see it: exit codes, one line on stderr, the admin port, the Lease.
#![expect(clippy::unwrap_used, reason = "a test that can't go on says where")]

mod process {
    pub mod api;
    pub mod commands;
    mod leading;
    mod load;
    pub mod operator;
    mod replay;
}
