//! The words in Spanish.

use contracts::api::orders::{EndReason, ReturnEndReason};
use contracts::api::payments::DeclineReason;
use contracts::api::users::Locale;
use contracts::inbound::notifications::{OrderNews, PaymentNews, StockNews};

use super::News;
use super::amount::{amount, day};
use super::letter::{Letter, Words, short_number};

const ES: Locale = Locale::Es;

pub fn letter(news: &News, name: &str) -> Letter {
    let words = match news {
        News::Order(news) => of_order(news),
        News::Payment(news) => of_payment(news),
        News::Stock(news) => of_stock(news),
    };
    let order_id = news.order_id();
    let order = order_id.map(|order| ("Pedido", order.to_string()));
    Letter {
        locale: ES,
        subject: words.subject,
        greeting: format!("Hola, {name}:"),
        body: words.body,
        facts: order.into_iter().chain(words.facts).collect(),
        next: words.next,
        short: words.short,
        link: "Ver el pedido",
        reason: if news.template().required {
            "Recibes este mensaje por tu pedido. Forma parte de nuestro contrato y no se puede desactivar."
        } else {
            "Recibes este mensaje porque no has desactivado estas noticias en tu cuenta."
        },
        order_id,
    }
}

fn of_order(news: &OrderNews) -> Words {
    match news {
        OrderNews::OrderConfirmed(it) => {
            let (number, total) = (short_number(it.order_id), amount(it.total, ES));
            Words::new(
                format!("Tu pedido {number} está confirmado"),
                "Gracias por tu pedido. Está pagado y los artículos están reservados para ti.",
                "Ahora lo preparamos y te escribiremos cuando esté en camino. La factura llega en otro correo.",
                format!("Tu pedido {number} de {total} está confirmado. Te avisaremos cuando esté en camino."),
            )
            .fact("Pagado", total)
        }
        OrderNews::OrderRejected(it) => {
            let number = short_number(it.order_id);
            Words::new(
                format!("No hemos podido completar tu pedido {number}"),
                why(&it.reason),
                "No pagas nada: si tu banco retuvo el importe, lo liberará en unos días como máximo. Puedes volver a hacer el pedido cuando quieras.",
                format!("No hemos podido completar tu pedido {number}. No pagas nada."),
            )
        }
        OrderNews::OrderCancelled(it) => {
            let number = short_number(it.order_id);
            Words::new(
                format!("Tu pedido {number} está cancelado"),
                why(&it.reason),
                "No tienes que hacer nada más. No pagas nada y, si ya se había cobrado, el dinero vuelve por la misma vía en unos días.",
                format!("Tu pedido {number} está cancelado. No pagas nada."),
            )
        }
        OrderNews::OrderShipped(it) => {
            let number = short_number(it.order_id);
            Words::new(
                format!("Tu pedido {number} está en camino"),
                "Tu pedido ha salido de nuestro almacén.",
                "Ya no se puede cambiar la dirección. Lo que no quieras lo puedes devolver cuando llegue.",
                format!("Tu pedido {number} está en camino."),
            )
        }
        OrderNews::OrderCompleted(it) => {
            let number = short_number(it.order_id);
            Words::new(
                format!("Tu pedido {number} ha llegado"),
                "Tu pedido está entregado. Esperamos que te guste.",
                "¿Falta algo o algo no está bien? Pide una devolución en la página del pedido.",
                format!("Tu pedido {number} está entregado."),
            )
        }
        OrderNews::ReturnApproved(it) => {
            let number = short_number(it.order_id);
            Words::new(
                format!("La devolución de tu pedido {number} está aprobada"),
                "Aceptamos la devolución.",
                "Embala bien los artículos, incluye el número de la devolución en el paquete y envíanoslo. Cuando llegue te devolveremos el dinero.",
                format!("La devolución de tu pedido {number} está aprobada. Envíanos los artículos."),
            )
            .fact("Devolución", it.return_id.to_string())
        }
        OrderNews::ReturnClosed(it) => {
            let number = short_number(it.order_id);
            Words::new(
                format!("La devolución de tu pedido {number} está cerrada"),
                why_closed(&it.reason),
                "No se ha movido dinero. Si crees que es un error, escribe a nuestro equipo de atención al cliente.",
                format!("La devolución de tu pedido {number} está cerrada. No se ha movido dinero."),
            )
            .fact("Devolución", it.return_id.to_string())
        }
        OrderNews::ReturnCompleted(it) => {
            let (number, back) = (short_number(it.order_id), amount(it.amount, ES));
            Words::new(
                format!("El dinero de tu pedido {number} está de vuelta"),
                "Los artículos han llegado y te hemos devuelto el dinero.",
                "Vuelve por la misma vía. Según tu banco, lo verás en unos días.",
                format!("Te devolvemos {back} de tu pedido {number}. Según tu banco, tarda unos días."),
            )
            .fact("Devolución", it.return_id.to_string())
            .fact("Devuelto", back)
        }
    }
}

fn of_payment(news: &PaymentNews) -> Words {
    match news {
        PaymentNews::InvoiceIssued(it) => Words::new(
            format!("Factura {}", it.invoice_number),
            "Esta es la factura de tu pedido. Está pagada.",
            "No tienes que hacer nada más. Guárdala con tus documentos.",
            format!("Factura {} de {}.", it.invoice_number, amount(it.amount, ES)),
        )
        .fact("Factura", it.invoice_number.as_str())
        .fact("Fecha", day(it.issued_at, ES))
        .fact("Pagado", amount(it.amount, ES)),
        PaymentNews::ChargebackReceived(it) => {
            let (number, back) = (short_number(it.order_id), amount(it.amount, ES));
            Words::new(
                format!("Tu banco ha retirado el pago de tu pedido {number}"),
                "Tu banco nos comunica que el pago de tu pedido ha sido reclamado y nos ha retirado el dinero.",
                "Si no has sido tú, o ha sido un error, responde a este correo o escribe a nuestro equipo de atención al cliente para que lo arreglemos juntos.",
                format!("Tu banco ha retirado {back} de tu pedido {number}. Escríbenos, por favor."),
            )
            .fact("Retirado", back)
        }
    }
}

fn of_stock(news: &StockNews) -> Words {
    let StockNews::StockLow(it) = news;
    let (sku, available, threshold) = (&it.sku, it.available, it.threshold);
    Words::new(
        format!("Solo quedan {available} de {sku}"),
        format!("Solo se pueden vender {available} unidades más de {sku}. Pediste que te avisáramos por debajo de {threshold}."),
        "Repón a tiempo: lo que no hay no se puede vender. Te avisaremos otra vez cuando se haya repuesto y vuelva a bajar.",
        format!("Solo quedan {available} de {sku} (quieres {threshold})."),
    )
    .fact("SKU", sku.as_str())
    .fact("Disponible", available.to_string())
}

fn why(reason: &EndReason) -> String {
    match reason {
        EndReason::OutOfStock { shortages } => {
            let missing: Vec<String> = shortages
                .iter()
                .map(|short| {
                    format!("{} (querías {}, hay {})", short.sku, short.wanted, short.available.max(0))
                })
                .collect();
            format!("Alguien fue más rápido: ya no tenemos suficiente de {}.", missing.join(", "))
        }
        EndReason::PaymentDeclined { reason } => {
            format!("El pago fue rechazado: {}.", declined(*reason))
        }
        EndReason::PaymentTimedOut => "No hemos recibido el pago a tiempo.".to_owned(),
        EndReason::ReservationExpired => {
            "No hemos podido guardar los artículos por más tiempo y ya están vendidos.".to_owned()
        }
        EndReason::CaptureFailed { reason } => {
            format!("Tu banco rechazó el cobro al final: {}.", declined(*reason))
        }
        EndReason::Abandoned => {
            "No hemos podido completar tu pedido y nuestro equipo de atención al cliente lo ha cerrado."
                .to_owned()
        }
        EndReason::CustomerCancelled => "Hemos cancelado tu pedido, como pediste.".to_owned(),
    }
}

fn why_closed(reason: &ReturnEndReason) -> String {
    match reason {
        ReturnEndReason::Refused { note } => {
            format!("No podemos aceptar la devolución. Nuestro equipo de atención al cliente dice: {note}")
        }
        ReturnEndReason::Withdrawn => "La has retirado, así que te quedas con los artículos.".to_owned(),
        ReturnEndReason::GoodsNeverCame => "Los artículos no nos llegaron a tiempo.".to_owned(),
        ReturnEndReason::RefundFailed { reason } => format!(
            "No hemos podido devolver el dinero: {}. Te enviamos los artículos de nuevo.",
            declined(*reason)
        ),
    }
}

fn declined(reason: DeclineReason) -> &'static str {
    match reason {
        DeclineReason::CardDeclined => "el banco no aceptó la tarjeta",
        DeclineReason::InsufficientFunds => "la tarjeta no tenía saldo suficiente",
        DeclineReason::UnknownToken => "los datos de la tarjeta ya no eran válidos",
        DeclineReason::CaptureRefused => "el banco no nos permitió cobrar la tarjeta",
        DeclineReason::ExpiredCard => "la tarjeta está caducada",
        DeclineReason::AuthenticationRequired => "el banco quería que confirmaras el pago y eso no ocurrió",
        DeclineReason::AuthorizationExpired => "la autorización del banco había vencido",
        DeclineReason::ChargedBack => "tu banco ya había retirado el dinero",
        DeclineReason::NothingLeft => "ya se había devuelto todo el importe",
    }
}
