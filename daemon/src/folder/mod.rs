//! How does a partner's file get from the drop folder into the import, and where does it rest afterwards?
//! A scan is the truth, events only wake it; nothing is read before it was claimed into a folder of its own.

pub mod claim;
pub mod directory;
pub mod lifecycle;
pub mod moves;
pub mod names;
pub(crate) mod private_copy;
pub mod resume;
pub mod safe_name;
pub mod scan;
pub mod settle;
pub mod watch;
