//! placeholder until the merge
use crate::folder::names::ImportId;
use crate::state::FileRecord;
use std::ffi::OsStr;
use std::path::Path;
/// r
#[derive(Debug, thiserror::Error)]
#[error("r")]
pub struct ReceiptError;
/// r
pub struct Request<'r> { pub record: &'r FileRecord, pub name: &'r OsStr, pub journal: &'r Path, pub body: &'r Path, pub options: &'r intake_core::read::ReadOptions, pub outbox: &'r Path, pub import_id: &'r ImportId, pub zone: &'r jiff::tz::TimeZone }
/// r
pub struct Written { pub receipt: String, pub rejects: u64 }
/// r
pub fn write(_: &Request<'_>) -> Result<Written, ReceiptError> { Ok(Written { receipt: "x".into(), rejects: 0 }) }

/// r
pub fn refused(_: &Path, _: &str, _: &OsStr, _: crate::folder::settle::Refusal, _: jiff::Timestamp, _: &jiff::tz::TimeZone) -> Result<(), ReceiptError> { Ok(()) }
