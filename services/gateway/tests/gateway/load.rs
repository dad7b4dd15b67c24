//! What the role is scaled by.

use crate::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_its_load() {
    Shop::open().await.app.tells_its_load().await;
}
