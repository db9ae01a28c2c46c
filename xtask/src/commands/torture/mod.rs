//! What holds when it is tried for long and hard? Proofs that take too long for every test run, each on demand.
//! A line of the table is a proof; small, it is among the tests, and its figures are those that it prints.

mod api;
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
    /// The program is killed at random moments of its work, and at each step of a file's life.
    Kills {
        /// How many kills.
        #[arg(long, value_name = "N", default_value_t = 10_000)]
        kills: u64,
    },
    /// The power goes off: what had reached the disk by then is all that is left. Needs root and loop devices.
    Cuts {
        /// How many cuts on each file system.
        #[arg(long, value_name = "N", default_value_t = 1_000)]
        cuts: u64,
    },
    /// Every state that a power cut may leave of recorded work, made by the rules of a disk. Needs strace.
    States {
        /// How many states.
        #[arg(long, value_name = "N", default_value_t = 1_000_000)]
        states: u64,
    },
    /// Writing, syncing or naming fails for a while, from some call on. Needs strace.
    Faults {
        /// How many times.
        #[arg(long, value_name = "N", default_value_t = 500)]
        faults: u64,
    },
    /// The daemon works for long, and something goes wrong every half minute.
    Soak {
        /// For how many minutes.
        #[arg(long, value_name = "N", default_value_t = 480)]
        minutes: u64,
        /// Seconds from one fault to the next.
        #[arg(long, value_name = "N", default_value_t = 30)]
        every: u64,
    },
    /// Bytes of the journal and the store are flipped, zeroed, cut off, swapped and repeated.
    Injuries {
        /// How many injuries.
        #[arg(long, value_name = "N", default_value_t = 3_000)]
        injuries: u64,
    },
    /// Names in an inbox change what they stand for, between files, links, pipes, devices and folders.
    Swaps {
        /// How many swaps.
        #[arg(long, value_name = "N", default_value_t = 1_000_000)]
        swaps: u64,
    },
    /// A burst of files, put into the folder in every way that senders have, with and without events.
    Burst {
        /// How many files.
        #[arg(long, value_name = "N", default_value_t = 100_000)]
        files: u64,
    },
    /// Files changed by chance: nothing stops their reading, and however they are read the same is said.
    Files {
        /// How many files.
        #[arg(long, value_name = "N", default_value_t = 1_000_000)]
        files: u64,
    },
    /// Files that are made to cost dear, in full size: what each costs, and that it is no more than it may.
    Hostile,
    /// Requests made out of the description of the calls, right and wrong ones. Needs Python 3 and the package index.
    Api {
        /// How many for each call.
        #[arg(long, value_name = "N", default_value_t = 200)]
        examples: u64,
    },
    /// Two daemons, one upstream of the other, over a line that loses answers, with both killed at random.
    Upstream {
        /// How many changes are sent.
        #[arg(long, value_name = "N", default_value_t = 100_000)]
        changes: u64,
    },
}

/// A store that is opened again and again in one process leaves some 50 kB behind each time.
const STATES_OF_A_PROCESS: u64 = 20_000;

/// Runs a proof; it fails where what it shows does not hold.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let program = options.program.as_deref();
    let proof = match &options.what {
        What::Api { examples } => return api::run(options.program.as_deref(), *examples),
        What::States { states } => {
            let mut left = *states;
            while left > 0 {
                let states = left.min(STATES_OF_A_PROCESS);
                let proof = Proof {
                    test: "crash_states::every_state_that_a_power_cut_may_leave_is_recovered_from",
                    variables: vec![("INTAKE_STATES", states.to_string())],
                };
                proof.run(program)?;
                left -= states;
            }
            return Ok(());
        }
        What::Kills { kills } => Proof {
            test: "kills::nothing_acknowledged_is_lost_and_nothing_is_done_twice",
            variables: vec![("INTAKE_KILLS", kills.to_string())],
        },
        What::Cuts { cuts } => Proof {
            test: "power_cuts::what_was_acknowledged_survives_a_power_cut",
            variables: vec![("INTAKE_CUTS", cuts.to_string())],
        },
        What::Faults { faults } => Proof {
            test: "failing_disk::a_failing_disk_loses_nothing_and_work_goes_on_by_itself",
            variables: vec![("INTAKE_FAULTS", faults.to_string())],
        },
        What::Soak { minutes, every } => Proof {
            test: "soak::whatever_befalls_it_the_daemon_stays_level_and_every_file_comes_to_its_end",
            variables: vec![
                ("INTAKE_SOAK_SECONDS", (minutes * 60).to_string()),
                ("INTAKE_SOAK_FAULT_MS", (every * 1000).to_string()),
            ],
        },
        What::Injuries { injuries } => Proof {
            test: "injuries::no_injury_goes_unnoticed",
            variables: vec![("INTAKE_INJURIES", injuries.to_string())],
        },
        What::Swaps { swaps } => Proof {
            test: "inbox_attacks::names_that_change_under_the_program_reach_nothing_outside",
            variables: vec![("INTAKE_SWAPS", swaps.to_string())],
        },
        What::Burst { files } => Proof {
            test: "inbox_attacks::no_file_of_a_burst_is_missed_or_taken_half",
            variables: vec![("INTAKE_BURST", files.to_string())],
        },
        What::Files { files } => Proof {
            test: "parity::mutated::no_changed_file_stops_the_core_or_has_it_say_two_things",
            variables: vec![("INTAKE_MUTATIONS", files.to_string())],
        },
        What::Hostile => Proof {
            test: "hostile_files::no_hostile_file_costs_much",
            variables: vec![("INTAKE_HOSTILE", "1".to_owned())],
        },
        What::Upstream { changes } => Proof {
            test: "upstream::bad_line::two_daemons_agree_over_a_bad_line_whoever_is_killed",
            variables: vec![("INTAKE_UPSTREAM_CHANGES", changes.to_string())],
        },
    };
    proof.run(program)
}
