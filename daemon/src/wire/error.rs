//! How is told what was wrong with a request?
//! The platform's envelope; programs decide by its code.

use super::shape::shapes;

shapes! {
    /// Why a request was refused. Codes are stable, messages are not: decide by the code.
    ErrorResultV1<'e> as "ErrorResult", "Warum eine Anfrage abgelehnt wurde. Kennungen sind beständig, Texte nicht: nach der Kennung entscheiden." {
        /// The platform's code.
        error_code: u32 = "Die Kennung der Plattform.";
        /// What happened, and what to do.
        error_message: &'e str = "Was geschah, und was zu tun ist.";
        /// What was wrong with which value.
        validation_errors: &'e [ValidationErrorV1], absent "<[_]>::is_empty" = "Was an welchem Wert falsch war.";
        /// How many values were wrong, where `validationErrors` names the first of them only.
        validation_error_count: Option<u64>, absent "Option::is_none" = "Wie viele Werte falsch waren, wo `validationErrors` nur die ersten nennt.";
    }

    /// What was wrong with one value.
    ValidationErrorV1 as "ValidationError", "Was an einem Wert falsch war." {
        /// The field, with its place in the request.
        field: String = "Das Feld, mit seinem Platz in der Anfrage.";
        /// What is wrong.
        error: String = "Was falsch ist.";
        /// The value as it came; empty where there was none.
        value: String = "Der Wert, wie er kam; leer, wo keiner da war.";
    }

    /// Something was done.
    SuccessStatusV1 as "SuccessStatus", "Etwas wurde getan." {
        /// Always true.
        success: bool = "Immer wahr.";
        /// There where the work goes on: under this number the operator holds the import, and nothing of it is applied yet.
        promise_id: Option<String>, absent "Option::is_none" = "Da, wo die Arbeit weitergeht: unter dieser Nummer hält der Betreiber den Import an, und noch ist nichts davon übernommen.";
    }
}
