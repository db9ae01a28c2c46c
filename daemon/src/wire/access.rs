//! How is told whether a customer has access?
//! An answer for each access right that was asked for and that some order grants, has granted or will grant.

use super::order::ItemKind;
use super::shape::{Instant, shapes};

shapes! {
    /// Whether a customer has access.
    AccessV1<'o> as "Access", "Ob ein Kunde Zugriff hat." {
        /// The customer.
        customer_id: &'o str = "Der Kunde.";
        /// Is the customer blocked? Never so here.
        customer_blocked: bool = "Ist der Kunde gesperrt? Hier nie.";
        /// Is access granted to at least one of what was asked for?
        access_granted: bool = "Ist der Zugriff auf mindestens eines gewährt?";
        /// Each access right that was asked for and that an order speaks of.
        items: Vec<GrantV1<'o>> = "Jedes Zugriffsrecht, nach dem gefragt wurde und von dem ein Auftrag spricht.";
    }

    /// Whether access is granted by one access right.
    GrantV1<'o> as "Grant", "Ob ein Zugriffsrecht Zugriff gewährt." {
        /// Is access granted now?
        access_granted: bool = "Ist der Zugriff jetzt gewährt?";
        /// From when on.
        life_time_start: Instant = "Von wann an.";
        /// Until when.
        life_time_end: Option<Instant> = "Bis wann.";
        /// The access right.
        access_right_unique_id: &'o str = "Das Zugriffsrecht.";
        /// What grants it.
        item_type: ItemKind = "Was es gewährt.";
        /// The number of what grants it.
        item_id: u64 = "Die Nummer dessen, was es gewährt.";
        /// The offer.
        plenigo_offer_id: &'o str = "Das Angebot.";
    }
}
