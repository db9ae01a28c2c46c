//! Which rows of a file are decided differently now than in a saved plan, and why?
//! The file is planned anew, exactly as `intake plan` does; changes nothing.

use super::plan::{identity_of, json_rows, missing_orders, spool};
use super::{Call, Inputs};
use crate::cli::args::{Format, Outcome, Plan as Arguments};
use crate::cli::terminal::{FAINT, HEADING, WARNING};
use crate::clock;
use crate::import::Terms;
use crate::import::pass::Hashing;
use crate::import::survey::{DecidedRows, Showing, Shown, survey_showing};
use crate::open_data::OpenData;
use crate::printable::printable;
use crate::saved_plan::{self, SavedPlanTrouble};
use intake_core::against::{AgainstJson, Comparison, Different, SavedPlan, Side, Sums};
use intake_core::finding::Language;
use intake_core::plan::RULES;
use intake_core::plan::state::StateMark;
use intake_core::report::{FileIdentity, FileJson, Item, PlanRow, hex, put_rest_of_object};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// Plans a file anew and tells what differs from the plan that comes second.
pub(super) fn run(
    arguments: &Arguments,
    data: &OpenData,
    call: &Call<'_>,
    inputs: &mut dyn Inputs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let mut next = || -> anyhow::Result<_> {
        let Some((name, reader)) = inputs.next()? else {
            anyhow::bail!("a file and a saved plan are needed")
        };
        Ok((name, spool(data, reader)?))
    };
    let (name, file) = next()?;
    let (_, saved) = next()?;
    let now = clock::moment_of(arguments.at.unwrap_or(call.speech.now));
    let terms = Terms::of(&data.config, &arguments.partner);
    let sha256 = sha256_of(file.path())?;
    let saved = File::open(saved.path())?;
    let (saved, lines) = saved_plan::open(saved, &hex(&sha256), &arguments.partner)?;
    let state = data.books.mark();
    let mut telling = Telling::begin(arguments.format, call.speech.language, out)?;
    let mut comparison = Comparison::new(lines);
    let show = |_: &_, decided: &DecidedRows<'_>| Shown {
        text: json_rows(&decided.rows),
        findings: Vec::new(),
    };
    let mut trouble = None;
    let mut take = |shown: Shown| -> io::Result<()> {
        for line in lines_of(&shown.text) {
            if let Err(error) = comparison.now(line, &mut |it| Ok(telling.tell(it)?)) {
                trouble = Some(error);
                return Err(io::ErrorKind::Other.into());
            }
        }
        Ok(())
    };
    let showing = Some(Showing {
        show: &show,
        take: &mut take,
        of_rejected_files: false,
    });
    let store = data.books.store();
    let hashing = Hashing::Known(sha256);
    let survey = survey_showing(file.path(), store, &terms, now, hashing, showing);
    if let Some(trouble) = trouble {
        return Err(trouble.into());
    }
    let survey = survey?;
    let mut line = Vec::new();
    let mut more = |row: &PlanRow<'_>| -> Result<(), SavedPlanTrouble> {
        line.clear();
        row.put(&mut line);
        comparison.now(&line, &mut |it| Ok(telling.tell(it)?))
    };
    for id in &survey.plan.created_customers {
        more(&PlanRow::creating(id, &survey.plan.facts))?;
    }
    for order in missing_orders(data, &terms, now, &survey)? {
        more(&PlanRow::missing(&order, &terms.profile, now))?;
    }
    let sums = comparison.end(&mut |it| Ok(telling.tell(it)?))?;
    let identity = identity_of(&name, &survey);
    telling.end(&Compared {
        saved: &saved,
        state: &state,
        identity: &identity,
        survey: &survey.plan,
        sums,
    })?;
    Ok(match sums.different {
        0 => Outcome::Done,
        _ => Outcome::Findings,
    })
}

/// Lines as a plan writes them: each behind a comma, on a line of its own.
fn lines_of(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b",").unwrap_or(line))
        .filter(|line| !line.is_empty())
}

fn sha256_of(path: &Path) -> io::Result<[u8; 32]> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 256 << 10];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hash.finalize().into()),
            length => hash.update(&piece[..length]),
        }
    }
}

/// What a comparison comes to.
struct Compared<'c> {
    saved: &'c SavedPlan,
    state: &'c StateMark,
    identity: &'c FileIdentity,
    survey: &'c intake_core::plan::survey::Survey,
    sums: Sums,
}

/// Tells what differs, as it is found.
struct Telling<'t> {
    format: Format,
    language: Language,
    out: &'t mut dyn Write,
    told: u64,
}

impl<'t> Telling<'t> {
    fn begin(format: Format, language: Language, out: &'t mut dyn Write) -> io::Result<Self> {
        if format == Format::Json {
            write!(
                out,
                "{{\"version\":{},\"different\":[",
                intake_core::against::VERSION
            )?;
        }
        Ok(Self {
            format,
            language,
            out,
            told: 0,
        })
    }

    fn tell(&mut self, different: &Different) -> io::Result<()> {
        self.told += 1;
        match self.format {
            Format::Json => {
                let mut text = match self.told {
                    1 => b"\n".to_vec(),
                    _ => b",\n".to_vec(),
                };
                different.put(&mut text);
                self.out.write_all(&text)
            }
            Format::Text => self.tell_text(different),
        }
    }

    fn tell_text(&mut self, different: &Different) -> io::Result<()> {
        let name = |side: Option<&Side>| side.map_or("–", |side| &*side.decision).to_owned();
        let (then, now) = (name(different.then.as_ref()), name(different.now.as_ref()));
        let row = different
            .row
            .map_or_else(|| "–".to_owned(), |row| row.to_string());
        let what = different
            .customer_id
            .as_deref()
            .or(different.external_system_id.as_deref());
        writeln!(
            self.out,
            "{row:>8}  {FAINT}{then}{FAINT:#} → {WARNING}{now}{WARNING:#}  {}",
            printable(what.unwrap_or("–"))
        )?;
        let german = self.language == Language::De;
        let words = match german {
            true => ["damals", "jetzt"],
            false => ["then", "now"],
        };
        for (word, side) in words.into_iter().zip([&different.then, &different.now]) {
            // A new order sets every field: the row itself says them.
            let sets_all = |side: &&Side| side.decision == "create";
            let Some(side) = side.as_ref().filter(|side| !sets_all(side)) else {
                continue;
            };
            for change in &side.changes {
                let words = format!("{} → {}", change.old, change.new);
                let (field, words) = (change.field.name(), printable(&words));
                writeln!(self.out, "{:>10}{word}: {field}: {words}", "")?;
            }
        }
        for reason in different.why(self.language) {
            writeln!(self.out, "{:>10}{}", "", printable(&reason))?;
        }
        Ok(())
    }

    fn end(self, compared: &Compared<'_>) -> io::Result<()> {
        let Compared {
            saved,
            state,
            identity,
            survey,
            sums,
        } = compared;
        if self.format == Format::Json {
            let mut text = b"\n],".to_vec();
            let end = EndV1 {
                file: FileJson(identity),
                partner: &saved.partner,
                against: AgainstJson {
                    state: saved.state.as_ref(),
                    rules: saved.rules,
                },
                now: AgainstJson {
                    state: Some(state),
                    rules: RULES,
                },
                file_rejected: survey.file_rejected,
                findings: survey.about_file.iter().map(Item).collect(),
                same: sums.same,
            };
            put_rest_of_object(&mut text, &end);
            return self.out.write_all(&text);
        }
        let german = self.language == Language::De;
        for finding in &survey.about_file {
            let words = intake_core::finding::headline(finding, self.language);
            writeln!(self.out, "{} {}", finding.code, printable(&words))?;
        }
        if saved.rules != RULES {
            let text = match german {
                true => "Die Regeln haben sich seit dem Plan geändert.",
                false => "The rules have changed since the plan was made.",
            };
            writeln!(self.out, "{text}")?;
        }
        writeln!(self.out, "{HEADING}{}{HEADING:#}", identity.name)?;
        let words = match german {
            true => ["anders", "gleich"],
            false => ["different", "same"],
        };
        for (word, count) in words.into_iter().zip([sums.different, sums.same]) {
            writeln!(self.out, "  {word:<14} {count:>10}")?;
        }
        Ok(())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EndV1<'e> {
    file: FileJson<'e>,
    partner: &'e str,
    against: AgainstJson<'e>,
    now: AgainstJson<'e>,
    file_rejected: bool,
    findings: Vec<Item<'e>>,
    same: u64,
}
