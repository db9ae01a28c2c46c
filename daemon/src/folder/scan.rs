//! What lies in the drop folder right now?
//! Nothing but directories is ever opened; every other name is only looked at, without following it.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use thiserror::Error;

use super::directory::{Directory, FileKind, Fingerprint, IoAt};
use super::names::{BadPartnerName, MARKER_SUFFIX, PartnerName, ignored};
use super::settle::{Marker, Sighting};

/// Most names of one partner's folder that one scan takes up; further ones are counted and wait their turn.
pub const SIGHTINGS_LIMIT: usize = 200_000;

/// What one scan saw.
#[derive(Debug)]
pub struct Scan {
    /// One entry for each partner's folder, by name.
    pub partners: Vec<PartnerScan>,
    /// What lies in the drop folder itself without being a partner's folder, by name.
    pub oddities: Vec<Oddity>,
}

/// One partner's folder.
#[derive(Debug)]
pub struct PartnerScan {
    /// Whose folder it is.
    pub partner: PartnerName,
    /// What lies in it, or why it could not be listed; other partners are not affected.
    pub listing: Result<Listing, IoAt>,
}

/// The files of one partner's folder.
#[derive(Debug)]
pub struct Listing {
    /// The folder, open, so that a claim addresses the very folder that was listed.
    pub folder: Directory,
    /// What may be an import, in the order in which it is to be worked on: by the numbers in the name, the
    /// time of the last change, the name. Includes what is no regular file, which is then refused.
    pub sightings: Vec<Sighting>,
    /// How many names the ignore list kept out.
    pub ignored: u64,
    /// How many names beyond [`SIGHTINGS_LIMIT`] were not looked at.
    pub left_out: u64,
}

/// A name in the drop folder itself that is not a partner's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Oddity {
    /// Something that is not a directory: files belong into a partner's folder.
    Stray {
        /// Its name.
        name: OsString,
        /// What it is.
        kind: FileKind,
    },
    /// A directory whose name no partner can have.
    BadFolderName {
        /// Its name.
        name: OsString,
        /// What is wrong with the name.
        reason: BadPartnerName,
    },
}

/// Why there was no scan at all.
#[derive(Debug, Error)]
#[error(
    "the drop folder cannot be listed: {0}\nhint: it must be a directory that the daemon may read, write and enter"
)]
pub struct ScanError(#[from] pub IoAt);

/// Looks once at everything in `inbox` and in each partner's folder below it.
pub fn scan(inbox: &Path) -> Result<Scan, ScanError> {
    let inbox = Directory::open(inbox)?;
    let mut scan = Scan {
        partners: Vec::new(),
        oddities: Vec::new(),
    };
    for name in inbox.names()? {
        let name = name?;
        if ignored(&name).is_some() {
            continue;
        }
        let Some(stat) = inbox.stat(&name)? else {
            continue;
        };
        let kind = FileKind::of(&stat);
        if kind != FileKind::Directory {
            scan.oddities.push(Oddity::Stray { name, kind });
            continue;
        }
        match PartnerName::parse(&name) {
            Ok(partner) => scan.partners.push(PartnerScan {
                listing: list(&inbox, &name),
                partner,
            }),
            Err(reason) => scan.oddities.push(Oddity::BadFolderName { name, reason }),
        }
    }
    scan.partners
        .sort_unstable_by(|a, b| a.partner.cmp(&b.partner));
    scan.oddities
        .sort_unstable_by(|a, b| a.name().cmp(b.name()));
    Ok(scan)
}

impl Oddity {
    /// The name it has in the drop folder.
    pub fn name(&self) -> &OsStr {
        match self {
            Self::Stray { name, .. } | Self::BadFolderName { name, .. } => name,
        }
    }
}

fn list(inbox: &Directory, name: &OsStr) -> Result<Listing, IoAt> {
    let folder = inbox.open_child(name)?;
    let mut sightings = Vec::new();
    let mut markers = HashSet::new();
    let (mut ignored_names, mut left_out) = (0, 0);
    for name in folder.names()? {
        let name = name?;
        if ignored(&name).is_some() {
            ignored_names += 1;
            markers.extend(marked_by(name));
            continue;
        }
        if sightings.len() >= SIGHTINGS_LIMIT {
            left_out += 1;
            continue;
        }
        let Some(stat) = folder.stat(&name)? else {
            continue;
        };
        let kind = FileKind::of(&stat);
        let fingerprint = Fingerprint::of(&stat);
        sightings.push(Sighting {
            name,
            kind,
            fingerprint,
            marker: Marker::Absent,
        });
    }
    for sighting in &mut sightings {
        if markers.contains(&sighting.name) {
            sighting.marker = Marker::Present;
        }
    }
    let sightings = in_working_order(sightings);
    Ok(Listing {
        folder,
        sightings,
        ignored: ignored_names,
        left_out,
    })
}

/// The name of the file that a completion marker speaks of.
fn marked_by(marker: OsString) -> Option<OsString> {
    let mut name = marker.into_vec();
    let start = name.len().checked_sub(MARKER_SUFFIX.len())?;
    let is_marker = start > 0 && name[start..] == *MARKER_SUFFIX.as_bytes();
    is_marker.then(|| {
        name.truncate(start);
        OsString::from_vec(name)
    })
}

fn in_working_order(sightings: Vec<Sighting>) -> Vec<Sighting> {
    let mut keyed: Vec<_> = sightings
        .into_iter()
        .map(|sighting| (numbers_in(&sighting.name), sighting))
        .collect();
    keyed.sort_unstable_by(|(a_numbers, a), (b_numbers, b)| {
        let by_numbers = a_numbers.cmp(b_numbers);
        let by_time = || a.fingerprint.modified.cmp(&b.fingerprint.modified);
        by_numbers
            .then_with(by_time)
            .then_with(|| a.name.cmp(&b.name))
    });
    keyed.into_iter().map(|(_, sighting)| sighting).collect()
}

/// The numbers in a name from left to right: `orders_2026-11-23_2.csv` comes before `orders_2026-11-23_10.csv`.
fn numbers_in(name: &OsStr) -> Vec<Number> {
    let runs = name.as_bytes().split(|byte| !byte.is_ascii_digit());
    runs.filter(|digits| !digits.is_empty())
        .map(Number::of)
        .collect()
}

/// The value of a run of digits of any length.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Number {
    Small(u64),
    /// Too large for 64 bits: its digits without leading zeros.
    Large(Vec<u8>),
}

impl Number {
    fn of(digits: &[u8]) -> Self {
        let small = digits.iter().try_fold(0u64, |value, digit| {
            value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
        });
        match small {
            Some(value) => Self::Small(value),
            None => Self::Large(
                digits
                    .iter()
                    .copied()
                    .skip_while(|digit| *digit == b'0')
                    .collect(),
            ),
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Small(a), Self::Small(b)) => a.cmp(b),
            (Self::Small(_), Self::Large(_)) => Ordering::Less,
            (Self::Large(_), Self::Small(_)) => Ordering::Greater,
            (Self::Large(a), Self::Large(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::net::UnixListener;
    use std::time::{Duration, SystemTime};

    fn inbox_with(partner: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let inbox = tempfile::tempdir().unwrap();
        let folder = inbox.path().join(partner);
        fs::create_dir(&folder).unwrap();
        (inbox, folder)
    }

    fn only_listing(inbox: &Path) -> Listing {
        let mut scan = scan(inbox).unwrap();
        assert_eq!(scan.partners.len(), 1);
        scan.partners.remove(0).listing.unwrap()
    }

    #[test]
    fn sees_files_in_working_order() {
        let (inbox, folder) = inbox_with("acme");
        let day = |days: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(86400 * days);
        for (name, changed) in [
            ("o_10.csv", 1),
            ("o_9.csv", 9),
            ("b.csv", 2),
            ("a.csv", 3),
            ("c.csv", 2),
        ] {
            let file = fs::File::create(folder.join(name)).unwrap();
            file.set_modified(day(changed)).unwrap();
        }
        let listing = only_listing(inbox.path());
        let names: Vec<_> = listing
            .sightings
            .iter()
            .map(|s| s.name.to_str().unwrap())
            .collect();
        assert_eq!(names, ["b.csv", "c.csv", "a.csv", "o_9.csv", "o_10.csv"]);
    }

    #[test]
    fn tells_every_kind_without_opening_it() {
        let (inbox, folder) = inbox_with("acme");
        fs::write(folder.join("regular"), "x").unwrap();
        fs::write(inbox.path().join("elsewhere"), "x").unwrap();
        fs::hard_link(inbox.path().join("elsewhere"), folder.join("linked")).unwrap();
        fs::create_dir(folder.join("orders.csv")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.join("symlink")).unwrap();
        let fifo = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, folder.join("fifo"), fifo, 0o600.into(), 0).unwrap();
        let _socket = UnixListener::bind(folder.join("socket")).unwrap();
        let mut kinds: Vec<_> = only_listing(inbox.path())
            .sightings
            .into_iter()
            .map(|sighting| (sighting.name.into_string().unwrap(), sighting.kind))
            .collect();
        kinds.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = [
            ("fifo", FileKind::Fifo),
            ("linked", FileKind::HardLinked),
            ("orders.csv", FileKind::Directory),
            ("regular", FileKind::Regular),
            ("socket", FileKind::Socket),
            ("symlink", FileKind::Symlink),
        ];
        assert_eq!(kinds, expected.map(|(name, kind)| (name.to_owned(), kind)));
    }

    #[test]
    fn takes_names_of_any_bytes() {
        let (inbox, folder) = inbox_with("acme");
        let long = "x".repeat(255);
        for name in [&b"a\nb.csv"[..], b"\xff\xfe.csv", long.as_bytes()] {
            fs::write(folder.join(OsStr::from_bytes(name)), "x").unwrap();
        }
        assert_eq!(only_listing(inbox.path()).sightings.len(), 3);
    }

    #[test]
    fn counts_the_ignored_and_pairs_markers() {
        let (inbox, folder) = inbox_with("acme");
        for name in [
            "a.csv",
            "a.csv.done",
            "b.csv",
            "c.csv.part",
            ".hidden",
            ".done",
        ] {
            fs::write(folder.join(name), "x").unwrap();
        }
        let listing = only_listing(inbox.path());
        assert_eq!(listing.ignored, 4);
        let markers: Vec<_> = listing
            .sightings
            .iter()
            .map(|s| (s.name.to_str().unwrap(), s.marker))
            .collect();
        assert_eq!(
            markers,
            [("a.csv", Marker::Present), ("b.csv", Marker::Absent)]
        );
    }

    #[test]
    fn reports_what_is_no_partner_folder() {
        let inbox = tempfile::tempdir().unwrap();
        for folder in ["zeta", "acme", "Acme", ".hidden", "@eaDir"] {
            fs::create_dir(inbox.path().join(folder)).unwrap();
        }
        fs::write(inbox.path().join("orders.csv"), "x").unwrap();
        std::os::unix::fs::symlink("acme", inbox.path().join("link")).unwrap();
        let scan = scan(inbox.path()).unwrap();
        let partners: Vec<_> = scan.partners.iter().map(|p| p.partner.as_str()).collect();
        assert_eq!(partners, ["acme", "zeta"]);
        let odd: Vec<_> = scan
            .oddities
            .iter()
            .map(|odd| odd.name().to_str().unwrap())
            .collect();
        assert_eq!(odd, ["Acme", "link", "orders.csv"]);
        assert!(matches!(
            scan.oddities[1],
            Oddity::Stray {
                kind: FileKind::Symlink,
                ..
            }
        ));
    }

    /// Root reads everything whatever the modes say, so that a folder removed while open stands in for it.
    #[test]
    fn a_folder_that_cannot_be_listed_is_trouble_of_its_own() {
        use std::os::unix::fs::PermissionsExt;
        let (inbox, folder) = inbox_with("acme");
        fs::create_dir(inbox.path().join("zeta")).unwrap();
        let open_inbox = Directory::open(inbox.path()).unwrap();
        if rustix::process::geteuid().is_root() {
            eprintln!(
                "running as root: the modes of a folder mean nothing, a removed folder is tried instead"
            );
            fs::remove_dir(&folder).unwrap();
            let error = list(&open_inbox, OsStr::new("acme")).unwrap_err();
            assert!(error.to_string().contains("acme"));
        } else {
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o000)).unwrap();
            let scan = scan(inbox.path()).unwrap();
            assert!(scan.partners[0].listing.is_err());
            assert!(scan.partners[1].listing.is_ok());
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        }
    }

    #[test]
    fn a_missing_drop_folder_is_an_error_with_its_path() {
        let root = tempfile::tempdir().unwrap();
        let error = scan(&root.path().join("inbox")).unwrap_err();
        assert!(error.to_string().contains("/inbox`"));
    }

    #[test]
    fn compares_numbers_by_value() {
        let check = |small: &str, large: &str| {
            assert!(
                numbers_in(OsStr::new(small)) < numbers_in(OsStr::new(large)),
                "{small} {large}"
            );
        };
        check("none", "1");
        check("o2", "o10");
        check("o_2026-11-23_2", "o_2026-11-23_10");
        check("o18446744073709551615", "o18446744073709551616");
        check("o0099999999999999999999", "o100000000000000000000");
        assert_eq!(numbers_in(OsStr::new("o007")), numbers_in(OsStr::new("p7")));
    }
}
