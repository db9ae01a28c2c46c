//! The program `intake`.
fn main() {}
