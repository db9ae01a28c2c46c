//! How does a file become orders?
//! Three passes over a private copy: the survey says what is wrong and what would happen, the brake decides,
//! the application decides each row again against the state of that moment and writes it.

pub mod apply;
pub mod pass;
pub mod profile;
pub mod survey;
pub mod work;

pub use profile::Terms;
pub use work::{Import, ImportError, Outcome};
