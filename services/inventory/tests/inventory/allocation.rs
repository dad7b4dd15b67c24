//! From which regions an order is sent.

use std::collections::{BTreeMap, BTreeSet};

use contracts::messages::inventory::{Allocation, StockRejected, StockReserved};
use contracts::messages::orders::{ReserveStock, StockLine};
use diesel_async::SimpleAsyncConnection;
use futures::future::join_all;
use kernel::{OrderId, Quantity};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::warehouse::{Warehouse, line, region, sku};

fn from(order_id: OrderId, lines: Vec<StockLine>, preferred: Option<&str>) -> ReserveStock {
    ReserveStock { order_id, lines, region: preferred.map(region), hold_until: None }
}

fn part(sku_name: &str, region_name: &str, pieces: i64) -> Allocation {
    let quantity = Quantity::new(pieces).unwrap();
    Allocation { sku: sku(sku_name), region: region(region_name), quantity }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preferred_region_gives_first_and_another_what_it_lacks() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 3)]).await;
    warehouse.count_in("eu", "CHAIR-1", 3).await;
    warehouse.count_in("us", "CHAIR-1", 5).await;
    let order = OrderId::new();

    let held = warehouse.reserve_as(from(order, vec![line("CHAIR-1", 7)], Some("eu"))).await;

    assert_eq!(
        held.allocations,
        [part("CHAIR-1", "eu", 3), part("CHAIR-1", "us", 4)],
        "us has all 4 that are missing, main has not"
    );
    assert_eq!(warehouse.level("CHAIR-1").await, (11, 7));
    assert_eq!(warehouse.level_in("eu", "CHAIR-1").await, (3, 3));
    assert_eq!(warehouse.level_in("us", "CHAIR-1").await, (5, 4));
    assert_eq!(warehouse.level_in("main", "CHAIR-1").await, (3, 0));
    // Asked again, it is told the same.
    warehouse.app.broker.deliver(&from(order, vec![line("CHAIR-1", 7)], Some("us"))).await;
    let again: StockReserved = warehouse.answers::<StockReserved>(order, 2).await.data_as().unwrap();
    assert_eq!(again, held);
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_no_region_can_send_alone_is_held_when_all_together_can() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 2)]).await;
    for name in ["eu", "us", "asia"] {
        warehouse.count_in(name, "CHAIR-1", 2).await;
    }

    let held = warehouse.reserve_as(from(OrderId::new(), vec![line("CHAIR-1", 8)], None)).await;
    assert_eq!(held.allocations.len(), 4);
    assert_eq!(warehouse.level("CHAIR-1").await, (8, 8));

    let short = OrderId::new();
    warehouse.app.broker.deliver(&from(short, vec![line("CHAIR-1", 1)], Some("eu"))).await;
    warehouse.answers::<StockRejected>(short, 1).await;
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_region_that_has_all_lines_sends_all_though_others_are_fuller() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 50), ("TABLE-1", 1)]).await;
    for name in ["CHAIR-1", "TABLE-1"] {
        warehouse.count_in("us", name, 4).await;
    }

    let lines = vec![line("CHAIR-1", 4), line("TABLE-1", 2)];
    let held = warehouse.reserve_as(from(OrderId::new(), lines, None)).await;

    assert_eq!(held.allocations, [part("CHAIR-1", "us", 4), part("TABLE-1", "us", 2)]);
}

/// What lies in the regions `a` to `d` of each SKU, how much of it is wanted, and from where first.
#[derive(Clone, Debug)]
struct Case {
    lines: Vec<([i64; 4], i64)>,
    preferred: Option<usize>,
}

const REGIONS: [&str; 5] = ["a", "b", "c", "d", "nowhere"];

fn cases(count: usize) -> Vec<Case> {
    let one = (
        proptest::collection::vec((proptest::array::uniform4(0_i64..6), 1_i64..9), 1..4),
        proptest::option::of(0..5_usize),
    )
        .prop_map(|(lines, preferred)| Case { lines, preferred });
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| one.new_tree(&mut runner).unwrap().current()).collect()
}

impl Case {
    fn sku(&self, name: &str, index: usize) -> String {
        format!("{name}-{index}")
    }

    fn command(&self, name: &str) -> ReserveStock {
        let lines =
            self.lines.iter().enumerate().map(|(index, (_, wanted))| line(&self.sku(name, index), *wanted));
        from(OrderId::new(), lines.collect(), self.preferred.map(|index| REGIONS[index]))
    }

    /// The shelves, filled by a count each.
    fn statements(&self, name: &str, seller: uuid::Uuid) -> String {
        let mut all = String::new();
        for (index, (levels, _)) in self.lines.iter().enumerate() {
            let sku = self.sku(name, index);
            let total: i64 = levels.iter().sum();
            all +=
                &format!("INSERT INTO skus (sku, seller_id, on_hand) VALUES ('{sku}', '{seller}', {total});");
            for (region, level) in REGIONS.iter().zip(levels) {
                all += &format!(
                    "INSERT INTO stock (sku, region, on_hand) VALUES ('{sku}', '{region}', {level});"
                );
                if *level > 0 {
                    all += &format!(
                        "INSERT INTO movements (at, sku, region, kind, on_hand_delta, reserved_delta, reason, actor)
                         VALUES (now(), '{sku}', '{region}', 'adjusted', {level}, 0, 'counted', 'user:test');"
                    );
                }
            }
        }
        all
    }

    fn of_preferred(&self, levels: &[i64; 4]) -> i64 {
        self.preferred.and_then(|index| levels.get(index)).copied().unwrap_or(0)
    }

    fn can_be_held(&self) -> bool {
        self.lines.iter().all(|(levels, wanted)| levels.iter().sum::<i64>() >= *wanted)
    }

    /// How few of the regions that are not preferred could give what is missing: tried with every set of them.
    fn fewest_helpers(&self, levels: &[i64; 4], missing: i64) -> u32 {
        let sets = (0_u32..16).filter(|set| {
            let inside = |index: &usize| set & (1 << index) != 0 && self.preferred != Some(*index);
            (0..4).filter(inside).map(|index| levels[index]).sum::<i64>() >= missing
        });
        sets.map(u32::count_ones).min().unwrap()
    }

    fn assert_allocated_well(&self, name: &str, told: &[Allocation]) {
        let mut helpers = BTreeSet::new();
        let mut missing_of_all = Vec::new();
        for (index, (levels, wanted)) in self.lines.iter().enumerate() {
            let of_line = told.iter().filter(|part| part.sku == sku(&self.sku(name, index)));
            let mut given: BTreeMap<usize, i64> = BTreeMap::new();
            for part in of_line {
                let place = REGIONS.iter().position(|name| *name == part.region.as_str()).unwrap();
                assert_eq!(given.insert(place, part.quantity.into()), None, "named twice");
            }
            assert_eq!(given.values().sum::<i64>(), *wanted, "{self:?} {told:?}");
            assert!(given.iter().all(|(place, pieces)| *pieces <= levels[*place]), "{self:?} {told:?}");
            let first = self.of_preferred(levels).min(*wanted);
            let missing = wanted - first;
            if let Some(place) = self.preferred {
                assert_eq!(given.remove(&place).unwrap_or(0), first, "{self:?} {told:?}");
            }
            let fewest = self.fewest_helpers(levels, missing);
            assert_eq!(given.len(), usize::try_from(fewest).unwrap(), "{self:?} {told:?}");
            helpers.extend(given.into_keys());
            missing_of_all.push((levels, missing));
        }
        let alone = (0..4)
            .filter(|place| self.preferred != Some(*place))
            .any(|place| missing_of_all.iter().all(|(levels, missing)| levels[place] >= *missing));
        assert!(!alone || helpers.len() <= 1, "one region could help out alone: {self:?} {told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_lies_where_orders_get_all_they_want_from_the_preferred_region_and_the_fewest_others() {
    let warehouse = Warehouse::open().await;
    let cases = cases(150);
    let mut conn = warehouse.app.database().connect().await;
    let (names, twins): (Vec<_>, Vec<_>) =
        (0..cases.len()).map(|n| (format!("S{n}"), format!("T{n}"))).unzip();
    for (index, case) in cases.iter().enumerate() {
        for name in [&names[index], &twins[index]] {
            conn.batch_execute(&case.statements(name, warehouse.seller.0.0)).await.unwrap();
        }
    }
    let mut allocations: Vec<Vec<Option<Vec<Allocation>>>> = Vec::new();
    for names in [&names, &twins] {
        let commands: Vec<ReserveStock> =
            cases.iter().zip(names).map(|(case, name)| case.command(name)).collect();
        join_all(commands.iter().map(|command| warehouse.app.broker.deliver(command))).await;
        let orders: Vec<OrderId> = commands.iter().map(|command| command.order_id).collect();
        warehouse.decided(&orders).await;
        let told = |order: &OrderId| {
            let held = warehouse.answered::<StockReserved>(*order).pop()?;
            Some(held.data_as::<StockReserved>().unwrap().allocations)
        };
        allocations.push(orders.iter().map(told).collect());
    }

    let mut held = 0;
    for (index, case) in cases.iter().enumerate() {
        let (told, twin) = (&allocations[0][index], &allocations[1][index]);
        assert_eq!(told.is_some(), case.can_be_held(), "{case:?}");
        if let (Some(told), Some(twin)) = (told, twin) {
            held += 1;
            case.assert_allocated_well(&names[index], told);
            let places = |parts: &[Allocation]| -> Vec<_> {
                parts.iter().map(|part| (part.region.clone(), part.quantity)).collect()
            };
            assert_eq!(places(told), places(twin), "the same levels give the same regions");
        }
    }
    assert!((30..cases.len() - 10).contains(&held), "{held} of the cases can be held: they prove too little");
    warehouse.assert_the_books_balance().await;
}
