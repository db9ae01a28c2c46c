//! How is the program built as it is installed?
//! The build is an ordinary release build; the command only says where the result lies.

use crate::workspace::Workspace;

/// Builds the program.
pub(crate) fn run() -> anyhow::Result<()> {
    let program = Workspace::find()?.build_release()?;
    println!("{}", program.display());
    Ok(())
}
