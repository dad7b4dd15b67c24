use contracts::Role;
use secrecy::ExposeSecret;

use super::*;
use crate::pki::certificate::Certificate;
use crate::pki::{Situation, Step, Store, due, hash, step};

const NOW: &str = "2026-11-22T12:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// A stack whose every Secret is in place.
fn settled() -> (Store, BTreeMap<Part, Leaf>) {
    let signing = authority(now());
    let leaves = subjects().iter().map(|it| (it.part, leaf(&signing, it.part, &[&signing], now()))).collect();
    (Store::stable(signing, None), leaves)
}

fn next(store: Option<&Store>, leaves: &BTreeMap<Part, Leaf>, asked: Option<&str>, now: Timestamp) -> Step {
    let (stack, subjects, plan) = (stack(), subjects(), plan());
    step(&Situation { stack: &stack, subjects: &subjects, plan: &plan, store, leaves, asked, now })
}

fn issued(step: Step) -> Vec<Part> {
    match step {
        Step::Issue(leaves) => leaves.into_keys().collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_certificate_says_who_it_is_about_and_since_when() {
    let signing = authority(now());
    let keyed = signing.sign(&subject(Part::Role(Role::Orders)), plan().leaf, now()).unwrap();

    let read = Certificate::read(&keyed.certificate).unwrap();

    let names: Vec<&str> = read.names.iter().map(String::as_str).collect();
    assert_eq!(names, ["localhost", "shop-orders", "spiffe://shops/shop/orders"]);
    assert_eq!(read.not_before.to_string(), "2026-11-22T11:55:00Z", "a clock may be five minutes behind");
    assert_eq!(read.not_after.to_string(), "2026-12-22T12:00:00Z");
    assert!(read.was_signed_by(&Certificate::read(&signing.certificate).unwrap()));
    assert!(!read.was_signed_by(&Certificate::read(&authority(now()).certificate).unwrap()));
}

#[test]
fn a_certificate_does_not_outlive_its_ca() {
    let signing = authority(now());
    let later = now() + 350 * DAY;
    let read =
        Certificate::read(&signing.sign(&subject(Part::Operator), plan().leaf, later).unwrap().certificate);
    assert_eq!(read.unwrap().not_after, now() + 365 * DAY);
}

#[test]
fn a_key_that_belongs_to_another_certificate_is_no_key() {
    let (one, other) = (authority(now()), authority(now()));
    assert!(Keyed::read(&one.certificate, one.key.expose_secret()).is_some());
    assert!(Keyed::read(&one.certificate, other.key.expose_secret()).is_none());
    assert!(Keyed::read("", "").is_none());
}

#[test]
fn no_key_is_ever_printed() {
    let (store, leaves) = settled();
    let printed = format!("{store:?} {leaves:?}");
    assert!(printed.contains("BEGIN CERTIFICATE") && !printed.contains("PRIVATE"), "{printed}");
}

#[test]
fn what_is_in_place_is_left_alone() {
    let (store, leaves) = settled();
    assert!(matches!(next(Some(&store), &leaves, None, now() + 15 * DAY), Step::Rest));
}

#[test]
fn everyone_is_renewed_between_seven_and_eight_twelfths_of_its_life() {
    let (store, leaves) = settled();
    let mut dues: Vec<Timestamp> = subjects()
        .iter()
        .map(|subject| due(&leaves[&subject.part].certificate().unwrap(), subject))
        .collect();
    dues.sort();
    assert!(dues[0] > now() + 17 * DAY && dues[3] < now() + 21 * DAY, "{dues:?}");
    assert!(dues.windows(2).all(|pair| pair[0] != pair[1]), "not all at once: {dues:?}");

    let renewed = issued(next(Some(&store), &leaves, None, dues[0]));
    assert_eq!(renewed.len(), 1, "{renewed:?}");
    assert_eq!(issued(next(Some(&store), &leaves, None, now() + 21 * DAY)).len(), 4);
}

#[test]
fn a_renewed_certificate_has_another_key() {
    let (store, leaves) = settled();
    let Step::Issue(renewed) = next(Some(&store), &leaves, None, now() + 21 * DAY) else { panic!() };
    for (part, leaf) in &renewed {
        let (old, new) = (leaves[part].certificate().unwrap(), leaf.certificate().unwrap());
        assert_ne!(old.public_key, new.public_key, "{part:?}");
    }
}

#[test]
fn a_certificate_about_somebody_else_is_replaced() {
    let (store, mut leaves) = settled();
    let orders = Part::Role(Role::Orders);
    leaves.insert(orders, leaves[&Part::Operator].clone());
    assert_eq!(issued(next(Some(&store), &leaves, None, now())), [orders]);
}

#[test]
fn a_certificate_of_a_ca_that_is_not_ours_is_replaced() {
    let (store, mut leaves) = settled();
    let other = authority(now());
    leaves.insert(Part::Postgres, leaf(&other, Part::Postgres, &[store.signing.as_ref().unwrap()], now()));
    assert_eq!(issued(next(Some(&store), &leaves, None, now())), [Part::Postgres]);
}

#[test]
fn a_bundle_that_was_edited_is_mended_and_the_certificate_stays() {
    let (store, mut leaves) = settled();
    leaves.get_mut(&Part::Postgres).unwrap().bundle.push_str("# mine\n");
    let Step::Issue(mended) = next(Some(&store), &leaves, None, now()) else { panic!() };
    assert_eq!(mended.keys().collect::<Vec<_>>(), [&Part::Postgres]);
    let mended = &mended[&Part::Postgres];
    assert_eq!(mended.keyed, leaves[&Part::Postgres].keyed);
    assert_eq!(hash(&mended.bundle), hash(&store.bundle()));
}

#[test]
fn a_rotation_begins_a_month_before_the_end_or_when_somebody_asks() {
    let (store, leaves) = settled();
    let begins = |asked, now| matches!(next(Some(&store), &leaves, asked, now), Step::Keep(_));
    assert!(!begins(None, now() + 334 * DAY));
    assert!(begins(None, now() + 335 * DAY));
    assert!(begins(Some("1"), now()));
    let asked = Store::stable(store.signing.clone().unwrap(), Some("1"));
    assert!(matches!(next(Some(&asked), &leaves, Some("1"), now()), Step::Rest), "once for each value");
}

#[test]
fn the_ca_of_two_hours_is_replaced_after_two_thirds() {
    let short = Keyed::authority(&stack(), Duration::from_secs(7200), now());
    let due = Store::stable(short, None).due().unwrap();
    assert_eq!(due.to_string(), "2026-11-22T13:18:20Z");
}

#[test]
fn a_store_is_read_as_it_was_written_and_nonsense_is_none() {
    let store = settled().0.rotating_to(authority(now()), Some("2"));
    let read = Store::from_data(&stored(store.to_data())).unwrap();
    assert_eq!((read.signing, read.next, read.asked.as_str()), (store.signing, store.next, "2"));
    assert!(Store::from_data(&BTreeMap::new()).is_none());
    let nonsense = BTreeMap::from([("tls.crt".to_owned(), b"x".to_vec()), ("tls.key".to_owned(), vec![255])]);
    assert!(Store::from_data(&nonsense).is_none());
}
