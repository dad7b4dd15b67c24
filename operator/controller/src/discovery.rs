//! Which kinds the cluster knows besides the usual ones. They may be installed later, so it is asked now and then.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, stream};
use kube::Client;
use operator_desired::Offers;
use tokio::sync::watch;
use tracing::{info, warn};

use crate::client;

const INTERVAL: Duration = Duration::from_secs(60);
/// While nothing is known yet.
const IMPATIENCE: Duration = Duration::from_secs(2);

#[derive(Clone, Default)]
pub struct Discovery(Arc<watch::Sender<Offers>>);

impl Discovery {
    pub fn offers(&self) -> Offers {
        *self.0.borrow()
    }

    pub fn set(&self, offers: Offers) {
        self.0.send_if_modified(|known| {
            let news = *known != offers;
            *known = offers;
            news
        });
    }

    /// Waits until this is offered.
    pub async fn until(&self, offered: impl FnMut(&Offers) -> bool) {
        // It can't fail: the sender is in here.
        drop(self.0.subscribe().wait_for(offered).await);
    }

    /// Tells of every change.
    pub fn changes(&self) -> impl Stream<Item = ()> + Send + 'static {
        stream::unfold(self.0.subscribe(), |mut changes| async move {
            changes.changed().await.ok()?;
            Some(((), changes))
        })
    }

    /// Asks until there is an answer: without one, objects of these kinds would be taken for unwanted.
    pub async fn begin(&self, client: &Client) {
        while let Err(error) = self.ask(client).await {
            warn!("Can't ask which kinds there are, trying on: {}", client::reason(&error));
            tokio::time::sleep(IMPATIENCE).await;
        }
    }

    /// Keeps asking. What is known stays known while there is no answer.
    pub async fn keep_up(&self, client: &Client) -> Infallible {
        loop {
            tokio::time::sleep(INTERVAL).await;
            if let Err(error) = self.ask(client).await {
                warn!("Can't ask which kinds there are: {}", client::reason(&error));
            }
        }
    }

    async fn ask(&self, client: &Client) -> Result<(), kube::Error> {
        let offers = Offers {
            keda: served(client, "keda.sh/v1alpha1", &["scaledobjects", "triggerauthentications"]).await?,
            pod_monitors: served(client, "monitoring.coreos.com/v1", &["podmonitors"]).await?,
        };
        if offers != self.offers() {
            info!("KEDA: {}, PodMonitors: {}", offers.keda, offers.pod_monitors);
        }
        self.set(offers);
        Ok(())
    }
}

async fn served(client: &Client, group: &str, plurals: &[&str]) -> Result<bool, kube::Error> {
    match client.list_api_group_resources(group).await {
        Ok(list) => Ok(plurals.iter().all(|plural| list.resources.iter().any(|one| one.name == *plural))),
        Err(error) if client::answered(&error, 404) => Ok(false),
        Err(error) => Err(error),
    }
}
