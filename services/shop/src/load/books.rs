//! The invariants of the checkout, over what the API tells of this run's orders, payments and stock.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use contracts::api::inventory::StockView;
use contracts::api::orders::{OrderStatus, OrderView};
use contracts::api::payments::{PaymentView, TransactionKind};
use futures::stream::{self, StreamExt, TryStreamExt};
use kernel::{OrderId, Sku};
use reqwest::StatusCode;
use shop_client::Person;

use super::stage::Stage;

#[derive(Default)]
pub struct Books {
    pub accounts: Vec<Account>,
    pub shelves: Vec<Count>,
}

/// An order and what was paid for it.
pub struct Account {
    pub order: OrderView,
    pub payment: Option<PaymentView>,
}

/// What a shelf received, and what it says now.
pub struct Count {
    pub received: i64,
    pub stock: StockView,
}

/// `orders`: with the number of the shopper whose they are.
pub async fn read(stage: &Stage, orders: Vec<(usize, OrderView)>, together: usize) -> Result<Books> {
    let accounts = stream::iter(orders)
        .map(|(shopper, order)| async move {
            let payment = find_payment(&stage.shoppers[shopper], order.id).await?;
            anyhow::Ok(Account { order, payment })
        })
        .buffered(together)
        .try_collect()
        .await?;
    let shelves = stream::iter(&stage.shelves)
        .map(|shelf| async {
            let stock = stage.seller.stock(&shelf.sku).await;
            let stock = stock.with_context(|| format!("could not read the stock of {}", shelf.sku))?;
            anyhow::Ok(Count { received: shelf.received, stock })
        })
        .buffered(together)
        .try_collect()
        .await?;
    Ok(Books { accounts, shelves })
}

/// `None`: nobody ever paid, as for an order that was refused for want of stock.
async fn find_payment(shopper: &Person, order: OrderId) -> Result<Option<PaymentView>> {
    match shopper.payment(order).await {
        Ok(payment) => Ok(Some(payment)),
        Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("could not read the payment of {order}")),
    }
}

impl Books {
    /// What does not hold, in words. `placed`: every order that the shop said it took.
    pub fn imbalances(&self, placed: &[OrderId]) -> Vec<String> {
        let mut wrong = Vec::new();
        let kept: BTreeSet<OrderId> = self.accounts.iter().map(|account| account.order.id).collect();
        wrong.extend(
            placed
                .iter()
                .filter(|id| !kept.contains(id))
                .map(|id| format!("order {id} was accepted and is gone")),
        );
        wrong.extend(self.accounts.iter().flat_map(Account::imbalances));
        let sold = self.sold();
        wrong.extend(
            self.shelves
                .iter()
                .flat_map(|count| count.imbalances(sold.get(&count.stock.sku).copied().unwrap_or(0))),
        );
        if self.captured_minor() != self.confirmed_minor() {
            wrong.push(format!(
                "captured {} in all, but confirmed orders add up to {}",
                self.captured_minor(),
                self.confirmed_minor()
            ));
        }
        wrong
    }

    pub fn in_status(&self, status: OrderStatus) -> usize {
        self.accounts.iter().filter(|account| account.order.status == status).count()
    }

    pub fn captured_minor(&self) -> i64 {
        self.accounts.iter().flat_map(Account::captures).sum()
    }

    pub fn confirmed_minor(&self) -> i64 {
        self.accounts
            .iter()
            .filter(|account| account.is_sale())
            .map(|account| account.order.total.amount_minor)
            .sum()
    }

    /// Pieces of confirmed orders.
    fn sold(&self) -> BTreeMap<Sku, i64> {
        let mut sold = BTreeMap::new();
        for line in
            self.accounts.iter().filter(|account| account.is_sale()).flat_map(|account| &account.order.lines)
        {
            *sold.entry(line.sku.clone()).or_default() += i64::from(line.quantity.get());
        }
        sold
    }
}

impl Account {
    fn is_sale(&self) -> bool {
        self.order.status == OrderStatus::Confirmed
    }

    fn captures(&self) -> impl Iterator<Item = i64> {
        let transactions = self.payment.iter().flat_map(|payment| &payment.transactions);
        transactions
            .filter(|done| done.succeeded && done.kind == TransactionKind::Capture)
            .map(|done| done.amount.amount_minor)
    }

    fn imbalances(&self) -> Vec<String> {
        let (order, captures) = (&self.order, self.captures().collect::<Vec<_>>());
        let mut wrong = Vec::new();
        if !order.status.is_final() {
            wrong.push(format!("order {} is still {:?}", order.id, order.status));
        }
        let owed: &[i64] = if self.is_sale() { &[order.total.amount_minor] } else { &[] };
        if captures != owed {
            wrong.push(format!(
                "order {} is {:?}; captured {captures:?}, owed {owed:?}",
                order.id, order.status
            ));
        }
        wrong
    }
}

impl Count {
    fn imbalances(&self, sold: i64) -> Vec<String> {
        let StockView { sku, on_hand, reserved, available, .. } = &self.stock;
        let mut wrong = Vec::new();
        if *available != on_hand - reserved || *available < 0 {
            wrong.push(format!(
                "{sku}: available is {available}, with {on_hand} on hand and {reserved} reserved"
            ));
        }
        if *reserved != 0 {
            wrong.push(format!("{sku}: {reserved} pieces are reserved for no order"));
        }
        if self.received - on_hand != sold {
            wrong.push(format!(
                "{sku}: {} pieces have left the shelf, {sold} were sold",
                self.received - on_hand
            ));
        }
        wrong
    }
}

#[cfg(test)]
mod tests;
