//! Where do the files to measure with come from?
//! From the generator, once a day: what is cached carries the day in its name, since the rules about
//! dates hold for one day only.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use xtask::generate::{
    Book, Day, FileKind, Format, Settings, Share, write_customers, write_file, write_offers,
};

use crate::commands::daemon::{Intake, rename};
use crate::workspace::Workspace;

/// The generated files.
pub(super) struct Inputs {
    /// Everything that measuring leaves behind lies here.
    pub(super) folder: PathBuf,
    today: Day,
}

/// A generated file and what is in it.
pub(super) struct Input {
    pub(super) path: PathBuf,
    pub(super) rows: u64,
    pub(super) bad_rows: u64,
}

impl Inputs {
    /// Makes the folder.
    pub(super) fn new(workspace: &Workspace, today: Day) -> anyhow::Result<Self> {
        let folder = workspace.target.join("bench");
        make_folder(&folder)?;
        Ok(Self { folder, today })
    }

    /// The moment that peers are told it is, as RFC 3339: noon of the day.
    pub(super) fn now(&self) -> String {
        format!("{}T12:00:00+00:00", self.today)
    }

    /// The book behind the files of new orders.
    fn book(&self, rows: u64, bad: Share) -> anyhow::Result<Book> {
        Book::new(Settings {
            bad,
            ragged_rows: false,
            customers: customers_for(rows),
            ..Settings::new(1, rows, self.today)
        })
    }

    /// A CSV file of so many orders, about 1 % of them bad.
    pub(super) fn orders_with_bad_rows(&self, rows: u64) -> anyhow::Result<Input> {
        self.orders("bad", &self.book(rows, Share::per_million(10_000))?)
    }

    /// A CSV file of so many orders, every one of them bad.
    pub(super) fn orders_all_bad(&self, rows: u64) -> anyhow::Result<Input> {
        self.orders("wrong", &self.book(rows, Share::per_million(1_000_000))?)
    }

    /// A CSV file of so many orders without a flaw.
    pub(super) fn clean_orders(&self, rows: u64) -> anyhow::Result<Input> {
        self.orders("clean", &self.book(rows, Share::NONE)?)
    }

    /// The same orders as the body of a request.
    pub(super) fn clean_body(&self, rows: u64) -> anyhow::Result<Input> {
        self.written("clean", &self.book(rows, Share::NONE)?, Format::Json)
    }

    /// Bodies of requests with so many new orders in all, some in each; no other file has them.
    pub(super) fn clean_batches(&self, rows: u64, each: u64) -> anyhow::Result<Vec<Vec<u8>>> {
        let book = Book::new(Settings {
            bad: Share::NONE,
            ragged_rows: false,
            customers: customers_for(rows),
            prefix: format!("EACH{each}"),
            ..Settings::new(2, rows, self.today)
        })?;
        let mut lines = Vec::new();
        write_file(&mut lines, &book, FileKind::Creates, Format::Ndjson)?;
        let items: Vec<&[u8]> = lines
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .collect();
        let body = |items: &[&[u8]]| {
            let mut body = b"{\"purchase\":false,\"suppressMail\":true,\"items\":[".to_vec();
            body.extend_from_slice(&items.join(&b','));
            body.extend_from_slice(b"]}");
            body
        };
        Ok(items.chunks(each as usize).map(body).collect())
    }

    fn orders(&self, kind: &str, book: &Book) -> anyhow::Result<Input> {
        self.written(kind, book, Format::Csv)
    }

    fn written(&self, kind: &str, book: &Book, format: Format) -> anyhow::Result<Input> {
        let rows = book.settings().orders;
        let ending = if format == Format::Json {
            "json"
        } else {
            "csv"
        };
        let path = self
            .folder
            .join(format!("orders-{kind}-{rows}-{}.{ending}", self.today));
        if path.is_file() {
            read_through(&path)?;
        } else {
            println!("writing {rows} orders to `{}`", path.display());
            write_whole(&path, |out| {
                write_file(out, book, FileKind::Creates, format).map(drop)
            })?;
        }
        let bad_rows = (0..rows)
            .filter(|index| book.defect(*index).is_some())
            .count() as u64;
        Ok(Input {
            path,
            rows,
            bad_rows,
        })
    }

    /// A data directory of this name with the offers and the customers that so many orders need,
    /// made anew.
    pub(super) fn data_directory(
        &self,
        program: &Path,
        name: &str,
        rows: u64,
    ) -> anyhow::Result<Intake> {
        let data = self.folder.join(name);
        remove(&data)?;
        make_folder(&data)?;
        let intake = Intake {
            program: program.to_owned(),
            data,
        };
        let offers = self.folder.join("offers.ndjson");
        write_whole(&offers, write_offers)?;
        let customers = self.folder.join("customers.ndjson");
        write_whole(&customers, |out| write_customers(out, customers_for(rows)))?;
        for (kind, file) in [("offer", &offers), ("customer", &customers)] {
            let file = file
                .to_str()
                .context("the build folder's path is not UTF-8")?;
            intake.call(&[kind, "load", file])?;
        }
        Ok(intake)
    }

    /// The same data directory under this name, made anew.
    pub(super) fn copy_of(&self, intake: &Intake, name: &str) -> anyhow::Result<Intake> {
        let data = self.folder.join(name);
        copy_folder(&intake.data, &data)?;
        let program = intake.program.clone();
        Ok(Intake { program, data })
    }

    /// A small file of new orders, of another book for each number.
    pub(super) fn small_file(&self, number: u64, rows: u64) -> anyhow::Result<Vec<u8>> {
        let book = Book::new(Settings {
            bad: Share::NONE,
            customers: customers_for(rows),
            prefix: format!("SMALL{number}"),
            ..Settings::new(number, rows, self.today)
        })?;
        let mut content = Vec::new();
        write_file(&mut content, &book, FileKind::Creates, Format::Csv)?;
        Ok(content)
    }
}

/// A customer holds four of the orders, as in a trade where many read several titles.
fn customers_for(rows: u64) -> u64 {
    (rows / 4).max(1)
}

/// Brings a file into the page cache, so that nobody pays for the disk who reads it first.
fn read_through(path: &Path) -> anyhow::Result<()> {
    let cannot_read = || format!("cannot read `{}`", path.display());
    let mut file = File::open(path).with_context(cannot_read)?;
    io::copy(&mut file, &mut io::sink()).with_context(cannot_read)?;
    Ok(())
}

/// Writes a file under another name first, so that an interrupted run leaves no half one.
fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> anyhow::Result<()> {
    let unfinished = path.with_extension("unfinished");
    let cannot_write = || format!("cannot write `{}`", unfinished.display());
    let file = File::create(&unfinished).with_context(cannot_write)?;
    let mut out = BufWriter::with_capacity(1 << 18, file);
    write(&mut out).with_context(cannot_write)?;
    out.flush().with_context(cannot_write)?;
    rename(&unfinished, path)
}

fn make_folder(path: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(path).with_context(|| format!("cannot make `{}`", path.display()))
}

/// Removes a folder with all in it; one that is not there is fine.
pub(super) fn remove(path: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove `{}`", path.display()))
        }
        _ => Ok(()),
    }
}

/// Copies a folder with all in it.
fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    remove(to)?;
    make_folder(to)?;
    let cannot_read = || format!("cannot read `{}`", from.display());
    for entry in fs::read_dir(from).with_context(cannot_read)? {
        let entry = entry.with_context(cannot_read)?;
        let kind = entry.file_type().with_context(cannot_read)?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if kind.is_dir() {
            copy_folder(&source, &target)?;
        } else if kind.is_file() {
            fs::copy(&source, &target)
                .with_context(|| format!("cannot copy `{}`", source.display()))?;
        }
    }
    Ok(())
}
