//! One type per id, so that two ids in a row can't be swapped. All are UUIDv7: ordered by time of creation.

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $name(#[schemars(with = "String", extend("format" = "uuid"))] pub uuid::Uuid);

        impl $name {
            /// A new id, later than those before it.
            #[expect(clippy::new_without_default, reason = "a new id is never a default")]
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

id! {
    /// A registered person: shopper, seller or both.
    UserId,
    /// A product of the catalogue.
    ProductId,
    /// A cart, before it is checked out.
    CartId,
    /// An order; also the id of its checkout saga.
    OrderId,
    /// A payment: at most one per order.
    PaymentId,
    /// A means of payment that a customer has saved.
    PaymentMethodId,
    /// A return of some or all pieces of an order; also the id of its saga.
    ReturnId,
    /// Something a person is told.
    NotificationId,
    /// A seller's own system that talks to the shop.
    ErpConnectionId,
    /// Something that such a system is told.
    DeliveryId,
    /// A file of counted stock.
    ImportId,
    /// A message on the bus; what the inbox remembers.
    EventId,
}
