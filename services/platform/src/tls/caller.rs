//! Who calls: read from the certificate once per connection, and let in or refused per request.

use std::any::Any;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::body::MessageBody;
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::rt::net::TcpStream;
use contracts::Role;
use contracts::identity::{Identity, Part};

use super::{Tls, material};
use crate::Problem;
use crate::http::HEALTH;

/// Notes who is at the other end, where the connection is TLS and they have shown a certificate.
pub(crate) fn noted(connection: &dyn Any, data: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<TlsStream<TcpStream>>() else { return };
    let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default();
    if let Some(caller) = certificates.first().and_then(material::identity_of) {
        data.insert(caller);
    }
}

/// One of a role's two ports, and who we are there.
#[derive(Clone)]
pub(crate) struct Door {
    port: Port,
    own: Option<Identity>,
}

#[derive(Clone, Copy, PartialEq)]
enum Port {
    Business(Role),
    Administration,
}

impl Door {
    /// Without TLS everyone is let in.
    pub fn of_business(role: Role, tls: Option<&Tls>) -> Self {
        Self { port: Port::Business(role), own: tls.map(Tls::identity) }
    }

    pub fn of_administration(tls: Option<&Tls>) -> Self {
        Self { port: Port::Administration, own: tls.map(Tls::identity) }
    }

    pub async fn pass(
        self,
        request: ServiceRequest,
        next: Next<impl MessageBody>,
    ) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
        let health = self.port == Port::Administration && HEALTH.contains(&request.path());
        if !health && let Some(own) = &self.own {
            self.admits(own, request.conn_data::<Identity>())?;
        }
        next.call(request).await
    }

    fn admits(&self, own: &Identity, caller: Option<&Identity>) -> Result<(), Problem> {
        let Some(caller) = caller else {
            return Err(refused().detail("there is no certificate that names a part of a stack"));
        };
        let same_stack = (&caller.namespace, &caller.stack) == (&own.namespace, &own.stack);
        if same_stack && self.opens_to(caller.part) {
            return Ok(());
        }
        Err(refused().detail(format!("{caller} may not call {own} here")))
    }

    fn opens_to(&self, part: Part) -> bool {
        match self.port {
            Port::Business(role) => part.may_call(role),
            Port::Administration => part.may_administer(),
        }
    }
}

fn refused() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "caller-not-allowed",
        "This part of the shop may not be called by you",
    )
}
