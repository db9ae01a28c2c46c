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
    }
}
