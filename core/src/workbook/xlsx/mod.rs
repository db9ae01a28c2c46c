//! What do the parts of an `.xlsx` file say?
//! Names of elements are taken without the space they are from: programs write them with and without a prefix.

pub(super) mod book;
pub(super) mod relations;
pub(super) mod sheet;
pub(super) mod strings;
pub(super) mod styles;
