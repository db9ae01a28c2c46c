//! How do tests reach the whole program? By its command line, its folders and its signals, as its users do.
//! Nothing here looks into the program; what it left on the disk is read with other code than its own.

pub mod bad_line;
pub mod daemon;
pub mod disk_model;
pub mod fake_platform;
pub mod hostile;
pub mod http;
pub mod installation;
pub mod journal_text;
pub mod on_demand;
pub mod orders;
pub mod packed;
pub mod patience;
pub mod platform;
pub mod program;
pub mod retold;
pub mod system_calls;
pub mod tls;
