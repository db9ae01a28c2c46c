//! The program `intake`.

use intake_daemon::cli::args::parse;
use intake_daemon::cli::run::run;
use intake_daemon::system::deny_sync_file_range;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Before any thread exists, so that all of them are covered; whether it took is asked again where it matters.
    let _ = deny_sync_file_range();
    match parse(std::env::args_os()) {
        Ok(cli) => run(&cli).into(),
        Err(error) => error.exit(),
    }
}
