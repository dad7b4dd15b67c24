//! What can be done with the catalogue, one use case per file.

mod change_product;
mod publish_product;
mod read_products;

pub use change_product::{ChangeError, change_product};
pub use publish_product::{PublishError, publish_product};
pub use read_products::{find_product, list_products};
