//! Which calls has the operator's page?
//! The one table: what looks asks for the right to see everything, what acts for the right to act.

use super::{acts, files, log, orders, overview};
use crate::http::platform::fault::{Fault, Wrong};
use crate::http::platform::operation::{Ask, Group, Method, Operation, Reply, SchemaOf, Work, of};
use crate::http::tokens::Right;
use crate::wire::console::{
    DoneV1, FileWithLifeV1, FilesV1, Line, LogV1, OverviewV1, PlanV1, SessionV1,
};

/// Every call.
pub(in crate::http) static OPERATIONS: &[Operation] = &[
    Operation {
        work: Work::Streamed(overview::session),
        ..looks(
            "consoleSession",
            "/session",
            ("Wer bin ich?", "Who am I?"),
            &[(200, of::<SessionV1<'static>>())],
            overview::overview,
        )
    },
    looks(
        "consoleOverview",
        "/overview",
        ("Wie steht alles?", "How does everything stand?"),
        &[(200, of::<OverviewV1<'static>>())],
        overview::overview,
    ),
    looks(
        "consoleFiles",
        "/files",
        ("Dateien suchen", "Search files"),
        &[(200, of::<FilesV1<'static>>())],
        files::list,
    ),
    looks(
        "consoleFile",
        "/files/{importId}",
        ("Eine Datei und ihr Leben", "A file and its life"),
        &[(200, of::<FileWithLifeV1<'static>>())],
        files::one,
    ),
    looks(
        "consolePaper",
        "/files/{importId}/papers/{kind}",
        (
            "Quittung, Bericht oder Korrekturdatei",
            "Receipt, report or corrections file",
        ),
        &[],
        files::paper,
    ),
    looks(
        "consolePlan",
        "/files/{importId}/plan",
        (
            "Zeilen eines angehaltenen Plans",
            "Rows of a plan that is held",
        ),
        &[(200, of::<PlanV1>())],
        files::plan,
    ),
    Operation {
        work: Work::Streamed(acts::release),
        ..does(
            "releaseImport",
            "/files/{importId}/release",
            (
                "Einen angehaltenen Plan freigeben",
                "Release a plan that is held",
            ),
            acts::retry,
        )
    },
    Operation {
        work: Work::Streamed(acts::discard),
        ..does(
            "discardImport",
            "/files/{importId}/discard",
            (
                "Einen angehaltenen Plan verwerfen",
                "Discard a plan that is held",
            ),
            acts::retry,
        )
    },
    looks(
        "consoleLog",
        "/log",
        ("Das Protokoll lesen", "Read the log"),
        &[(200, of::<LogV1>())],
        log::list,
    ),
    looks(
        "consoleOrder",
        "/order",
        (
            "Ein Auftrag und seine ganze Geschichte",
            "An order and its whole history",
        ),
        &[(200, of::<Line>())],
        orders::order,
    ),
    looks(
        "consoleOutbox",
        "/outbox",
        ("Was zur Plattform geht", "What goes to the platform"),
        &[(200, of::<Line>())],
        orders::outbox,
    ),
    does(
        "retryParked",
        "/outbox/retry",
        ("Abgelehntes erneut senden", "Send again what is refused"),
        acts::retry,
    ),
    does(
        "dropParked",
        "/outbox/drop",
        ("Abgelehntes fallen lassen", "Let go what is refused"),
        acts::drop,
    ),
];

/// A call that reads everything of everybody.
const fn looks(
    id: &'static str,
    path: &'static str,
    (de, en): (&'static str, &'static str),
    gives: &'static [(u16, SchemaOf)],
    work: fn(&Ask<'_>) -> Result<Reply, Fault>,
) -> Operation {
    Operation {
        id,
        method: Method::Get,
        path,
        right: Right::Oversee,
        group: Group::Console,
        de,
        en,
        parameters: &[],
        body: None,
        gives,
        refuses: &[Wrong::NotFound],
        work: Work::Books(work),
    }
}

/// A call that does something; its body says to what.
const fn does(
    id: &'static str,
    path: &'static str,
    (de, en): (&'static str, &'static str),
    work: fn(&Ask<'_>) -> Result<Reply, Fault>,
) -> Operation {
    Operation {
        id,
        method: Method::Post,
        path,
        right: Right::Operate,
        group: Group::Console,
        de,
        en,
        parameters: &[],
        body: Some(of::<Line>()),
        gives: const { &[(200, of::<DoneV1<'static>>())] },
        refuses: &[Wrong::NotFound, Wrong::MovedOn],
        work: Work::Books(work),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::shape::Named;

    #[test]
    fn only_who_operates_may_act() {
        for operation in OPERATIONS {
            let acts = operation.method != Method::Get;
            let right = if acts { Right::Operate } else { Right::Oversee };
            assert_eq!(operation.right, right, "{}", operation.id);
            assert!(operation.de != operation.en, "{}", operation.id);
        }
    }

    #[test]
    fn every_answer_is_declared() {
        let mut named = Named::default();
        for (_, schema) in OPERATIONS.iter().flat_map(|operation| operation.gives) {
            schema(&mut named);
        }
        for name in [
            "ConsoleOverview",
            "ConsoleFile",
            "ConsoleStep",
            "ConsoleDone",
        ] {
            let properties = &named.0[name]["properties"];
            assert!(properties.is_object(), "{name}");
        }
    }
}
