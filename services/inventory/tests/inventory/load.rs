//! What the role is scaled by.

use testkit::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_its_load() {
    TestApp::start(inventory::SERVICE).await.tells_its_load().await;
}
