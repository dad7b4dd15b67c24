//! The words every service shares: ids, SKU, money, quantity and the clock. No I/O, no service's rules.

mod clock;
mod id;
mod money;
mod quantity;
mod region;
mod sku;

pub use clock::{Clock, Timestamp};
pub use id::{
    CartId, DeliveryId, ErpConnectionId, EventId, ImportId, NotificationId, OrderId, PaymentId,
    PaymentMethodId, ProductId, ReturnId, UserId,
};
pub use money::{Currency, Money, MoneyError};
pub use quantity::{Quantity, QuantityError};
pub use region::{Region, RegionError};
pub use sku::{Sku, SkuError};
