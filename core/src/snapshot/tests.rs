//! Does a snapshot say what was put into it, and nothing where it is not whole?

use super::*;
use crate::catalog::{Catalog, Offer, OfferManager};
use crate::moment::Moment;
use crate::order::{Manager, PaymentMethod, Terms};
use crate::plan::knowledge::{Knowledge as _, KnownOrder, Presence};
use crate::plan::state::StateMark;
use crate::profile::Profile;
use proptest::prelude::*;
use proptest::sample::select;

const OFFER: &str = "O_MZA1E7173120881551";

fn moment(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn head(orders: u64) -> Head {
    let offer = Offer {
        managed_by: OfferManager::Wbz,
        allowed_payment_methods: vec![PaymentMethod::from_name("ZERO").unwrap()],
        access_rights: vec!["digital".into()],
        ..Offer::new(OFFER, "Täglich")
    };
    Head {
        taken: moment("2026-11-23T09:00:00Z"),
        state: StateMark {
            journal: "000001:81920".into(),
            hash: "ab".repeat(32).into(),
        },
        orders,
        profile: Profile::of("kiosk"),
        catalog: Catalog::from([(OFFER.into(), offer)]),
    }
}

fn written(head: impl FnOnce(u64) -> Head, orders: &[Terms]) -> Vec<u8> {
    let mut chunks = Vec::new();
    let mut writer = ChunkWriter::default();
    for terms in orders {
        writer.order(terms, &mut chunks).unwrap();
    }
    let count = writer.end(&mut chunks).unwrap();
    let mut bytes = Vec::new();
    let mut writer = SnapshotWriter::begin(&head(count), &mut bytes).unwrap();
    writer.chunks(&chunks);
    bytes.extend_from_slice(&chunks);
    writer.end(&mut bytes);
    bytes
}

fn read(bytes: &[u8]) -> Result<Snapshot, SnapshotError> {
    let mut reader = SnapshotReader::new(Some("kiosk"));
    reader.push(bytes)?;
    reader.finish()
}

fn orders_of(snapshot: &Snapshot) -> Vec<Terms> {
    let mut orders = Vec::new();
    let visited = snapshot.each_order(&mut |order| {
        assert_eq!(order.partner(), "kiosk");
        orders.push(order.terms().clone());
    });
    assert_eq!(visited, Ok(()));
    orders
}

/// Orders that use every column.
fn sample() -> Vec<Terms> {
    let plain = Terms {
        offer: OFFER.into(),
        invoice_customer: "100003".into(),
        start: moment("2026-01-01T00:00:00Z"),
        payment_method: PaymentMethod::from_name("PAYPAL").unwrap(),
        ..Terms::blank("ABO-2026-00000001")
    };
    let full = Terms {
        quantity: 10_000,
        start: moment("0000-01-01T00:00:00.000000001Z"),
        payment_method: PaymentMethod::from_name("ZERO").unwrap(),
        invoice_address: Some(i64::MIN),
        delivery_customer: Some("Ü-7".into()),
        delivery_address: Some(i64::MAX),
        variant_delivery_address: Some(0),
        discount: Some(100),
        order_date: Some(moment("2025-12-31T23:59:59.5Z")),
        end: Some(moment("9999-12-31T23:59:59Z")),
        reference_start: Some(moment("2026-01-02T00:00:00Z")),
        next_booking: Some(moment("2027-01-01T00:00:00Z")),
        payment_method_id: Some(-1),
        bonuses: vec!["Tasse".into(), "".into(), OFFER.into()],
        managed_by: Manager::Wbz,
        ..plain.clone()
    };
    let named = |terms: &Terms, key: &str, customer: &str| Terms {
        external_system_id: key.into(),
        invoice_customer: customer.into(),
        ..terms.clone()
    };
    vec![
        plain.clone(),
        named(&full, "ABO-2026-00000002", "100004"),
        named(&full, "Ä", "é"),
        named(&plain, "Å", "100003"),
        named(&plain, "ABO", "100005"),
    ]
}

/// The frozen sample of version 1: it must stay readable for ever.
#[test]
fn version_1_stays_readable() {
    let frozen = include_bytes!("../../../tests/frozen/snapshot-v1/kiosk.stream");
    let snapshot = read(frozen).unwrap();
    assert_eq!(snapshot.head(), &head(5));
    assert_eq!(orders_of(&snapshot), sample());
}

#[test]
fn orders_are_found_by_key_and_customers_by_what_orders_say() {
    let snapshot = read(&written(head, &sample())).unwrap();
    let found = snapshot
        .orders(&["Å", "ABO-2026-0000000", "", "ABO-2026-00000002"])
        .unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|order| order.as_ref().map(|order| order.terms().clone()))
        .collect();
    let orders = sample();
    assert_eq!(
        found,
        [Some(orders[3].clone()), None, None, Some(orders[1].clone())]
    );
    let presence = snapshot.customers(&["100003", "é", "Ü-7", "Ü", "ABO", ""]);
    let exist = presence.unwrap().into_iter();
    let exist: Vec<_> = exist.map(|it| it == Presence::Exists).collect();
    assert_eq!(exist, [true, true, true, false, false, false]);
    assert_eq!(snapshot.has_email("a@example.org"), Ok(false));
}

#[test]
fn a_snapshot_without_orders_is_one() {
    let snapshot = read(&written(head, &[])).unwrap();
    assert_eq!(orders_of(&snapshot), []);
    assert_eq!(snapshot.orders(&["A"]), Ok(vec![None]));
}

#[test]
fn more_orders_than_a_chunk_holds() {
    let order = |number: u32| Terms {
        external_system_id: format!("A-{:05}", number.wrapping_mul(7919) % 100_003).into(),
        invoice_customer: (number / 2).to_string().into(),
        ..sample()[0].clone()
    };
    let orders: Vec<_> = (0..9000).map(order).collect();
    let snapshot = read(&written(head, &orders)).unwrap();
    assert_eq!(orders_of(&snapshot), orders);
    let keys: Vec<&str> = orders.iter().map(|it| &*it.external_system_id).collect();
    let found = snapshot.orders(&keys).unwrap();
    let found: Vec<_> = found.iter().flatten().map(KnownOrder::terms).collect();
    assert_eq!(found, orders.iter().collect::<Vec<_>>());
}

#[test]
fn what_is_no_snapshot_for_here_is_named() {
    let bytes = written(head, &sample());
    assert_eq!(
        read(b"\x1F\x8Bnot at all").err(),
        Some(SnapshotError::NotASnapshot)
    );
    assert_eq!(read(b"intak").err(), Some(SnapshotError::Truncated));
    assert_eq!(read(b"").err(), Some(SnapshotError::Truncated));
    let mut newer = bytes.clone();
    newer[8] = 2;
    assert_eq!(read(&newer).err(), Some(SnapshotError::Version(2)));
    let mut reader = SnapshotReader::new(Some("alpha"));
    let error = reader.push(&bytes).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the snapshot is of partner `kiosk`, not of `alpha`"
    );
    assert_eq!(reader.push(&bytes).err(), Some(error.clone()));
    assert_eq!(reader.finish().err(), Some(error));
    let mut anybody = SnapshotReader::new(None);
    assert_eq!(anybody.push(&bytes), Ok(()));
    assert!(anybody.finish().is_ok());
}

#[test]
fn a_key_that_stands_twice_is_damage() {
    let twice = [sample(), sample()].concat();
    assert_eq!(
        read(&written(head, &twice)).err(),
        Some(SnapshotError::Damaged)
    );
}

#[test]
fn limits_hold_before_memory_is_spent() {
    let bytes = written(head, &sample());
    let mut huge = bytes.clone();
    huge[13..17].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(
        read(&huge[..17]).err(),
        Some(SnapshotError::Limit {
            what: "bytes of a head",
            limit: MAX_HEAD_BYTES as u64
        })
    );
    let many = written(|_| head(MAX_ORDERS + 1), &sample());
    let what = "orders";
    let limit = MAX_ORDERS;
    assert_eq!(
        read(&many).err(),
        Some(SnapshotError::Limit { what, limit })
    );
    let few = written(|_| head(4), &sample());
    assert_eq!(read(&few).err(), Some(SnapshotError::Damaged));
    let more = written(|_| head(6), &sample());
    assert_eq!(read(&more).err(), Some(SnapshotError::Damaged));
    let long = Terms::blank(&"x".repeat(2000));
    let mut writer = ChunkWriter::default();
    assert!(writer.order(&long, &mut Vec::new()).is_err());
}

#[test]
fn every_truncation_and_every_flipped_bit_shows() {
    let bytes = written(head, &sample());
    for end in 0..bytes.len() {
        assert!(read(&bytes[..end]).is_err(), "{end}");
    }
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << bit;
            assert!(read(&damaged).is_err(), "{at} {bit}");
        }
    }
    let longer = [&*bytes, b"E"].concat();
    assert_eq!(read(&longer).err(), Some(SnapshotError::Damaged));
}

fn some_moment() -> impl Strategy<Value = Moment> {
    let seconds = prop_oneof![
        (0i64..20_000).prop_map(|day| day * 86_400),
        -62_167_219_200i64..253_402_300_800
    ];
    let nanos = prop_oneof![4 => Just(0), 1 => 0u32..1_000_000_000];
    (seconds, nanos).prop_map(|(seconds, nanos)| Moment::from_unix(seconds, nanos))
}

prop_compose! {
    fn some_terms()(
        key in prop_oneof!["ABO-[0-9]{1,4}", "\\PC{1,12}"],
        customer in prop_oneof!["[0-9]{1,3}", "\\PC{1,8}"],
        offer in select(vec![OFFER, "O_2", ""]),
        quantity in prop_oneof![Just(1), 1u32..=10_000],
        payment in select(crate::field::PAYMENT_METHODS),
        (start, order_date, end, reference_start, next_booking) in (
            some_moment(),
            proptest::option::of(some_moment()),
            proptest::option::of(some_moment()),
            proptest::option::of(some_moment()),
            proptest::option::of(some_moment()),
        ),
        (invoice_address, delivery_address, variant, payment_method_id) in (
            proptest::option::of(any::<i64>()),
            proptest::option::of(0i64..1000),
            proptest::option::of(any::<i64>()),
            proptest::option::of(any::<i64>()),
        ),
        delivery_customer in proptest::option::of("[0-9]{1,3}"),
        discount in proptest::option::of(0u8..=100),
        bonuses in proptest::collection::vec("[a-c]{0,2}", 0..3),
        wbz in any::<bool>(),
    ) -> Terms {
        Terms {
            offer: offer.into(),
            invoice_customer: customer.into(),
            quantity,
            start,
            payment_method: PaymentMethod::from_name(payment).unwrap(),
            invoice_address,
            delivery_customer: delivery_customer.map(Into::into),
            delivery_address,
            variant_delivery_address: variant,
            discount,
            order_date,
            end,
            reference_start,
            next_booking,
            payment_method_id,
            bonuses: bonuses.into_iter().map(Into::into).collect(),
            managed_by: if wbz { Manager::Wbz } else { Manager::External },
            ..Terms::blank(&key)
        }
    }
}

fn some_orders() -> impl Strategy<Value = Vec<Terms>> {
    proptest::collection::vec(some_terms(), 0..30).prop_map(|mut orders| {
        let mut keys = std::collections::BTreeSet::new();
        orders.retain(|terms| keys.insert(terms.external_system_id.clone()));
        orders
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back_however_it_is_cut(
        orders in some_orders(),
        cuts in proptest::collection::vec(1usize..200, 0..40),
    ) {
        let bytes = written(head, &orders);
        let mut reader = SnapshotReader::new(Some("kiosk"));
        let mut rest = &bytes[..];
        for cut in cuts {
            let (now, later) = rest.split_at(cut.min(rest.len()));
            reader.push(now).unwrap();
            rest = later;
        }
        reader.push(rest).unwrap();
        let snapshot = reader.finish().unwrap();
        prop_assert_eq!(orders_of(&snapshot), &orders[..]);
        let customers: Vec<&str> = orders
            .iter()
            .flat_map(|terms| [Some(&terms.invoice_customer), terms.delivery_customer.as_ref()])
            .flatten()
            .map(|id| &**id)
            .collect();
        let presence = snapshot.customers(&customers).unwrap();
        prop_assert!(presence.iter().all(|it| *it == Presence::Exists));
    }

    #[test]
    fn damage_is_an_error_and_never_a_panic(
        orders in some_orders(),
        at in any::<prop::sample::Index>(),
        with in 1u8..=255,
        end in any::<prop::sample::Index>(),
    ) {
        let bytes = written(head, &orders);
        let mut damaged = bytes.clone();
        damaged[at.index(bytes.len())] ^= with;
        prop_assert!(read(&damaged).is_err());
        prop_assert!(read(&bytes[..end.index(bytes.len())]).is_err());
    }

    /// The seal keeps damage from being read at all; what reads chunks must hold without it.
    #[test]
    fn chunks_of_anything_never_panic(
        orders in some_orders(),
        hits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut chunks = Vec::new();
        let mut writer = ChunkWriter::default();
        for terms in &orders {
            writer.order(terms, &mut chunks).unwrap();
        }
        writer.end(&mut chunks).unwrap();
        let mut chunk = chunks.split_off(SECTION_HEAD.min(chunks.len()));
        for (at, with) in hits {
            if !chunk.is_empty() {
                let at = at.index(chunk.len());
                chunk[at] = with;
            }
        }
        let mut known = known::Orders::default();
        known.words.methods = vec![PaymentMethod::from_name("ZERO").unwrap()];
        if known.chunk(&chunk).is_ok()
            && let Ok(snapshot) = Snapshot::new(head(0), known)
        {
            let _ = snapshot.each_order(&mut |_| {});
        }
    }
}
