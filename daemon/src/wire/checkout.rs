//! What does a request say of a purchase?
//! Only as much as is needed to refuse it: what is bought here, is bought at the platform.

use super::shape::shapes;

shapes! {
    /// A purchase, as far as it is looked at.
    PurchaseV1 as "Purchase", "Ein Kauf, soweit er angesehen wird." {
        /// What is to be bought.
        items: Vec<PurchaseItemV1> = "Was gekauft werden soll.";
    }

    /// An item of a purchase.
    PurchaseItemV1 as "PurchaseItem", "Eine Position eines Kaufs." {
        /// The offer.
        plenigo_offer_id: String = "Das Angebot.";
    }
}
