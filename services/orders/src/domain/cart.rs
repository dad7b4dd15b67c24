//! What a shopper means to buy.

use kernel::{CartId, MoneyError, Sku};

use super::line::{Line, sum};

/// Lines that a cart, and so an order, may have.
pub const MAX_LINES: usize = 50;

#[derive(Clone, Debug, PartialEq)]
pub struct Cart {
    pub id: CartId,
    /// It has become an order.
    pub frozen: bool,
    /// In the order in which they were put in.
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CartError {
    #[error("the cart has become an order")]
    Frozen,
    #[error("the cart is empty")]
    Empty,
    #[error("a cart has at most {MAX_LINES} lines")]
    TooManyLines,
    #[error("the lines of a cart have one currency")]
    MixedCurrencies,
    #[error("the cart is worth more than can be paid")]
    AmountTooLarge,
}

impl From<MoneyError> for CartError {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::MixedCurrencies { .. } => Self::MixedCurrencies,
            MoneyError::Overflow | MoneyError::UnknownCurrency(_) => Self::AmountTooLarge,
        }
    }
}

impl Cart {
    /// Adds the line, or replaces the one of the same SKU.
    pub fn put(&mut self, line: Line) -> Result<(), CartError> {
        if self.frozen {
            return Err(CartError::Frozen);
        }
        let mut lines = self.lines.clone();
        match lines.iter().position(|present| present.sku == line.sku) {
            Some(present) => lines[present] = line,
            None if lines.len() == MAX_LINES => return Err(CartError::TooManyLines),
            None => lines.push(line),
        }
        sum(&lines)?;
        self.lines = lines;
        Ok(())
    }

    /// Nothing happens where there is none.
    pub fn remove(&mut self, sku: &Sku) -> Result<(), CartError> {
        if self.frozen {
            return Err(CartError::Frozen);
        }
        self.lines.retain(|line| line.sku != *sku);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Money, Quantity};

    use super::*;

    fn line(sku: &str, pieces: i64, currency: Currency) -> Line {
        let (sku, quantity) = (Sku::parse(sku).unwrap(), Quantity::new(pieces).unwrap());
        Line { sku, name: "A thing".to_owned(), quantity, unit_price: Money::new(250, currency) }
    }

    fn empty() -> Cart {
        Cart { id: CartId::new(), frozen: false, lines: vec![] }
    }

    #[test]
    fn the_same_sku_again_replaces_the_quantity_where_it_stands() {
        let mut cart = empty();
        for (sku, pieces) in [("A", 1), ("B", 1), ("A", 3)] {
            cart.put(line(sku, pieces, Currency::Eur)).unwrap();
        }
        assert_eq!(cart.lines, [line("A", 3, Currency::Eur), line("B", 1, Currency::Eur)]);
        assert_eq!(sum(&cart.lines).unwrap(), Some(Money::new(1000, Currency::Eur)));
    }

    #[test]
    fn currencies_do_not_mix_and_the_cart_stays_as_it_was() {
        let mut cart = empty();
        cart.put(line("A", 1, Currency::Eur)).unwrap();
        assert_eq!(cart.put(line("B", 1, Currency::Usd)), Err(CartError::MixedCurrencies));
        assert_eq!(cart.lines.len(), 1);
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
        let dear = Line { unit_price: Money::new(i64::MAX, Currency::Eur), ..line("A", 2, Currency::Eur) };
        assert_eq!(empty().put(dear), Err(CartError::AmountTooLarge));
    }

    #[test]
    fn a_frozen_cart_does_not_change() {
        let mut cart = Cart { frozen: true, lines: vec![line("A", 1, Currency::Eur)], ..empty() };
        assert_eq!(cart.put(line("A", 2, Currency::Eur)), Err(CartError::Frozen));
        assert_eq!(cart.remove(&Sku::parse("A").unwrap()), Err(CartError::Frozen));
    }
}
