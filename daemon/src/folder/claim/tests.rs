//! Does a claim keep its promise whatever happens around it?
//! After every error the file lies where the error says, unchanged.

use std::cell::Cell;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use expect_test::expect;

use super::*;
use crate::folder::moves::{
    Folders, Month, Presence, plan_beside, survey, to_archive, to_held, to_rejected,
};

const ORDERS: &[u8] = b"externalSystemId;startDate\n0100;2026-11-23\n";
const LIMIT: u64 = 1_000_000;

/// A data directory with the folder of one partner.
struct Bench {
    root: tempfile::TempDir,
    folders: Folders,
    inbox: Directory,
    partner: PartnerName,
    id: ImportId,
}

impl Bench {
    fn new() -> Self {
        Self::at(tempfile::tempdir().unwrap())
    }

    fn at(root: tempfile::TempDir) -> Self {
        fs::create_dir_all(root.path().join("inbox/acme")).unwrap();
        let folders = Folders::open(&Directory::open(root.path()).unwrap()).unwrap();
        let inbox = Directory::open(root.path().join("inbox/acme")).unwrap();
        let partner = PartnerName::parse("acme").unwrap();
        let id = ImportId::parse("01JDK").unwrap();
        Self {
            root,
            folders,
            inbox,
            partner,
            id,
        }
    }

    fn path(&self, below: impl AsRef<OsStr>) -> PathBuf {
        self.root.path().join(below.as_ref())
    }

    fn dropped(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.inbox.path().join(name.as_ref())
    }

    fn drop_file(&self, name: impl AsRef<OsStr>, content: &[u8]) -> Fingerprint {
        fs::write(self.dropped(&name), content).unwrap();
        self.seen(name)
    }

    fn seen(&self, name: impl AsRef<OsStr>) -> Fingerprint {
        Fingerprint::of(&self.inbox.stat(name).unwrap().unwrap())
    }

    fn request<'a>(&'a self, name: &'a OsStr, expected: &'a Fingerprint) -> ClaimRequest<'a> {
        ClaimRequest {
            inbox: &self.inbox,
            partner: &self.partner,
            name,
            expected,
            marker: MarkerHabit::None,
            work: &self.folders.work,
            import_id: &self.id,
            limit: LIMIT,
        }
    }

    fn claim(&self, name: impl AsRef<OsStr>) -> Result<Claimed, ClaimError> {
        let expected = self.seen(&name);
        claim(&self.request(name.as_ref(), &expected))
    }

    /// Claims `o.csv` while `happening` happens, once, at `moment`.
    fn claim_while(
        &self,
        moment: Moment,
        happening: impl FnOnce(&Self),
    ) -> Result<Claimed, ClaimError> {
        let expected = self.seen("o.csv");
        let happening = Cell::new(Some(happening));
        claim_watched(&self.request(OsStr::new("o.csv"), &expected), |now| {
            if now == moment
                && let Some(happening) = happening.take()
            {
                happening(self);
            }
        })
    }

    /// The paths of everything below a folder, sorted.
    fn tree(&self, below: &str) -> Vec<String> {
        fn walk(folder: &Path, root: &Path, found: &mut Vec<String>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() && !path.is_symlink() {
                    walk(&path, root, found);
                } else {
                    found.push(printable(path.strip_prefix(root).unwrap()));
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.path(below), self.root.path(), &mut found);
        found.sort();
        found
    }

    fn assert_untouched(&self, content: &[u8]) {
        assert_eq!(fs::read(self.dropped("o.csv")).unwrap(), content);
        assert_eq!(
            fs::read_dir(self.path("work")).unwrap().count(),
            0,
            "work is swept"
        );
    }

    fn month() -> Month {
        Month::of(jiff::civil::date(2026, 11, 23))
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits = |byte: &u8| [byte >> 4, byte & 15];
    let letter = |digit| char::from_digit(u32::from(digit), 16).unwrap();
    bytes.iter().flat_map(digits).map(letter).collect()
}

#[test]
fn takes_the_file_and_a_private_copy() {
    let bench = Bench::new();
    bench.drop_file("o.csv", ORDERS);
    let claimed = bench.claim("o.csv").unwrap();
    assert_eq!(claimed.bytes, ORDERS.len() as u64);
    assert_eq!(fs::read(&claimed.body).unwrap(), ORDERS);
    expect!["17c3931c58b6537cb733028205c06fe6a4cffce4817f88f77d4cd9489ea0b932"]
        .assert_eq(&hex(&claimed.sha256));
    assert_eq!(bench.tree("inbox"), [""; 0]);
    assert_eq!(
        bench.tree("work"),
        [
            "work/01JDK/body",
            "work/01JDK/o.csv",
            "work/01JDK/origin.json"
        ]
    );
    let mode = fs::metadata(bench.path("work/01JDK"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn takes_any_name() {
    let long = "x".repeat(255);
    let names = [
        &b"a\nb.csv"[..],
        b"\xff\xfe.csv",
        long.as_bytes(),
        b"body",
        b"origin.json",
        b"-rf",
    ];
    for name in names {
        let bench = Bench::new();
        let name = OsStr::from_bytes(name);
        bench.drop_file(name, ORDERS);
        let claimed = bench.claim(name).unwrap();
        assert_eq!(claimed.name, name);
        assert_eq!(fs::read(&claimed.body).unwrap(), ORDERS);
        let found = survey(&bench.folders.work).unwrap().leftovers.remove(0);
        assert_eq!(found.name.as_deref(), Some(name));
        let rested = to_archive(
            &bench.folders,
            &bench.partner,
            Bench::month(),
            &bench.id,
            name,
        )
        .unwrap();
        assert_eq!(fs::read(rested.path).unwrap(), ORDERS);
        assert_eq!(rested.written_later, None);
        assert_eq!(bench.tree("work"), [""; 0]);
    }
}

#[test]
fn takes_an_empty_file() {
    let bench = Bench::new();
    bench.drop_file("o.csv", b"");
    assert_eq!(bench.claim("o.csv").unwrap().bytes, 0);
}

#[test]
fn takes_two_files_of_one_name_one_after_the_other() {
    let mut bench = Bench::new();
    for (id, content) in [("first", b"1"), ("second", b"2")] {
        bench.id = ImportId::parse(id).unwrap();
        bench.drop_file("o.csv", content);
        bench.claim("o.csv").unwrap();
        to_archive(
            &bench.folders,
            &bench.partner,
            Bench::month(),
            &bench.id,
            OsStr::new("o.csv"),
        )
        .unwrap();
    }
    assert_eq!(
        bench.tree("archive"),
        [
            "archive/acme/2026-11/o.first.csv",
            "archive/acme/2026-11/o.second.csv"
        ]
    );
}

#[test]
fn a_file_that_vanished_is_only_that() {
    let bench = Bench::new();
    let expected = bench.drop_file("o.csv", ORDERS);
    fs::remove_file(bench.dropped("o.csv")).unwrap();
    let error = claim(&bench.request(OsStr::new("o.csv"), &expected)).unwrap_err();
    assert!(matches!(error, ClaimError::Vanished { .. }), "{error}");
    bench.drop_file("o.csv", ORDERS);
    let removed = |bench: &Bench| fs::remove_file(bench.dropped("o.csv")).unwrap();
    let error = bench.claim_while(Moment::Opened, removed).unwrap_err();
    assert!(matches!(error, ClaimError::Vanished { .. }), "{error}");
    assert_eq!(fs::read_dir(bench.path("work")).unwrap().count(), 0);
}

#[test]
fn a_removed_partner_folder_is_no_panic() {
    let bench = Bench::new();
    let expected = bench.drop_file("o.csv", ORDERS);
    fs::remove_dir_all(bench.path("inbox/acme")).unwrap();
    let error = claim(&bench.request(OsStr::new("o.csv"), &expected)).unwrap_err();
    assert!(matches!(error, ClaimError::Vanished { .. }), "{error}");
}

#[test]
fn nothing_but_regular_files_is_taken_and_nothing_blocks() {
    let check = |make: &dyn Fn(&Path), expected: FileKind| {
        let bench = Bench::new();
        make(&bench.dropped("o.csv"));
        match bench.claim("o.csv").unwrap_err() {
            ClaimError::NotRegular { kind, .. } => assert_eq!(kind, expected),
            other => panic!("{other}"),
        }
        assert_eq!(fs::read_dir(bench.path("work")).unwrap().count(), 0);
        assert!(bench.dropped("o.csv").symlink_metadata().is_ok());
    };
    let fifo = |path: &Path| {
        let kind = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, path, kind, 0o600.into(), 0).unwrap();
    };
    check(
        &|path| std::os::unix::fs::symlink("/etc/passwd", path).unwrap(),
        FileKind::Symlink,
    );
    check(&fifo, FileKind::Fifo);
    check(&|path| fs::create_dir(path).unwrap(), FileKind::Directory);
    check(
        &|path| drop(std::os::unix::net::UnixListener::bind(path).unwrap()),
        FileKind::Socket,
    );
}

#[test]
fn names_that_are_not_taken_are_not_claimed_either() {
    let bench = Bench::new();
    let expected = bench.drop_file("o.csv", ORDERS);
    for name in ["..", "../acme/o.csv", ".hidden", "o.csv.part", ""] {
        let error = claim(&bench.request(OsStr::new(name), &expected)).unwrap_err();
        assert!(
            matches!(error, ClaimError::NotTaken { .. }),
            "{name}: {error}"
        );
    }
    bench.assert_untouched(ORDERS);
}

#[test]
fn hard_links_are_refused_before_and_during_the_claim() {
    let bench = Bench::new();
    bench.drop_file("o.csv", ORDERS);
    let link = |bench: &Bench| {
        fs::hard_link(bench.dropped("o.csv"), bench.path("inbox/second-name")).unwrap();
    };
    let error = bench.claim_while(Moment::Opened, link).unwrap_err();
    assert!(matches!(error, ClaimError::HardLinked { .. }), "{error}");
    bench.assert_untouched(ORDERS);
    let error = bench.claim("o.csv").unwrap_err();
    assert!(matches!(error, ClaimError::HardLinked { .. }), "{error}");
    bench.assert_untouched(ORDERS);
}

#[test]
fn a_file_exchanged_before_the_rename_is_put_back() {
    let bench = Bench::new();
    bench.drop_file("o.csv", ORDERS);
    let exchange = |bench: &Bench| {
        fs::write(bench.dropped("new"), b"other").unwrap();
        fs::rename(bench.dropped("new"), bench.dropped("o.csv")).unwrap();
    };
    let error = bench.claim_while(Moment::Opened, exchange).unwrap_err();
    assert!(matches!(error, ClaimError::Swapped { .. }), "{error}");
    bench.assert_untouched(b"other");
}

#[test]
fn a_symlink_put_in_place_before_the_rename_is_put_back_unread() {
    let bench = Bench::new();
    bench.drop_file("o.csv", ORDERS);
    let exchange = |bench: &Bench| {
        fs::remove_file(bench.dropped("o.csv")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", bench.dropped("o.csv")).unwrap();
    };
    let error = bench.claim_while(Moment::Opened, exchange).unwrap_err();
    assert!(matches!(error, ClaimError::Swapped { .. }), "{error}");
    assert!(bench.dropped("o.csv").is_symlink());
    assert_eq!(fs::read_dir(bench.path("work")).unwrap().count(), 0);
}

#[test]
fn another_file_than_the_settled_one_is_left_alone() {
    let bench = Bench::new();
    let settled = bench.drop_file("o.csv", ORDERS);
    let expected = Fingerprint {
        inode: settled.inode + 1,
        ..settled
    };
    let error = claim(&bench.request(OsStr::new("o.csv"), &expected)).unwrap_err();
    assert!(matches!(error, ClaimError::Swapped { .. }), "{error}");
    bench.assert_untouched(ORDERS);
}

#[test]
fn a_file_that_grew_since_it_settled_is_left_alone() {
    let bench = Bench::new();
    let expected = bench.drop_file("o.csv", ORDERS);
    fs::write(
        bench.dropped("o.csv"),
        b"longer than before, and still going on and on",
    )
    .unwrap();
    let error = claim(&bench.request(OsStr::new("o.csv"), &expected)).unwrap_err();
    assert!(matches!(error, ClaimError::StillGrowing { .. }), "{error}");
}

#[test]
fn a_file_that_grows_during_the_copy_is_put_back() {
    for moment in [Moment::Renamed, Moment::ChunkCopied] {
        let bench = Bench::new();
        bench.drop_file("o.csv", ORDERS);
        let mut writer = fs::OpenOptions::new()
            .append(true)
            .open(bench.dropped("o.csv"))
            .unwrap();
        let grow = |_: &Bench| writer.write_all(b"more").unwrap();
        match bench.claim_while(moment, grow).unwrap_err() {
            ClaimError::StillGrowing { back_as } => assert_eq!(back_as, "o.csv"),
            other => panic!("{other}"),
        }
        bench.assert_untouched(&[ORDERS, b"more"].concat());
        writer.write_all(b"!").unwrap();
        bench.assert_untouched(&[ORDERS, b"more!"].concat());
    }
}

#[test]
fn a_file_cut_short_during_the_copy_is_put_back() {
    let bench = Bench::new();
    bench.drop_file("o.csv", ORDERS);
    let writer = fs::OpenOptions::new()
        .write(true)
        .open(bench.dropped("o.csv"))
        .unwrap();
    let error = bench
        .claim_while(Moment::Renamed, |_| writer.set_len(3).unwrap())
        .unwrap_err();
    assert!(matches!(error, ClaimError::StillGrowing { .. }), "{error}");
    bench.assert_untouched(&ORDERS[..3]);
}

#[test]
fn a_file_put_back_does_not_replace_a_newer_one() {
    let bench = Bench::new();
    bench.drop_file("o.csv", ORDERS);
    let mut writer = fs::OpenOptions::new()
        .append(true)
        .open(bench.dropped("o.csv"))
        .unwrap();
    let error = bench.claim_while(Moment::Renamed, |bench| {
        writer.write_all(b"more").unwrap();
        fs::write(bench.dropped("o.csv"), b"newer").unwrap();
    });
    match error.unwrap_err() {
        ClaimError::StillGrowing { back_as } => assert_eq!(back_as, "o.01JDK.csv"),
        other => panic!("{other}"),
    }
    assert_eq!(
        bench.tree("inbox"),
        ["inbox/acme/o.01JDK.csv", "inbox/acme/o.csv"]
    );
    bench.assert_untouched(b"newer");
}

#[test]
fn a_marker_goes_with_its_file() {
    let bench = Bench::new();
    let expected = bench.drop_file("o.csv", ORDERS);
    fs::write(bench.dropped("o.csv.done"), b"").unwrap();
    let request = ClaimRequest {
        marker: MarkerHabit::Required,
        ..bench.request(OsStr::new("o.csv"), &expected)
    };
    claim(&request).unwrap();
    assert_eq!(bench.tree("inbox"), [""; 0]);
}

#[test]
fn a_plan_goes_with_its_file_to_its_rest() {
    let bench = Bench::new();
    fs::write(bench.dropped("o.csv.plan.json"), b"{}").unwrap();
    fs::write(bench.dropped("p.csv.plan.json"), b"{}").unwrap();
    bench.drop_file("o.csv", ORDERS);
    bench.claim("o.csv").unwrap();
    assert_eq!(bench.tree("inbox"), ["inbox/acme/p.csv.plan.json"]);
    assert!(plan_beside(&bench.folders, &bench.id).unwrap().is_some());
    // A claim that was cut off here is taken up with its plan.
    let adopted = adopt(&bench.folders.work, &bench.id, LIMIT).unwrap();
    assert_eq!(adopted.unwrap().bytes, ORDERS.len() as u64);
    to_held(&bench.folders, &bench.id).unwrap();
    assert!(plan_beside(&bench.folders, &bench.id).unwrap().is_some());
    for _ in 0..2 {
        let month = Bench::month();
        let name = OsStr::new("o.csv");
        to_archive(&bench.folders, &bench.partner, month, &bench.id, name).unwrap();
    }
    assert!(plan_beside(&bench.folders, &bench.id).unwrap().is_none());
    assert_eq!(
        bench.tree("archive"),
        [
            "archive/acme/2026-11/o.01JDK.csv",
            "archive/acme/2026-11/o.01JDK.csv.plan.json"
        ]
    );
    assert_eq!(bench.tree("held"), [""; 0]);
}

#[test]
fn what_is_no_regular_file_is_no_plan() {
    let bench = Bench::new();
    std::os::unix::fs::symlink("/etc/passwd", bench.dropped("o.csv.plan.json")).unwrap();
    bench.drop_file("o.csv", ORDERS);
    bench.claim("o.csv").unwrap();
    assert!(plan_beside(&bench.folders, &bench.id).unwrap().is_none());
    assert_eq!(bench.tree("inbox"), ["inbox/acme/o.csv.plan.json"]);
    let long = "x".repeat(255);
    let bench = Bench::new();
    bench.drop_file(&long, ORDERS);
    bench.claim(&long).unwrap();
    assert!(plan_beside(&bench.folders, &bench.id).unwrap().is_none());
}

#[test]
fn a_file_over_the_limit_waits_in_its_folder_to_be_rejected() {
    let bench = Bench::new();
    let expected = bench.drop_file("o.csv", ORDERS);
    let request = ClaimRequest {
        limit: 5,
        ..bench.request(OsStr::new("o.csv"), &expected)
    };
    let error = claim(&request).unwrap_err();
    assert!(
        matches!(error, ClaimError::TooLarge { limit: 5, .. }),
        "{error}"
    );
    assert_eq!(error.fault(), Fault::File);
    assert_eq!(
        bench.tree("work"),
        ["work/01JDK/o.csv", "work/01JDK/origin.json"]
    );
    let again = adopt(&bench.folders.work, &bench.id, 5).unwrap_err();
    assert!(matches!(again, AdoptError::TooLarge { .. }), "{again}");
    to_rejected(
        &bench.folders,
        &bench.partner,
        &bench.id,
        OsStr::new("o.csv"),
    )
    .unwrap();
    assert_eq!(bench.tree("rejected"), ["rejected/acme/o.01JDK.csv"]);
    assert_eq!(bench.tree("work"), [""; 0]);
}

#[test]
fn an_id_is_used_once() {
    let bench = Bench::new();
    bench.drop_file("o.csv", ORDERS);
    fs::create_dir(bench.path("work/01JDK")).unwrap();
    let error = bench.claim("o.csv").unwrap_err();
    assert!(matches!(error, ClaimError::IdInUse { .. }), "{error}");
    assert_eq!(fs::read(bench.dropped("o.csv")).unwrap(), ORDERS);
}

#[test]
fn errors_of_the_machine_are_told_from_errors_of_the_file() {
    let check = |errno: Errno, expected: fn(&ClaimError) -> bool| {
        let error = ClaimError::from(IoAt::new("work", errno));
        assert!(expected(&error), "{error}");
        assert_eq!(error.fault(), Fault::Environment);
    };
    check(Errno::NOSPC, |error| {
        matches!(error, ClaimError::DiskFull(_))
    });
    check(Errno::DQUOT, |error| {
        matches!(error, ClaimError::DiskFull(_))
    });
    check(Errno::ACCESS, |error| {
        matches!(error, ClaimError::NoRights(_))
    });
    check(Errno::ROFS, |error| {
        matches!(error, ClaimError::NoRights(_))
    });
    check(Errno::IO, |error| matches!(error, ClaimError::Io(_)));
}

/// Root may do everything whatever the modes say; a removed work folder then stands in for a forbidden one.
#[test]
fn without_a_usable_work_folder_the_file_stays() {
    let bench = Bench::new();
    bench.drop_file("o.csv", ORDERS);
    let work = bench.path("work");
    if rustix::process::geteuid().is_root() {
        eprintln!(
            "running as root: the modes of a folder mean nothing, a removed folder is tried instead"
        );
        fs::remove_dir(&work).unwrap();
        let error = bench.claim("o.csv").unwrap_err();
        assert_eq!(error.fault(), Fault::Environment);
    } else {
        fs::set_permissions(&work, fs::Permissions::from_mode(0o500)).unwrap();
        let error = bench.claim("o.csv").unwrap_err();
        assert!(matches!(error, ClaimError::NoRights(_)), "{error}");
    }
    assert_eq!(fs::read(bench.dropped("o.csv")).unwrap(), ORDERS);
}

/// `/dev/shm` is another file system than the usual temporary folder; where it is not, nothing can be tried.
#[test]
fn another_file_system_is_refused() {
    let Ok(elsewhere) = tempfile::tempdir_in("/dev/shm") else {
        eprintln!("skipped: there is no /dev/shm here");
        return;
    };
    let bench = Bench::new();
    let expected = bench.drop_file("o.csv", ORDERS);
    let work = Directory::open(elsewhere.path()).unwrap();
    if work.identity().unwrap().0 == expected.device {
        eprintln!("skipped: /dev/shm is on the same file system as the temporary folder");
        return;
    }
    let request = ClaimRequest {
        work: &work,
        ..bench.request(OsStr::new("o.csv"), &expected)
    };
    let error = claim(&request).unwrap_err();
    assert!(matches!(error, ClaimError::CrossDevice { .. }), "{error}");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    bench.assert_untouched(ORDERS);
}

/// Mounting takes rights that not every machine gives to a test.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Option<Self> {
        let arguments = ["-t", "tmpfs", "-o", "size=512k", "tmpfs"];
        let mounted = std::process::Command::new("mount")
            .args(arguments)
            .arg(at)
            .output();
        let works = mounted.is_ok_and(|output| output.status.success());
        works.then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount")
            .arg("-l")
            .arg(&self.0)
            .output();
    }
}

#[test]
fn a_full_disk_leaves_the_file_where_it_was_until_there_is_space() {
    let root = tempfile::tempdir().unwrap();
    let Some(_disk) = SmallDisk::mount(root.path()) else {
        eprintln!("skipped: no right to mount a small disk");
        return;
    };
    let bench = Bench::at(root);
    let content = vec![b'x'; 300_000];
    bench.drop_file("o.csv", &content);
    let error = bench.claim("o.csv").unwrap_err();
    assert!(matches!(error, ClaimError::DiskFull(_)), "{error}");
    assert_eq!(error.fault(), Fault::Environment);
    bench.assert_untouched(&content);

    let name = OsStr::new("o.csv");
    let (work, limit) = (&bench.folders.work, 1_000_000);
    let upload = take_upload(&content[..], work, &bench.id, &bench.partner, name, limit);
    assert!(matches!(upload.unwrap_err(), UploadError::DiskFull(_)));
    bench.assert_untouched(&content);

    fs::write(bench.dropped("o.csv"), &content[..1000]).unwrap();
    assert_eq!(bench.claim("o.csv").unwrap().bytes, 1000);
}

#[test]
fn uploads_are_taken_whole_or_not_at_all() {
    let bench = Bench::new();
    let take = |reader: &mut dyn Read, limit| {
        let name = OsStr::new("o.csv");
        take_upload(
            reader,
            &bench.folders.work,
            &bench.id,
            &bench.partner,
            name,
            limit,
        )
    };
    let error = take(&mut &ORDERS[..], 5).unwrap_err();
    assert!(
        matches!(error, UploadError::TooLarge { limit: 5 }),
        "{error}"
    );
    assert_eq!(fs::read_dir(bench.path("work")).unwrap().count(), 0);

    let broken = io::Error::new(io::ErrorKind::ConnectionReset, "gone");
    let mut half = ORDERS[..9].chain(Broken(Some(broken)));
    let error = take(&mut half, LIMIT).unwrap_err();
    assert!(matches!(error, UploadError::Read(_)), "{error}");
    assert_eq!(fs::read_dir(bench.path("work")).unwrap().count(), 0);

    let claimed = take(&mut &ORDERS[..], ORDERS.len() as u64).unwrap();
    assert_eq!(fs::read(&claimed.body).unwrap(), ORDERS);
    let error = take(&mut &ORDERS[..], LIMIT).unwrap_err();
    assert!(matches!(error, UploadError::IdInUse { .. }), "{error}");
    assert_eq!(fs::read(&claimed.body).unwrap(), ORDERS);
    to_archive(
        &bench.folders,
        &bench.partner,
        Bench::month(),
        &bench.id,
        &claimed.name,
    )
    .unwrap();
    assert_eq!(bench.tree("archive"), ["archive/acme/2026-11/o.01JDK.csv"]);
}

struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

#[test]
fn a_claim_cut_off_anywhere_is_taken_up_or_swept() {
    let whole = Bench::new();
    whole.drop_file("o.csv", ORDERS);
    let expected = whole.claim("o.csv").unwrap();

    let adopted = |bench: &Bench| adopt(&bench.folders.work, &bench.id, LIMIT).unwrap();
    assert_eq!(adopted(&whole), Some(expected.clone()), "after the copy");

    for leave in ["body", "body.writing"] {
        if leave == "body.writing" {
            fs::rename(&expected.body, whole.path("work/01JDK/body.writing")).unwrap();
            fs::write(whole.path("work/01JDK/body.writing"), b"half").unwrap();
        } else {
            fs::remove_file(&expected.body).unwrap();
        }
        let found = survey(&whole.folders.work).unwrap().leftovers.remove(0);
        assert_eq!(
            (found.original, found.body),
            (Presence::There, Presence::Missing)
        );
        assert_eq!(found.partner.as_ref(), Some(&whole.partner));
        assert_eq!(adopted(&whole), Some(expected.clone()), "during the copy");
    }

    let empty = Bench::new();
    fs::create_dir(empty.path("work/01JDK")).unwrap();
    fs::write(empty.path("work/01JDK/origin.json"), b"{\"vers").unwrap();
    assert_eq!(adopted(&empty), None, "before the rename");
    assert_eq!(fs::read_dir(empty.path("work")).unwrap().count(), 0);
}

#[test]
fn files_of_an_unknown_partner_stay_for_the_operator() {
    let bench = Bench::new();
    fs::create_dir(bench.path("work/01JDK")).unwrap();
    fs::write(bench.path("work/01JDK/o.csv"), ORDERS).unwrap();
    let error = adopt(&bench.folders.work, &bench.id, LIMIT).unwrap_err();
    assert!(matches!(error, AdoptError::UnknownOrigin { .. }), "{error}");
    assert_eq!(bench.tree("work"), ["work/01JDK/o.csv"]);
}

#[test]
fn the_form_of_an_origin_is_frozen() {
    let bench = Bench::new();
    let name = OsStr::from_bytes(b"a\n\xff%0A.csv");
    bench.drop_file(name, ORDERS);
    bench.claim(name).unwrap();
    expect![[r#"{"version":1,"partner":"acme","name":"a%0A%FF%250A.csv"}"#]]
        .assert_eq(&fs::read_to_string(bench.path("work/01JDK/origin.json")).unwrap());
}

#[test]
fn every_move_can_be_repeated() {
    let bench = Bench::new();
    bench.drop_file("o.csv", ORDERS);
    bench.claim("o.csv").unwrap();
    let first = to_held(&bench.folders, &bench.id).unwrap();
    assert_eq!(to_held(&bench.folders, &bench.id).unwrap(), first);
    assert_eq!(fs::read(&first).unwrap(), ORDERS);

    let name = OsStr::new("o.csv");
    let archive = || {
        to_archive(
            &bench.folders,
            &bench.partner,
            Bench::month(),
            &bench.id,
            name,
        )
    };
    let rested = archive().unwrap();
    assert_eq!(archive().unwrap(), rested);
    assert_eq!(bench.tree("held"), [""; 0]);
    assert_eq!(bench.tree("archive"), ["archive/acme/2026-11/o.01JDK.csv"]);
    let error = to_held(&bench.folders, &bench.id).unwrap_err();
    assert!(error.to_string().starts_with("import `01JDK` has no file"));
}

#[test]
fn a_move_cut_off_after_its_first_rename_is_finished() {
    let bench = Bench::new();
    bench.drop_file("o.csv", ORDERS);
    let claimed = bench.claim("o.csv").unwrap();
    fs::create_dir_all(bench.path("rejected/acme")).unwrap();
    fs::rename(claimed.body, bench.path("rejected/acme/o.01JDK.csv")).unwrap();
    let rested = to_rejected(
        &bench.folders,
        &bench.partner,
        &bench.id,
        OsStr::new("o.csv"),
    )
    .unwrap();
    assert_eq!(rested.written_later, None);
    assert_eq!(bench.tree("rejected"), ["rejected/acme/o.01JDK.csv"]);
    assert_eq!(bench.tree("work"), [""; 0]);
}

#[test]
fn what_a_writer_adds_after_the_claim_is_kept_beside() {
    let bench = Bench::new();
    bench.drop_file("o.csv", ORDERS);
    let mut writer = fs::OpenOptions::new()
        .append(true)
        .open(bench.dropped("o.csv"))
        .unwrap();
    bench.claim("o.csv").unwrap();
    writer.write_all(b"late").unwrap();
    let name = OsStr::new("o.csv");
    let archive = || {
        to_archive(
            &bench.folders,
            &bench.partner,
            Bench::month(),
            &bench.id,
            name,
        )
    };
    let rested = archive().unwrap();
    assert_eq!(fs::read(&rested.path).unwrap(), ORDERS);
    let later = rested.written_later.clone().unwrap();
    assert_eq!(fs::read(later).unwrap(), [ORDERS, b"late"].concat());
    assert_eq!(archive().unwrap(), rested);
}

#[test]
fn a_resting_place_that_is_taken_is_not_overwritten() {
    let bench = Bench::new();
    bench.drop_file("o.csv", ORDERS);
    bench.claim("o.csv").unwrap();
    fs::create_dir_all(bench.path("rejected/acme")).unwrap();
    fs::write(bench.path("rejected/acme/o.01JDK.csv"), b"mine").unwrap();
    let error = to_rejected(
        &bench.folders,
        &bench.partner,
        &bench.id,
        OsStr::new("o.csv"),
    )
    .unwrap_err();
    assert!(
        error.to_string().contains("is taken by another file"),
        "{error}"
    );
    assert_eq!(fs::read(bench.path("work/01JDK/body")).unwrap(), ORDERS);
}

#[test]
fn a_survey_tells_imports_from_foreign_names() {
    let bench = Bench::new();
    bench.drop_file("o.csv", ORDERS);
    bench.claim("o.csv").unwrap();
    fs::create_dir(bench.path("work/not an id")).unwrap();
    fs::write(bench.path("work/file"), b"").unwrap();
    std::os::unix::fs::symlink("01JDK", bench.path("work/link")).unwrap();
    let survey = survey(&bench.folders.work).unwrap();
    assert_eq!(survey.leftovers.len(), 1);
    assert_eq!(survey.leftovers[0].body, Presence::There);
    assert_eq!(survey.foreign, ["file", "link", "not an id"]);
}
