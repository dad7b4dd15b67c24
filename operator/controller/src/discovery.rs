//! Which kinds the cluster knows besides the usual ones. They may be installed later, so it is asked now and then.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, stream};
use kube::Client;
use operator_desired::{Kind, Manifest, Offers};
use tokio::sync::watch;
use tracing::{info, warn};

use crate::client;

const INTERVAL: Duration = Duration::from_secs(60);
/// A client that waits for an answer waits for ever.
const PATIENCE: Duration = Duration::from_secs(10);
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
        while let Err(why) = self.ask_within(client, PATIENCE).await {
            warn!("Can't ask which kinds there are, trying on: {why}");
            tokio::time::sleep(IMPATIENCE).await;
        }
    }

    /// Keeps asking. What is known stays known while there is no answer.
    pub async fn keep_up(&self, client: &Client) -> Infallible {
        loop {
            tokio::time::sleep(INTERVAL).await;
            if let Err(why) = self.ask_within(client, PATIENCE).await {
                warn!("Can't ask which kinds there are: {why}");
            }
        }
    }

    async fn ask_within(&self, client: &Client, patience: Duration) -> Result<(), String> {
        match tokio::time::timeout(patience, self.ask(client)).await {
            Ok(asked) => asked.map_err(|error| client::reason(&error)),
            Err(_) => Err("no answer".to_owned()),
        }
    }

    pub async fn ask(&self, client: &Client) -> Result<(), kube::Error> {
        let optional: Vec<&Kind> = Manifest::KINDS.iter().filter(|kind| kind.optional).collect();
        let mut known = Vec::new();
        for group in optional.chunk_by(|one, next| one.api_version() == next.api_version()) {
            let served = served(client, &group[0].api_version()).await?;
            known.extend(
                group.iter().copied().filter(|kind| served.iter().any(|plural| plural == kind.plural)),
            );
        }
        let offers = Offers::of(known.iter().copied());
        if offers != self.offers() {
            let names: Vec<&str> = known.iter().map(|kind| kind.kind).collect();
            info!(
                "The cluster knows {}",
                if names.is_empty() { "no optional kind".to_owned() } else { names.join(", ") }
            );
        }
        self.set(offers);
        Ok(())
    }
}

/// The plurals of a group's kinds; none where the cluster does not know the group.
async fn served(client: &Client, group: &str) -> Result<Vec<String>, kube::Error> {
    match client.list_api_group_resources(group).await {
        Ok(list) => Ok(list.resources.into_iter().map(|resource| resource.name).collect()),
        Err(error) if client::answered(&error, 404) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, StreamExt};

    use super::*;
    use crate::fake_api::{FakeApi, refusal};

    #[tokio::test]
    async fn kinds_that_are_installed_later_are_noticed_and_told_of_once() {
        let (api, discovery) = (FakeApi::start().await, Discovery::default());
        let client = api.client();
        discovery.begin(&client).await;
        assert_eq!(discovery.offers(), Offers::default());
        let mut changes = discovery.changes().boxed();

        let keda = [Kind::named("ScaledObject"), Kind::named("TriggerAuthentication")];
        keda.iter().for_each(|kind| api.install(kind));
        discovery.ask(&client).await.unwrap();

        discovery.until(|offers| offers.has("ScaledObject")).await;
        assert_eq!(discovery.offers(), Offers::of(keda));
        assert_eq!(changes.next().now_or_never(), Some(Some(())));
        discovery.ask(&client).await.unwrap();
        assert_eq!(changes.next().now_or_never(), None);
    }

    #[tokio::test]
    async fn an_api_server_that_does_not_answer_takes_nothing_away() {
        let (api, discovery) = (FakeApi::start().await, Discovery::default());
        discovery.set(Offers::all());
        api.fault(|_, _| Some(refusal(500, "InternalError")));
        assert!(discovery.ask(&api.client()).await.is_err());
        api.fall_silent();
        let asked = discovery.ask_within(&api.client(), Duration::from_millis(20)).await;
        assert_eq!(asked, Err("no answer".to_owned()));
        assert_eq!(discovery.offers(), Offers::all());
    }
}
