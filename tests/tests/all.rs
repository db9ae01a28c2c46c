//! Does the whole program keep its promises, on real folders, in real processes, through real crashes?
//! One binary for all such tests: the program is built once and they run side by side.

#[path = "all/backups.rs"]
mod backups;
#[path = "all/bad_days.rs"]
mod bad_days;
#[path = "all/bad_input.rs"]
mod bad_input;
#[path = "all/commands.rs"]
mod commands;
#[path = "all/crash_states/mod.rs"]
mod crash_states;
#[path = "all/customers_files.rs"]
mod customers_files;
#[path = "all/exports.rs"]
mod exports;
#[path = "all/failing_disk.rs"]
mod failing_disk;
#[path = "all/hostile_files.rs"]
mod hostile_files;
#[path = "all/http_abuse.rs"]
mod http_abuse;
#[path = "all/http_console.rs"]
mod http_console;
#[path = "all/http_download.rs"]
mod http_download;
#[path = "all/http_import.rs"]
mod http_import;
#[path = "all/http_operation.rs"]
mod http_operation;
#[path = "all/http_page.rs"]
mod http_page;
#[path = "all/http_upload.rs"]
mod http_upload;
#[path = "all/inbox_attacks.rs"]
mod inbox_attacks;
#[path = "all/injuries.rs"]
mod injuries;
#[path = "all/kills.rs"]
mod kills;
#[path = "all/mending.rs"]
mod mending;
#[path = "all/operation.rs"]
mod operation;
#[path = "all/packed_files.rs"]
mod packed_files;
#[path = "all/parity/mod.rs"]
mod parity;
#[path = "all/platform.rs"]
mod platform;
#[path = "all/power_cuts.rs"]
mod power_cuts;
#[path = "all/retention.rs"]
mod retention;
#[path = "all/reverts.rs"]
mod reverts;
#[path = "all/samples.rs"]
mod samples;
#[path = "all/saved_plans.rs"]
mod saved_plans;
#[path = "all/secrets.rs"]
mod secrets;
#[path = "all/service_manager.rs"]
mod service_manager;
#[path = "all/snapshots.rs"]
mod snapshots;
#[path = "all/soak.rs"]
mod soak;
#[path = "all/tidy.rs"]
mod tidy;
#[path = "all/upgrades.rs"]
mod upgrades;
#[path = "all/upstream/mod.rs"]
mod upstream;
