//! Every template in every language, as people read it.

use contracts::api::orders::{EndReason, ReturnEndReason, Shortage};
use contracts::inbound::notifications::{OrderNews, PaymentNews, StockNews};
use contracts::messages::inventory::StockLow;
use contracts::messages::orders::{
    OrderCancelled, OrderCompleted, OrderConfirmed, OrderRejected, OrderShipped, ReturnApproved,
    ReturnClosed, ReturnCompleted,
};
use contracts::messages::payments::{ChargebackReceived, InvoiceIssued};
use kernel::{Currency, Money, OrderId, PaymentId, Quantity, ReturnId, Sku, UserId};
use uuid::uuid;

use super::*;
use crate::domain::{News, write};

const ORDER: OrderId = OrderId(uuid!("0199aaaa-0000-7000-8000-0000deadbeef"));
const RETURN: ReturnId = ReturnId(uuid!("0199bbbb-0000-7000-8000-000000000001"));
const WHO: UserId = UserId(uuid!("0199cccc-0000-7000-8000-000000000001"));
const PAYMENT: PaymentId = PaymentId(uuid!("0199dddd-0000-7000-8000-000000000001"));

fn shop() -> Shop {
    Shop { name: "Chairs & Co".to_owned(), url: Url::parse("https://shop.example/").ok() }
}

fn of_orders() -> Vec<OrderNews> {
    let (order_id, return_id, customer_id) = (ORDER, RETURN, WHO);
    let total = Money::new(123_456, Currency::Eur);
    let short =
        Shortage { sku: Sku::parse("CHAIR-1").unwrap(), wanted: Quantity::new(3).unwrap(), available: 1 };
    let out_of_stock = EndReason::OutOfStock { shortages: vec![short] };
    let refused = ReturnEndReason::Refused { note: "the seal is <b>broken</b> & worn".to_owned() };
    vec![
        OrderNews::OrderConfirmed(OrderConfirmed { order_id, customer_id, total }),
        OrderNews::OrderRejected(OrderRejected { order_id, customer_id, reason: out_of_stock }),
        OrderNews::OrderCancelled(OrderCancelled {
            order_id,
            customer_id,
            reason: EndReason::CustomerCancelled,
        }),
        OrderNews::OrderShipped(OrderShipped { order_id, customer_id }),
        OrderNews::OrderCompleted(OrderCompleted { order_id, customer_id }),
        OrderNews::ReturnApproved(ReturnApproved { order_id, return_id, customer_id }),
        OrderNews::ReturnClosed(ReturnClosed { order_id, return_id, customer_id, reason: refused }),
        OrderNews::ReturnCompleted(ReturnCompleted {
            order_id,
            return_id,
            customer_id,
            amount: Money::new(5_000, Currency::Jpy),
        }),
    ]
}

fn all() -> Vec<News> {
    let (order_id, payment_id, customer_id) = (ORDER, PAYMENT, WHO);
    let amount = Money::new(123_456, Currency::Mxn);
    let invoice = InvoiceIssued {
        order_id,
        payment_id,
        customer_id,
        invoice_number: "2026-000042".to_owned(),
        amount,
        issued_at: "2026-03-04T10:00:00Z".parse().unwrap(),
    };
    let chargeback = ChargebackReceived { order_id, payment_id, customer_id, amount };
    let low = StockLow { sku: Sku::parse("CHAIR-1").unwrap(), seller_id: WHO, available: 2, threshold: 5 };
    let mut all: Vec<News> = of_orders().into_iter().map(News::Order).collect();
    all.push(News::Payment(PaymentNews::InvoiceIssued(invoice)));
    all.push(News::Payment(PaymentNews::ChargebackReceived(chargeback)));
    all.push(News::Stock(StockNews::StockLow(low)));
    all
}

fn shown(message: &Message) -> String {
    let Message { subject, short, text, html, .. } = message;
    format!("Subject: {subject}\n\n{text}\n=== SMS\n{short}\n\n=== HTML\n{html}")
}

#[test]
fn every_template_reads_well_in_every_language() {
    for (language, locale) in [("en", Locale::En), ("es", Locale::Es)] {
        for news in all() {
            let message = render(&write(&news, "Ada Lovelace", locale), &shop());
            insta::assert_snapshot!(format!("{}.{language}", news.template().name), shown(&message));
        }
    }
}

#[test]
fn every_event_has_a_template_of_its_own() {
    let names: std::collections::BTreeSet<&str> = all().iter().map(|news| news.template().name).collect();
    use contracts::inbound::notifications as inbound;
    let types =
        inbound::OrderNews::TYPES.len() + inbound::PaymentNews::TYPES.len() + inbound::StockNews::TYPES.len();
    assert_eq!((names.len(), all().len()), (types, types));
}

#[test]
fn what_people_wrote_is_text_and_never_markup() {
    let name = "<script>alert(1)</script> & \"Söhne\"";
    for news in all() {
        let message = render(&write(&news, name, Locale::En), &shop());
        assert!(!message.html.contains("<script>") && !message.html.contains("<b>"), "{}", message.html);
        assert!(message.html.contains("Chairs &#38; Co"), "{}", message.html);
        assert!(message.text.contains(name), "a text mail has nothing to escape: {}", message.text);
    }
}

#[test]
fn an_sms_is_short() {
    for locale in [Locale::En, Locale::Es] {
        for news in all().iter().filter(|news| news.template().everywhere) {
            let short = render(&write(news, "Ada", locale), &shop()).short;
            assert!(short.chars().count() <= 160, "{}: {short}", short.chars().count());
        }
    }
}

#[test]
fn without_an_address_of_its_own_the_shop_links_nowhere() {
    let shop = Shop { url: None, ..shop() };
    for news in all() {
        let message = render(&write(&news, "Ada", Locale::Es), &shop);
        assert_eq!(message.link, None);
        assert!(!message.html.contains("href") && !message.text.contains("http"));
    }
}

#[test]
fn links_lead_to_the_order_also_where_the_shop_lies_deeper() {
    for (url, link) in [
        ("https://shop.example", "https://shop.example/orders/"),
        ("https://example.com/shop/", "https://example.com/shop/orders/"),
    ] {
        let shop = Shop { url: Url::parse(url).ok(), ..shop() };
        let message = render(&write(&all()[0], "Ada", Locale::En), &shop);
        assert_eq!(message.link.unwrap(), format!("{link}{ORDER}"));
    }
}
