//! How does a partner's file get from the drop folder into the import, and where does it rest afterwards?
//! A scan is the truth, events only wake it; nothing is read before it was claimed into a folder of its own.

pub mod claim;
pub mod directory;
pub mod lifecycle;
pub mod moves;
pub mod names;
pub(crate) mod private_copy;
pub mod request_body;
pub mod resume;
pub mod safe_name;
pub mod scan;
pub mod settle;
pub mod watch;

/// The whole way by timed scans alone, as where no event ever arrives.
#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::fs;
    use std::path::Path;
    use std::time::Duration;

    use super::claim::{ClaimRequest, claim};
    use super::directory::Directory;
    use super::moves::Folders;
    use super::names::{ImportId, PartnerName};
    use super::scan::scan;
    use super::settle::{MarkerHabit, SettleRules, Settler, Verdict};

    struct Folder {
        root: tempfile::TempDir,
        folders: Folders,
        settler: Settler,
        claims: u32,
    }

    impl Folder {
        fn new() -> Self {
            let root = tempfile::tempdir().unwrap();
            fs::create_dir_all(root.path().join("inbox/acme")).unwrap();
            let folders = Folders::open(&Directory::open(root.path()).unwrap()).unwrap();
            Self {
                root,
                folders,
                settler: Settler::new(SettleRules::default()),
                claims: 0,
            }
        }

        fn write(&self, name: &str, content: &str) {
            fs::write(self.root.path().join("inbox/acme").join(name), content).unwrap();
        }

        /// Scans at this second and claims what settled; tells what was claimed.
        fn scan_at(&mut self, second: u64) -> Vec<String> {
            let partner = PartnerName::parse("acme").unwrap();
            let scanned = scan(&self.root.path().join("inbox")).unwrap();
            let listing = scanned
                .partners
                .into_iter()
                .next()
                .unwrap()
                .listing
                .unwrap();
            let now = Duration::from_secs(second);
            let round = self
                .settler
                .observe(&listing.sightings, &HashSet::new(), now);
            let mut taken = Vec::new();
            for judged in round
                .judged
                .iter()
                .filter(|judged| judged.verdict == Verdict::Settled)
            {
                self.claims += 1;
                let name = &judged.sighting.name;
                self.settler.claiming(name);
                let claimed = claim(&ClaimRequest {
                    inbox: &listing.folder,
                    partner: &partner,
                    name,
                    expected: &judged.sighting.fingerprint,
                    marker: MarkerHabit::None,
                    work: &self.folders.work,
                    import_id: &ImportId::parse(format!("id-{}", self.claims)).unwrap(),
                    limit: 1_000_000,
                });
                self.settler.claimed(name);
                let content = fs::read_to_string(claimed.unwrap().body).unwrap();
                taken.push(format!("{}: {content}", name.display()));
            }
            taken
        }
    }

    #[test]
    fn files_are_taken_once_each_when_they_are_complete() {
        let mut folder = Folder::new();
        folder.write("o_2.csv", "two");
        folder.write("o_1.csv", "one");
        folder.write("slow.csv", "be");
        folder.write("empty.csv", "");
        folder.write("vanishing.csv", "x");
        folder.write("o_3.csv.part", "x");
        assert!(folder.scan_at(0).is_empty());
        folder.write("slow.csv", "beginning");
        fs::remove_file(folder.root.path().join("inbox/acme/vanishing.csv")).unwrap();
        assert_eq!(folder.scan_at(2), ["o_1.csv: one", "o_2.csv: two"]);
        folder.write("o_1.csv", "again");
        assert_eq!(folder.scan_at(4), ["slow.csv: beginning"]);
        assert_eq!(folder.scan_at(6), ["o_1.csv: again"]);
        assert!(folder.scan_at(59).is_empty());
        assert_eq!(folder.scan_at(60), ["empty.csv: "]);
        assert!(folder.scan_at(600).is_empty());
        let left: Vec<_> = fs::read_dir(Path::new(&folder.root.path().join("inbox/acme")))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["o_3.csv.part"]);
    }
}
