//! Whose is a data directory?
//! Nobody with all rights writes into one that is another user's: the files would be root's, and the daemon could not go on.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// It is another user's, and we are root.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{}` belongs to the user with the number {owner}, and this is root\nhint: run it as that user, \
     as in `sudo -u intake intake …`; files that root made there would stop the daemon",
    path.display()
)]
pub struct OtherOwner {
    path: PathBuf,
    owner: u32,
}

/// May this process write into the data directory? Whoever is not root is told so by the system itself.
pub fn refuse_as_root(path: &Path) -> Result<(), OtherOwner> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    // What a data directory is made of decides; where it is still to be made, the place for it.
    let journal = std::fs::metadata(path.join("journal"));
    match journal.or_else(|_| std::fs::metadata(path)) {
        Ok(found) if found.uid() != 0 => Err(OtherOwner {
            path: path.to_owned(),
            owner: found.uid(),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_writes_into_its_own_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        assert!(refuse_as_root(path).is_ok());
        assert!(refuse_as_root(&path.join("not there")).is_ok());
        if !rustix::process::geteuid().is_root() {
            return;
        }
        std::os::unix::fs::chown(path, Some(10_071), None).unwrap();
        let told = refuse_as_root(path).unwrap_err().to_string();
        assert!(told.contains("the number 10071"), "{told}");
        // A volume of somebody else's in which root's own daemon has always worked.
        std::fs::create_dir(path.join("journal")).unwrap();
        assert!(refuse_as_root(path).is_ok());
    }
}
