//! How does a file become journalled decisions?
//! The passes over a file; what they find is decided by the core alone.

pub mod pass;
