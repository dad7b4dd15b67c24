//! Carts without a shop around them.

use kernel::Currency;
use proptest::prelude::*;

use super::*;

fn line(sku: &str, pieces: i64, currency: Currency) -> CartLine {
    let (sku, quantity) = (Sku::parse(sku).unwrap(), Quantity::new(pieces).unwrap());
    let unit_price = Money::new(250, currency);
    let line = Line { sku, name: "A thing".to_owned(), quantity, unit_price };
    CartLine { line, seen_price: unit_price, on_sale: true, available: None }
}

fn empty() -> Cart {
    Cart { id: CartId::new(), version: 1, frozen: false, lines: vec![] }
}

fn cart(lines: Vec<CartLine>) -> Cart {
    Cart { lines, ..empty() }
}

#[test]
fn the_same_sku_again_replaces_the_quantity_where_it_stands() {
    let mut cart = empty();
    for (sku, pieces) in [("A", 1), ("B", 1), ("A", 3)] {
        cart.put(line(sku, pieces, Currency::Eur)).unwrap();
    }
    assert_eq!(cart.lines, [line("A", 3, Currency::Eur), line("B", 1, Currency::Eur)]);
    assert_eq!(cart.version, 4);
    let total = sum(cart.lines.iter().map(|line| &line.line)).unwrap();
    assert_eq!(total, Some(Money::new(1000, Currency::Eur)));
}

#[test]
fn currencies_do_not_mix_and_the_cart_stays_as_it_was() {
    let mut cart = empty();
    cart.put(line("A", 1, Currency::Eur)).unwrap();
    assert_eq!(cart.put(line("B", 1, Currency::Usd)), Err(CartError::MixedCurrencies));
    assert_eq!((cart.lines.len(), cart.version), (1, 2));
    // Alone in the cart, it may come in another currency.
    cart.put(line("A", 1, Currency::Usd)).unwrap();
}

#[test]
fn the_fifty_first_line_is_refused_but_a_known_one_may_change() {
    let mut cart = empty();
    for number in 0..MAX_LINES {
        cart.put(line(&format!("A{number}"), 1, Currency::Eur)).unwrap();
    }
    assert_eq!(cart.put(line("B", 1, Currency::Eur)), Err(CartError::TooManyLines));
    cart.put(line("A0", 2, Currency::Eur)).unwrap();
}

#[test]
fn a_cart_that_nobody_could_pay_is_refused() {
    let mut dear = line("A", 2, Currency::Eur);
    dear.line.unit_price = Money::new(i64::MAX, Currency::Eur);
    assert_eq!(empty().put(dear), Err(CartError::AmountTooLarge));
}

#[test]
fn a_frozen_cart_does_not_change() {
    let mut cart = Cart { frozen: true, ..cart(vec![line("A", 1, Currency::Eur)]) };
    let before = cart.clone();
    assert_eq!(cart.put(line("A", 2, Currency::Eur)), Err(CartError::Frozen));
    assert_eq!(cart.remove(&Sku::parse("A").unwrap()), Err(CartError::Frozen));
    assert_eq!(cart.merge(vec![line("B", 1, Currency::Eur)]), Err(CartError::Frozen));
    assert_eq!(cart.acknowledge(&[]), Err(CartError::Frozen));
    assert_eq!(cart, before);
}

#[test]
fn a_merge_that_does_not_fit_changes_nothing() {
    let mut own = cart(vec![line("A", 1, Currency::Eur)]);
    let before = own.clone();
    let foreign = vec![line("B", 1, Currency::Eur), line("C", 1, Currency::Usd)];
    assert_eq!(own.merge(foreign), Err(CartError::MixedCurrencies));
    assert_eq!(own, before);
}

#[test]
fn a_line_tells_the_gravest_thing_that_happened_to_it() {
    let mut line = line("A", 5, Currency::Eur);
    assert_eq!(cart(vec![line.clone()]).changes(), []);
    line.available = Some(5);
    assert_eq!(cart(vec![line.clone()]).changes(), []);
    let sku = line.line.sku.clone();
    line.available = Some(4);
    let short = CartChange::Unavailable { sku: sku.clone(), wanted: Quantity::new(5).unwrap(), available: 4 };
    assert_eq!(cart(vec![line.clone()]).changes(), [short]);
    let (from, to) = (Money::new(200, Currency::Eur), line.line.unit_price);
    line.seen_price = from;
    assert_eq!(cart(vec![line.clone()]).changes(), [CartChange::PriceChanged { sku: sku.clone(), from, to }]);
    line.on_sale = false;
    assert_eq!(cart(vec![line]).changes(), [CartChange::Withdrawn { sku }]);
}

#[test]
fn only_todays_price_settles_a_change() {
    let mut line = line("A", 1, Currency::Eur);
    line.seen_price = Money::new(200, Currency::Eur);
    let mut cart = cart(vec![line]);
    let seen =
        |amount| SeenPrice { sku: Sku::parse("A").unwrap(), unit_price: Money::new(amount, Currency::Eur) };
    cart.acknowledge(&[seen(225)]).unwrap();
    assert_eq!(cart.changes().len(), 1);
    cart.acknowledge(&[seen(250)]).unwrap();
    assert_eq!(cart.changes(), []);
}

proptest! {
    #[test]
    fn a_merge_adds_up_to_the_most_and_loses_no_line(
        own in prop::collection::btree_map(0_u8..8, 1_i64..=1_000_000, 0..8),
        guest in prop::collection::btree_map(0_u8..8, 1_i64..=1_000_000, 0..8),
    ) {
        let lines = |of: &std::collections::BTreeMap<u8, i64>| {
            of.iter().map(|(sku, pieces)| line(&format!("A{sku}"), *pieces, Currency::Eur)).collect::<Vec<_>>()
        };
        let mut merged = cart(lines(&own));
        merged.merge(lines(&guest)).unwrap();
        prop_assert_eq!(merged.version, 2);
        for sku in 0..8 {
            let wanted = own.get(&sku).unwrap_or(&0) + guest.get(&sku).unwrap_or(&0);
            let name = format!("A{sku}");
            let found = merged.lines.iter().find(|line| line.line.sku.as_str() == name);
            let pieces = found.map_or(0, |line| i64::from(line.line.quantity));
            prop_assert_eq!(pieces, wanted.min(1_000_000));
        }
    }
}
