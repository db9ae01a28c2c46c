//! Which files does the demo drop, and what does it expect of each?
//! Every expectation comes from the generator, none from the program that is shown.

use anyhow::Context as _;
use xtask::generate::{
    Book, Counts, Day, Decision, FileKind, Format, Manifest, Mix, Revision, Settings, Share,
    write_file,
};

/// The large partner of the demo.
pub(super) const PRESSEHAUS: &str = "pressehaus";
/// The small one.
pub(super) const LESEZIRKEL: &str = "lesezirkel";

/// A file to drop.
pub(super) struct Delivery {
    pub(super) partner: &'static str,
    pub(super) name: &'static str,
    /// What the file is, in a sentence.
    pub(super) about: String,
    pub(super) content: Vec<u8>,
    pub(super) expected: Expected,
}

/// What has to become of a file.
#[derive(Clone, Copy)]
pub(super) enum Expected {
    /// Applied at once, with these decisions.
    Applied(Counts),
    /// Stopped by the brake; applied with these decisions once it is released.
    Held(Counts),
    /// Not applied at all.
    Refused,
}

/// All files in the order of the story, and the key of an order with a history worth seeing.
pub(super) struct Plot {
    pub(super) deliveries: Vec<Delivery>,
    pub(super) order_with_history: String,
    /// How many customers the orders need.
    pub(super) customers: u64,
}

/// Below this many orders the mass end would not exceed the brake's count.
pub(super) const FEWEST_ORDERS: u64 = 300;

impl Plot {
    /// Makes up everything for a book of so many orders.
    pub(super) fn new(orders: u64, today: Day) -> anyhow::Result<Self> {
        let usual = Revision {
            changed: Share::per_million(150_000),
            mix: Mix::Usual,
            added: Share::per_million(30_000),
        };
        let mass_end = Revision {
            changed: Share::per_million(450_000),
            mix: Mix::EndsOnly,
            added: Share::NONE,
        };
        let large = Settings {
            bad: Share::per_million(20_000),
            revisions: vec![usual, mass_end],
            ..Settings::new(2026, orders, today)
        };
        let small = Settings {
            bad: Share::per_million(30_000),
            customers: large.customers,
            prefix: "LZ".to_owned(),
            revisions: vec![usual],
            ..Settings::new(1953, 60, today)
        };
        let customers = large.customers;
        let (large, small) = (Book::new(large)?, Book::new(small)?);

        let (new, new_manifest) = file(&large, FileKind::Creates, Format::Csv)?;
        let (changes, changes_manifest) = file(
            &large,
            FileKind::Changes { from: 0, to: 1 },
            Format::CsvSemicolon,
        )?;
        let (wrong, wrong_manifest) =
            file(&large, FileKind::Rejects { known: 1, each: 1 }, Format::Csv)?;
        let (body, body_manifest) = file(&small, FileKind::Creates, Format::Json)?;
        let (lines, lines_manifest) =
            file(&small, FileKind::Changes { from: 0, to: 1 }, Format::Ndjson)?;
        let (ends, ends_manifest) =
            file(&large, FileKind::Changes { from: 1, to: 2 }, Format::Csv)?;
        let again = FileKind::Full {
            from: 2,
            to: 2,
            missing: Share::NONE,
        };
        let (book, book_manifest) = file(&large, again, Format::Csv)?;
        let headless = without_offers(&new)?;
        let order_with_history = order_with_history(&changes_manifest, &ends_manifest)
            .context("no order changed; ask for more rows")?;

        let deliveries = vec![
            Delivery {
                partner: PRESSEHAUS,
                name: "orders-new.csv",
                about: format!(
                    "the first file of a fulfilment house: {} orders, {} of them wrong",
                    new_manifest.rows, new_manifest.counts.reject
                ),
                content: new,
                expected: Expected::Applied(new_manifest.counts),
            },
            Delivery {
                partner: PRESSEHAUS,
                name: "orders-changes.csv",
                about: "the changes of a day, with semicolons: quantities, discounts, payment \
                        methods, ends, orders that come back, and some new ones"
                    .to_owned(),
                content: changes,
                expected: Expected::Applied(changes_manifest.counts),
            },
            Delivery {
                partner: PRESSEHAUS,
                name: "orders-wrong.csv",
                about: "one row for each rule that a row can break, of the file, of the catalog \
                        and of what is known"
                    .to_owned(),
                content: wrong,
                expected: Expected::Applied(wrong_manifest.counts),
            },
            Delivery {
                partner: LESEZIRKEL,
                name: "orders.json",
                about: "a small partner sends the platform's own request body".to_owned(),
                content: body,
                expected: Expected::Applied(body_manifest.counts),
            },
            Delivery {
                partner: LESEZIRKEL,
                name: "changes.ndjson",
                about: "and its changes as one JSON object a line".to_owned(),
                content: lines,
                expected: Expected::Applied(lines_manifest.counts),
            },
            Delivery {
                partner: PRESSEHAUS,
                name: "no-offers.csv",
                about: "a file whose column plenigoOfferId was forgotten".to_owned(),
                content: headless,
                expected: Expected::Refused,
            },
            Delivery {
                partner: PRESSEHAUS,
                name: "empty.csv",
                about: "an empty file, which says nothing and gets its receipt all the same"
                    .to_owned(),
                content: Vec::new(),
                expected: Expected::Refused,
            },
            Delivery {
                partner: PRESSEHAUS,
                name: "mass-end.csv",
                about: format!(
                    "somebody ends {} orders at once: the brake holds the file",
                    ends_manifest.counts.end
                ),
                content: ends,
                expected: Expected::Held(ends_manifest.counts),
            },
            Delivery {
                partner: PRESSEHAUS,
                name: "orders-again.csv",
                about: "the whole book once more: nothing differs, nothing is written".to_owned(),
                content: book,
                expected: Expected::Applied(book_manifest.counts),
            },
        ];
        Ok(Self {
            deliveries,
            order_with_history,
            customers,
        })
    }
}

fn file(book: &Book, kind: FileKind, format: Format) -> anyhow::Result<(Vec<u8>, Manifest)> {
    let mut content = Vec::new();
    let manifest = write_file(&mut content, book, kind, format)?;
    Ok((content, manifest))
}

/// The first rows of a file, less the second column.
fn without_offers(csv: &[u8]) -> anyhow::Result<Vec<u8>> {
    let text = std::str::from_utf8(csv).context("generated files are text")?;
    let mut kept = Vec::new();
    for line in text.lines().take(21) {
        let cells = line.split(',').enumerate().filter(|(place, _)| *place != 1);
        let cells: Vec<&str> = cells.map(|(_, cell)| cell).collect();
        kept.extend_from_slice(cells.join(",").as_bytes());
        kept.push(b'\n');
    }
    Ok(kept)
}

/// An order that paid differently one day and ended another, else one that did either.
fn order_with_history(changes: &Manifest, ends: &Manifest) -> Option<String> {
    let keys = |manifest: &Manifest, decision| -> Vec<String> {
        let wanted = manifest
            .exceptions
            .iter()
            .filter(|e| e.decision == decision);
        wanted
            .map(|exception| exception.external_system_id.clone())
            .collect()
    };
    let paid = keys(changes, Decision::Payment);
    let ended = keys(ends, Decision::End);
    let both = paid.iter().find(|key| ended.contains(key)).cloned();
    both.or_else(|| paid.into_iter().next())
        .or_else(|| ended.into_iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plot_holds_what_it_is_to_show() {
        for orders in [FEWEST_ORDERS, 600, 5_000] {
            let plot = Plot::new(orders, Day::from_civil(2026, 11, 23)).expect("a sound plot");
            let counts = |name: &str| {
                let found = plot
                    .deliveries
                    .iter()
                    .find(|delivery| delivery.name == name);
                match found.expect("the plot has the file").expected {
                    Expected::Applied(counts) | Expected::Held(counts) => counts,
                    Expected::Refused => Counts::default(),
                }
            };
            let new = counts("orders-new.csv");
            assert_eq!(new.create + new.reject, orders);
            assert!(new.reject > 0);
            let changes = counts("orders-changes.csv");
            assert!(
                changes.update > 0 && changes.payment > 0 && changes.end > 0,
                "{changes:?}"
            );
            assert!(changes.reactivate > 0 && changes.create > 0, "{changes:?}");
            assert!(
                changes.end <= orders / 5,
                "the usual changes stay below the brake"
            );
            assert!(counts("mass-end.csv").end > 50, "{orders}");
            let again = counts("orders-again.csv");
            assert_eq!(again.create + again.update + again.payment + again.end, 0);
        }
    }
}
