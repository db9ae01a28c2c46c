//! How does a file become orders?
//! Three passes over a private copy: the survey says what is wrong and what would happen, the brake decides,
//! the application writes each row, decided anew where others have written since.

pub mod apply;
mod error;
pub mod going_on;
pub mod kept;
mod made_rows;
pub mod pass;
pub mod profile;
pub mod request;
pub mod reversal;
pub mod survey;
pub mod work;
mod zone;

pub use error::ImportError;
pub use profile::Terms;
pub use work::{Import, Outcome};
