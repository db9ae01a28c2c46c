//! What is wrong with a file, and what would its import do?
//! Changes nothing. Makes the passes that the core's survey asks for, on all cores.

use super::kept::{Group, KeptDecisions};
use super::pass::{Hashing, PassEnd, Step, over_groups};
use super::profile::Terms;
use crate::state::StoredOrder;
use crate::state::store::{Store, StoreError};
use intake_core::finding::Finding;
use intake_core::moment::Moment;
use intake_core::plan::Context;
use intake_core::plan::blocks::{self, FileFacts};
use intake_core::plan::survey::{self, Decisions, FirstPass, Surveyed, survey_blocks};
use intake_core::read::{Block, Shape};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A decided row of a file that is imported into the store.
pub type DecidedRow<'a> = blocks::DecidedRow<'a, StoredOrder>;

/// Such rows, of some blocks.
pub type DecidedRows<'a> = blocks::DecidedRows<'a, StoredOrder>;

/// How many blocks are decided at once: more make fewer look-ups and take more memory.
pub const GROUP: usize = 2;

/// What was found out.
#[derive(Debug)]
pub struct Survey {
    /// What the plan comes to.
    pub plan: survey::Survey,
    /// The end of the pass: hash, length, shape.
    pub end: PassEnd,
    /// What was decided for each row with everything that the file says.
    pub kept: KeptDecisions,
}

/// Why no survey could be made.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// The copy cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The copy.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes of a block's rows what is to be shown of them; called in a worker.
pub type ShowRows<'s> = &'s (dyn Fn(&Shape, &DecidedRows<'_>) -> Shown + Sync);

/// What is shown of a block.
#[derive(Debug, Default)]
pub struct Shown {
    /// Output, ready to be written.
    pub text: Vec<u8>,
    /// Findings of its rows, where they are wanted.
    pub findings: Vec<Finding>,
}

/// How rows are shown.
pub struct Showing<'s> {
    /// Makes of a block's rows what is to be shown of them; called in a worker.
    pub show: ShowRows<'s>,
    /// Takes what was made, in the order of the file.
    pub take: &'s mut dyn FnMut(Shown) -> io::Result<()>,
}

/// Surveys a file against the state as it is now, after `writes` frames.
pub fn survey(
    body: &Path,
    store: &Store,
    terms: &Terms,
    now: Moment,
    hashing: Hashing,
    writes: u64,
) -> Result<Survey, SurveyError> {
    let mut survey = survey_showing(body, store, terms, now, hashing, None)?;
    survey.kept.writes = writes;
    Ok(survey)
}

/// The same; every row is shown as it is decided with everything that the file says.
pub fn survey_showing(
    body: &Path,
    store: &Store,
    terms: &Terms,
    now: Moment,
    hashing: Hashing,
    shown: Option<Showing<'_>>,
) -> Result<Survey, SurveyError> {
    let catalog = store.catalog();
    let profile = &terms.profile;
    let pass = Pass {
        body,
        store,
        terms,
        context: Context {
            partner: &profile.partner,
            offers: profile.offers.as_ref(),
            catalog: Some(&catalog),
            now,
        },
    };
    let mut first = FirstPass::default();
    let mut kept = KeptDecisions::default();
    let none = FileFacts::default();
    let end = pass.run(hashing, &none, &show_nothing, &mut |step| {
        match step {
            Step::AboutFile(findings) => first.about_file(findings, &mut |_| {}),
            Step::Block(shape, surveyed) => {
                kept.put(surveyed.first_row, surveyed.group);
                first.blocks(&shape, surveyed.surveyed, &mut |_| {});
            }
        }
        Ok(())
    })?;
    let learned = first.end(end.stopped);
    let mut again = None;
    if (learned.again || shown.is_some()) && !learned.tally.file_rejected {
        again = Some(pass.again(&end, &learned.facts, shown, &mut kept)?);
    }
    let plan = learned.survey(again, profile, store, now)?;
    Ok(Survey { plan, end, kept })
}

fn show_nothing(_: &Shape, _: &DecidedRows<'_>) -> Shown {
    Shown::default()
}

/// What the passes over one file share.
struct Pass<'p> {
    body: &'p Path,
    store: &'p Store,
    terms: &'p Terms,
    context: Context<'p>,
}

impl Pass<'_> {
    fn again(
        &self,
        end: &PassEnd,
        facts: &FileFacts,
        mut shown: Option<Showing<'_>>,
        kept: &mut KeptDecisions,
    ) -> Result<Decisions, SurveyError> {
        let mut decisions = Decisions::default();
        let show = shown
            .as_ref()
            .map_or(&show_nothing as ShowRows<'_>, |showing| showing.show);
        self.run(Hashing::Known(end.sha256), facts, show, &mut |step| {
            if let Step::Block(_, surveyed) = step {
                kept.put(surveyed.first_row, surveyed.group);
                decisions.blocks(surveyed.surveyed);
                if let Some(showing) = &mut shown {
                    (showing.take)(surveyed.shown)?;
                }
            }
            Ok(())
        })?;
        Ok(decisions)
    }

    fn run(
        &self,
        hashing: Hashing,
        facts: &FileFacts,
        show: ShowRows<'_>,
        merge: &mut dyn FnMut(Step<SurveyedGroup>) -> io::Result<()>,
    ) -> Result<PassEnd, SurveyError> {
        let read = |source| SurveyError::Read {
            path: self.body.to_owned(),
            source,
        };
        let file = File::open(self.body).map_err(read)?;
        let options = self.terms.profile.read_options(self.context.now);
        let work = |shape: &Shape, blocks: Vec<Block>| {
            let (mut shown, mut group) = (Shown::default(), Group::default());
            let mut show_rows = |rows: &DecidedRows<'_>| {
                shown = show(shape, rows);
                group = Group::of(&rows.rows);
            };
            let context = &self.context;
            let surveyed =
                survey_blocks(shape, &blocks, self.store, facts, context, &mut show_rows)?;
            Ok::<_, StoreError>(SurveyedGroup {
                first_row: blocks.first().map_or(0, |first| first.first_row),
                surveyed,
                shown,
                group,
            })
        };
        let end = over_groups::<_, PassTrouble>(file, options, hashing, GROUP, work, |step| {
            let step = match step {
                Step::AboutFile(findings) => Step::AboutFile(findings),
                Step::Block(shape, surveyed) => Step::Block(shape, surveyed?),
            };
            Ok(merge(step)?)
        });
        end.map_err(|trouble| match trouble {
            PassTrouble::Io(source) => read(source),
            PassTrouble::Store(error) => error.into(),
        })
    }
}

/// What a worker makes of a group of blocks.
struct SurveyedGroup {
    first_row: u64,
    surveyed: Surveyed,
    shown: Shown,
    group: Group,
}

enum PassTrouble {
    Io(io::Error),
    Store(StoreError),
}

impl From<io::Error> for PassTrouble {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<StoreError> for PassTrouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
