//! Is a backup whole or refused, and does it leave alone what was there before?

use std::fs;
use std::path::{Path, PathBuf};

use intake_core::catalog::{Offer, OfferManager, ProductBase};
use tempfile::TempDir;

use super::manifest::Manifest;
use super::{BackupError, Choice, MANIFEST, RestoreError, Taken, check, restore, take};
use crate::books::BooksError;
use crate::config::Config;
use crate::open_data::{OpenData, OpenDataError};

const NOW: &str = "2026-11-24T16:00:05Z";

struct Site {
    folder: TempDir,
    data: OpenData,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("intake.toml"), "daemon.watcher = false\n").unwrap();
        let mut config = Config::find(None, Some(&path)).unwrap();
        // Every frame begins a segment of its own.
        config.daemon.journal_segment = 1;
        let data = OpenData::open(&path, config).unwrap();
        let site = Self { folder, data };
        site.write("A");
        site.write("B");
        site
    }

    fn write(&self, title: &str) {
        let offer = Offer {
            id: "O_MZA1E7173120881551".into(),
            title: title.into(),
            managed_by: OfferManager::External,
            archived: false,
            allowed_payment_methods: Vec::new(),
            multiple_purchases: false,
            access_rights: Vec::new(),
            base: ProductBase::Time,
            steps: 1,
        };
        self.data
            .books
            .write(|sheet| {
                sheet.offer(offer);
                Ok::<(), BooksError>(())
            })
            .unwrap();
    }

    fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn take(&self, choice: Choice) -> Result<Taken, BackupError> {
        let now = NOW.parse().unwrap();
        take(&self.data, &self.place("backups"), choice, now, &|_| true)
    }

    fn title_in(path: &Path) -> String {
        let data = OpenData::open(path, Config::default()).unwrap();
        let catalog = data.books.store().catalog();
        catalog.values().next().unwrap().title.to_string()
    }
}

#[test]
fn what_is_restored_is_what_was_there() {
    let site = Site::new();
    let taken = site.take(Choice::default()).unwrap();
    assert_eq!(taken.place.file_name().unwrap(), "2026-11-24T16-00-05Z");
    site.write("later");
    let target = site.place("new");
    let restored = restore(&site.place("backups"), &target, &|_| {}).unwrap();
    assert_eq!(restored.manifest, taken.manifest);
    assert_eq!(restored.journal.end, taken.manifest.head.position);
    assert!(!restored.config_left);
    assert_eq!(Site::title_in(&target), "B");
    let config = |data: &Path| fs::read(data.join("intake.toml")).unwrap();
    assert_eq!(config(&target), config(&site.data.path));
    // Nothing is replaced.
    let again = restore(&taken.place, &target, &|_| {});
    assert!(matches!(again, Err(RestoreError::NotEmpty { .. })));
    assert_eq!(Site::title_in(&target), "B");
}

#[test]
fn later_backups_share_what_is_old_and_do_not_depend_on_it() {
    let site = Site::new();
    let first = site.take(Choice::default()).unwrap();
    site.write("C");
    let second = site.take(Choice::default()).unwrap();
    assert_eq!(second.place.file_name().unwrap(), "2026-11-24T16-00-05Z-2");
    assert_eq!(second.shares_with.as_deref(), Some("2026-11-24T16-00-05Z"));
    assert!(second.copied_bytes < first.copied_bytes);
    let only = Choice {
        keep: Some(1),
        ..Choice::default()
    };
    let third = site.take(only).unwrap();
    assert_eq!(third.copied_bytes, 0);
    assert_eq!(
        third.removed,
        ["2026-11-24T16-00-05Z", "2026-11-24T16-00-05Z-2"]
    );
    let names: Vec<_> = fs::read_dir(site.place("backups"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(names, [third.place]);
    restore(&site.place("backups"), &site.place("new"), &|_| {}).unwrap();
    assert_eq!(Site::title_in(&site.place("new")), "C");
}

#[test]
fn every_cut_and_every_change_of_a_manifest_is_refused() {
    let site = Site::new();
    let taken = site.take(Choice::default()).unwrap();
    let path = taken.place.join(MANIFEST);
    let whole = fs::read(&path).unwrap();
    assert_eq!(Manifest::read(&taken.place).unwrap(), taken.manifest);
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let refused = Manifest::read(&taken.place);
        assert!(
            matches!(refused, Err(RestoreError::Torn { .. })),
            "{length}"
        );
    }
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&path, changed).unwrap();
        assert!(Manifest::read(&taken.place).is_err(), "{at}");
    }
    let later = String::from_utf8(whole).unwrap();
    let later = later.replacen("\"version\":1", "\"version\":2", 1);
    fs::write(&path, later).unwrap();
    let refused = Manifest::read(&taken.place).unwrap_err();
    assert!(refused.to_string().contains("of version 2"), "{refused}");
}

#[test]
fn a_backup_that_is_not_whole_leaves_nothing_behind() {
    let site = Site::new();
    let taken = site.take(Choice::default()).unwrap();
    let segment = taken.place.join("journal/000002.ndjson.zst");
    let good = fs::read(&segment).unwrap();
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    let target = site.place("new");
    for bad in [flipped, good[1..].to_vec(), [&good[..], b"x"].concat()] {
        fs::write(&segment, bad).unwrap();
        let refused = restore(&taken.place, &target, &|_| {}).unwrap_err();
        assert!(matches!(refused, RestoreError::Damaged { .. }), "{refused}");
        assert!(!target.exists());
        assert!(check(&taken.place, &|_| {}).is_err());
    }
    fs::remove_file(&segment).unwrap();
    fs::create_dir(&target).unwrap();
    let refused = restore(&taken.place, &target, &|_| {}).unwrap_err();
    assert!(refused.to_string().contains("is missing"), "{refused}");
    let left: Vec<_> = fs::read_dir(&target).unwrap().flatten().collect();
    assert!(
        left.iter().all(|entry| entry.file_name() == "lock"),
        "{left:?}"
    );
    fs::write(&segment, good).unwrap();
    restore(&taken.place, &target, &|_| {}).unwrap();
    check(&taken.place, &|_| {}).unwrap();
}

#[test]
fn a_restore_that_was_cut_off_is_not_opened() {
    let site = Site::new();
    let target = site.place("new");
    site.take(Choice::default()).unwrap();
    restore(&site.place("backups"), &target, &|_| {}).unwrap();
    fs::write(target.join("restore-unfinished"), "").unwrap();
    let refused = OpenData::open(&target, Config::default()).err().unwrap();
    assert!(
        matches!(refused, OpenDataError::HalfRestored(_)),
        "{refused}"
    );
}

#[test]
fn a_backup_that_ends_early_is_no_backup() {
    let site = Site::new();
    let folder = site.place("backups");
    let stopped = take(
        &site.data,
        &folder,
        Choice::default(),
        NOW.parse().unwrap(),
        &|lines| lines == 0,
    );
    assert!(matches!(stopped, Err(BackupError::Stopped)));
    assert!(fs::read_dir(&folder).unwrap().next().is_none());
    // As a power cut leaves it.
    let cut_off = folder.join(".unfinished-2026-11-24T15-00-00Z");
    fs::create_dir_all(cut_off.join("journal")).unwrap();
    for place in [&folder, &cut_off] {
        let refused = restore(place, &site.place("new"), &|_| {}).unwrap_err();
        assert!(
            matches!(refused, RestoreError::NoManifest { .. }),
            "{refused}"
        );
    }
    site.take(Choice::default()).unwrap();
    assert!(!cut_off.exists());
}

#[test]
fn a_backup_does_not_lie_in_what_it_backs_up() {
    let site = Site::new();
    let inside = site.data.path.join("backups");
    let now = NOW.parse().unwrap();
    let refused = take(&site.data, &inside, Choice::default(), now, &|_| true);
    assert!(matches!(refused, Err(BackupError::Inside { .. })));
}
