//! What holds when it is tried for long and hard? Proofs that take too long for every test run, each on demand.
//! A line of the table is a proof; small, it is among the tests, and its figures are those that it prints.

mod proof;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use self::proof::Proof;

#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
    /// A program that is built already, instead of a release build.
    #[arg(long, value_name = "FILE", global = true)]
    program: Option<PathBuf>,
}

#[derive(Subcommand)]
enum What {
    /// Two daemons, one upstream of the other, over a line that loses answers, with both killed at random.
    Upstream {
        /// How many changes are sent.
        #[arg(long, value_name = "N", default_value_t = 100_000)]
        changes: u64,
    },
}

/// Runs a proof; it fails where what it shows does not hold.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let proof = match &options.what {
        What::Upstream { changes } => Proof {
            test: "upstream::bad_line::two_daemons_agree_over_a_bad_line_whoever_is_killed",
            variables: vec![("INTAKE_UPSTREAM_CHANGES", changes.to_string())],
        },
    };
    proof.run(options.program.as_deref())
}
