//! A product, from what a seller writes and changes.

use contracts::api::catalog::{NewProduct, ProductChange, ProductView};
use kernel::{Money, ProductId, Sku, Timestamp, UserId};

const NAME_MAX: usize = 200;
const DESCRIPTION_MAX: usize = 5_000;
const PRICE_MAX: i64 = 1_000_000_000_000;

/// A product whose texts and price are as they must be.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    pub id: ProductId,
    pub sku: Sku,
    pub seller_id: UserId,
    pub name: String,
    pub description: String,
    pub price: Money,
    pub on_sale: bool,
    /// Grows with each change.
    pub version: i64,
    pub published_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {message}")]
pub struct InvalidField {
    pub field: &'static str,
    pub message: &'static str,
}

impl Product {
    /// All that is wrong at once, so that a form can show it.
    pub fn publish(new: NewProduct, seller_id: UserId, at: Timestamp) -> Result<Self, Vec<InvalidField>> {
        let NewProduct { sku, name, description, price } = new;
        let id = ProductId::new();
        Self { id, sku, seller_id, name, description, price, on_sale: true, version: 1, published_at: at }
            .checked()
    }

    /// The next version; `None` where nothing is changed.
    pub fn changed(&self, change: ProductChange) -> Result<Option<Self>, Vec<InvalidField>> {
        let before = self.clone();
        let after = Self {
            name: change.name.unwrap_or(before.name),
            description: change.description.unwrap_or(before.description),
            price: change.price.unwrap_or(before.price),
            on_sale: change.on_sale.unwrap_or(before.on_sale),
            ..before
        };
        let after = after.checked()?;
        Ok((after != *self).then(|| Self { version: self.version + 1, ..after }))
    }

    fn checked(self) -> Result<Self, Vec<InvalidField>> {
        let (name, description) = (self.name.trim().to_owned(), self.description.trim().to_owned());
        let checks = [
            (!name.is_empty(), "name", "must not be blank"),
            (name.chars().count() <= NAME_MAX, "name", "has at most 200 characters"),
            (!name.contains(char::is_control), "name", "must not contain control characters"),
            (description.chars().count() <= DESCRIPTION_MAX, "description", "has at most 5000 characters"),
            (!description.contains(breaks_text), "description", "must not contain control characters"),
            (
                (1..=PRICE_MAX).contains(&self.price.amount_minor),
                "price.amount_minor",
                "must be 1 to 1000000000000",
            ),
        ];
        let wrong: Vec<InvalidField> = checks
            .into_iter()
            .filter(|(right, ..)| !right)
            .map(|(_, field, message)| InvalidField { field, message })
            .collect();
        if wrong.is_empty() { Ok(Self { name, description, ..self }) } else { Err(wrong) }
    }

    pub fn view(self, available: i64) -> ProductView {
        ProductView {
            id: self.id,
            version: self.version,
            sku: self.sku,
            name: self.name,
            description: self.description,
            price: self.price,
            seller_id: self.seller_id,
            available,
            on_sale: self.on_sale,
        }
    }
}

/// Lines and tabs are text; NUL, which Postgres can't store, and its like are not.
fn breaks_text(character: char) -> bool {
    character.is_control() && !matches!(character, '\n' | '\r' | '\t')
}

#[cfg(test)]
mod tests {
    use kernel::{Clock, Currency};
    use proptest::prelude::*;

    use super::*;

    fn chair() -> NewProduct {
        NewProduct {
            sku: Sku::parse("CHAIR-1").unwrap(),
            name: "Chair".to_owned(),
            description: "Four legs.\nOne back.".to_owned(),
            price: Money::new(1999, Currency::Eur),
        }
    }

    fn wrong_fields(new: NewProduct) -> Vec<&'static str> {
        match Product::publish(new, UserId::new(), Clock::default().now()) {
            Ok(_) => vec![],
            Err(wrong) => wrong.into_iter().map(|invalid| invalid.field).collect(),
        }
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let price = Money::new(0, Currency::Eur);
        let new = NewProduct { name: " \t".to_owned(), description: "a\0b".to_owned(), price, ..chair() };
        assert_eq!(wrong_fields(new), ["name", "description", "price.amount_minor"]);
    }

    #[test]
    fn a_name_is_trimmed_and_counted_in_characters() {
        let new = NewProduct { name: format!(" {} ", "ñ".repeat(200)), ..chair() };
        let product = Product::publish(new, UserId::new(), Clock::default().now()).unwrap();
        assert_eq!(product.name, "ñ".repeat(200));
        assert_eq!(wrong_fields(NewProduct { name: "ñ".repeat(201), ..chair() }), ["name"]);
        assert_eq!(wrong_fields(NewProduct { description: "x".repeat(5_001), ..chair() }), ["description"]);
    }

    #[test]
    fn a_change_makes_the_next_version_and_none_where_nothing_is_new() {
        let product = Product::publish(chair(), UserId::new(), Clock::default().now()).unwrap();
        assert_eq!(product.changed(ProductChange::default()), Ok(None));
        let same = ProductChange { name: Some(" Chair ".to_owned()), ..ProductChange::default() };
        assert_eq!(product.changed(same), Ok(None));
        let dearer = Money::new(2999, Currency::Eur);
        let change = ProductChange { price: Some(dearer), ..ProductChange::default() };
        let changed = product.changed(change).unwrap().unwrap();
        assert_eq!(changed, Product { price: dearer, version: 2, ..product.clone() });
        let free = ProductChange { price: Some(Money::new(0, Currency::Eur)), ..ProductChange::default() };
        assert!(product.changed(free).is_err());
    }

    proptest! {
        #[test]
        fn a_price_is_more_than_nothing_and_at_most_a_million_million(amount in any::<i64>()) {
            let accepted = wrong_fields(NewProduct { price: Money::new(amount, Currency::Jpy), ..chair() }).is_empty();
            prop_assert_eq!(accepted, amount > 0 && amount <= 1_000_000_000_000);
        }

        #[test]
        fn what_is_accepted_can_be_stored(name in any::<String>(), description in any::<String>()) {
            let new = NewProduct { name, description, ..chair() };
            if let Ok(product) = Product::publish(new, UserId::new(), Clock::default().now()) {
                prop_assert!(!product.name.is_empty() && product.name.chars().count() <= 200);
                prop_assert!(!product.name.contains('\0') && !product.description.contains('\0'));
            }
        }
    }
}
