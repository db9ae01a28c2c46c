//! What does the operator's page ask of the daemon, and what may it do?
//! Whatever it does, the commands do: the same functions, the same lines of the journal. Every call is a line of one table and
//! goes the way of the platform's calls, with their limits, deadlines and refusals.
//!
//! No other site can act through a browser in which somebody is signed in: the token lives in the page's own memory and goes along
//! in a header of its own, which a browser adds to nothing by itself, as it would a cookie, and lets no foreign page send
//! without a leave (CORS) that is never given here.

mod acts;
mod files;
mod log;
mod operations;
mod orders;
mod overview;

pub(super) use operations::OPERATIONS;

/// Below this path are the page's calls, in their version.
pub(super) const BASE: &str = "/console/api/v1";
