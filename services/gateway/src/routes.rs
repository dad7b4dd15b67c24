//! Who may send what, and where it goes: the whole table. What is not in it is a page of the storefront, or a 404.

use actix_web::http::Method;
use contracts::Role;
use contracts::api::users::UserRole;

/// What a request needs to come through. The service behind checks the token again, and whose object it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Public,
    LoggedIn,
    As(UserRole),
    /// The support team and the administrators.
    Staff,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Upstream(Role),
    /// Published over MQTT.
    SubmitPayment,
}

#[derive(Clone, Debug)]
pub struct Route {
    /// A GET answers HEAD too.
    pub method: Method,
    /// As actix writes patterns; also the label of its metrics.
    pub pattern: &'static str,
    pub access: Access,
    pub target: Target,
}

const fn to(role: Role, method: Method, pattern: &'static str, access: Access) -> Route {
    Route { method, pattern, access, target: Target::Upstream(role) }
}

const SELLER: Access = Access::As(UserRole::Seller);

use Access::{LoggedIn, Public, Staff};
use Role::{Catalog, Inventory, Notifications, Orders, Users};

/// Rows of one pattern stand together.
pub static ROUTES: &[Route] = &[
    to(Users, Method::POST, "/api/v1/users", Public),
    to(Users, Method::GET, "/api/v1/users/me", LoggedIn),
    to(Users, Method::POST, "/api/v1/sessions", Public),
    to(Users, Method::GET, "/.well-known/jwks.json", Public),
    to(Catalog, Method::GET, "/api/v1/products", Public),
    to(Catalog, Method::POST, "/api/v1/products", SELLER),
    to(Catalog, Method::GET, "/api/v1/products/{id}", Public),
    to(Inventory, Method::GET, "/api/v1/stock", SELLER),
    to(Inventory, Method::GET, "/api/v1/stock/{sku}", SELLER),
    to(Inventory, Method::PUT, "/api/v1/stock/{sku}", SELLER),
    to(Inventory, Method::POST, "/api/v1/stock/{sku}/adjustments", SELLER),
    to(Inventory, Method::PUT, "/api/v1/stock/{sku}/threshold", SELLER),
    to(Inventory, Method::GET, "/api/v1/stock/{sku}/movements", SELLER),
    to(Orders, Method::POST, "/api/v1/carts", LoggedIn),
    to(Orders, Method::GET, "/api/v1/carts/{cart}", LoggedIn),
    to(Orders, Method::PUT, "/api/v1/carts/{cart}/items/{sku}", LoggedIn),
    to(Orders, Method::DELETE, "/api/v1/carts/{cart}/items/{sku}", LoggedIn),
    to(Orders, Method::GET, "/api/v1/orders", LoggedIn),
    to(Orders, Method::POST, "/api/v1/orders", LoggedIn),
    to(Orders, Method::GET, "/api/v1/orders/{order}", LoggedIn),
    to(Orders, Method::GET, "/api/v1/orders/{order}/events", LoggedIn),
    to(Orders, Method::POST, "/api/v1/orders/{order}/cancellations", LoggedIn),
    to(Orders, Method::GET, "/api/v1/orders/{order}/returns", LoggedIn),
    to(Orders, Method::POST, "/api/v1/orders/{order}/returns", LoggedIn),
    to(Orders, Method::GET, "/api/v1/returns/{id}", LoggedIn),
    to(Orders, Method::POST, "/api/v1/returns/{id}/withdrawals", LoggedIn),
    to(Orders, Method::POST, "/api/v1/returns/{id}/approvals", Staff),
    to(Orders, Method::POST, "/api/v1/returns/{id}/refusals", Staff),
    to(Orders, Method::POST, "/api/v1/returns/{id}/receipts", Staff),
    to(Orders, Method::GET, "/api/v1/sagas", Staff),
    to(Orders, Method::GET, "/api/v1/sagas/{order}", Staff),
    to(Orders, Method::POST, "/api/v1/sagas/{order}/retries", Staff),
    to(Orders, Method::POST, "/api/v1/sagas/{order}/abandonments", Staff),
    to(Role::Payments, Method::GET, "/api/v1/payments/{order}", LoggedIn),
    to(Notifications, Method::GET, "/api/v1/notifications", LoggedIn),
    to(Notifications, Method::GET, "/api/v1/notification-preferences", LoggedIn),
    to(Notifications, Method::PUT, "/api/v1/notification-preferences", LoggedIn),
    to(Notifications, Method::GET, "/api/v1/push-subscriptions", LoggedIn),
    to(Notifications, Method::POST, "/api/v1/push-subscriptions", LoggedIn),
    to(Notifications, Method::DELETE, "/api/v1/push-subscriptions/{subscription}", LoggedIn),
    to(Notifications, Method::GET, "/api/v1/push-key", LoggedIn),
    Route {
        method: Method::POST,
        pattern: "/api/v1/payments",
        access: LoggedIn,
        target: Target::SubmitPayment,
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rows_of_one_pattern_stand_together_for_one_resource_is_made_of_them() {
        let groups = ROUTES.chunk_by(|one, next| one.pattern == next.pattern).count();
        let patterns: BTreeSet<&str> = ROUTES.iter().map(|route| route.pattern).collect();
        assert_eq!(groups, patterns.len());
    }

    #[test]
    fn only_these_need_no_token() {
        let public: Vec<String> = ROUTES
            .iter()
            .filter(|route| route.access == Access::Public)
            .map(|route| format!("{} {}", route.method, route.pattern))
            .collect();
        let expected = [
            "POST /api/v1/users",
            "POST /api/v1/sessions",
            "GET /.well-known/jwks.json",
            "GET /api/v1/products",
            "GET /api/v1/products/{id}",
        ];
        assert_eq!(public, expected);
    }

    #[test]
    fn it_calls_only_whom_the_role_table_allows() {
        for route in ROUTES {
            if let Target::Upstream(role) = route.target {
                assert!(Role::Gateway.spec().calls.contains(&role), "{role}");
            }
        }
    }
}
