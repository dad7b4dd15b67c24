//! How a story is run: what it may disturb, what it begins with, and evidence when it fails.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures::FutureExt;
use serde_json::{Value, json};
use shop_client::Shop;
use tokio::sync::{Mutex, OnceCell, RwLock};

use crate::guests::{self, Guests};
use crate::people::People;
use crate::scaling::unscaled;
use crate::{Cluster, Stack, evidence, figures, shop_address};

/// How long shoppers may cancel while stories are told.
pub const WINDOW_SECONDS: i64 = 3;
/// After it was disturbed, or patched.
pub const SETTLED_WITHIN: Duration = Duration::from_secs(180);

/// What every story has: the sample stack, settled, and its shop behind the ingress.
#[derive(Clone)]
pub struct Story {
    pub cluster: Cluster,
    pub stack: Stack,
    pub people: People,
}

/// Stories that disturb the stack have it to themselves.
static STACK: RwLock<()> = RwLock::const_new(());
/// The node has it for the stacks of one story beside the sample.
static ROOM: Mutex<()> = Mutex::const_new(());
static PREPARED: OnceCell<bool> = OnceCell::const_new();

/// Tells a story that leaves the stack as it is: several at a time.
pub fn beside_others(name: &str, story: impl AsyncFnOnce(Story) -> Result<()>) {
    on_a_runtime(async {
        let prepared = prepare(name).await;
        let _shared = STACK.read().await;
        tell(name, prepared, json!({}), story).await;
    });
}

/// Tells a story that kills, edits or deletes; afterwards the stack must settle again. Stacks of another story may come and go
/// meanwhile, in a namespace of their own.
pub fn alone(name: &str, story: impl AsyncFnOnce(Story) -> Result<()>) {
    on_a_runtime(disturb(name, story));
}

/// Such a story, with no other stack in the cluster: it disturbs the operator, needs room on the node, or measures.
pub fn alone_in_the_cluster(name: &str, story: impl AsyncFnOnce(Story) -> Result<()>) {
    on_a_runtime(async {
        let _room = ROOM.lock().await;
        disturb(name, story).await;
    });
}

async fn disturb(name: &str, story: impl AsyncFnOnce(Story) -> Result<()>) {
    let prepared = prepare(name).await;
    let _exclusive = STACK.write().await;
    // What stories patch, so that the next one has a chance.
    let mut as_it_was = unscaled();
    as_it_was["exposure"] = json!({"tls": null});
    as_it_was["operation"] = json!(null);
    as_it_was["security"] = json!(null);
    as_it_was["version"] = json!(null);
    tell(name, prepared, as_it_was, async |prepared: Story| {
        let stack = prepared.stack.clone();
        stack.wait_until_settled(SETTLED_WITHIN).await;
        story(prepared).await?;
        stack.wait_until_settled(SETTLED_WITHIN).await;
        Ok(())
    })
    .await;
}

/// Tells a story about stacks that it makes for itself, in a namespace of this name, whatever others do to the sample.
pub fn in_own_namespace(name: &str, story: impl AsyncFnOnce(Guests) -> Result<()>) {
    on_a_runtime(async {
        let _room = ROOM.lock().await;
        let (prepared, began) = (prepare(name).await, Instant::now());
        let told = guests::in_a_namespace(&prepared.cluster, name, story).await;
        told.and_then(|()| figures::note_told(name, began.elapsed()))
            .unwrap_or_else(|error| panic!("{error:#}"));
    });
}

fn on_a_runtime(story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime can be built").block_on(story);
}

/// Whatever the story does to the stack, no process of it may end by itself.
///
/// The evidence is gathered while the stack is still as the story left it; then its spec is patched to what it was.
async fn tell(name: &str, prepared: Story, as_it_was: Value, story: impl AsyncFnOnce(Story) -> Result<()>) {
    let stack = prepared.stack.clone();
    let began = Instant::now();
    let watched = async {
        let before = stack.restarts().await?;
        story(prepared).await?;
        let after = stack.restarts().await?;
        let ended = after.iter().filter(|(pod, count)| before.get(*pod).is_none_or(|seen| seen < *count));
        let ended: Vec<_> = ended.map(|(pod, _)| pod).collect();
        ensure!(ended.is_empty(), "containers ended by themselves: {ended:?}");
        figures::note_told(name, began.elapsed())
    };
    let told = AssertUnwindSafe(watched).catch_unwind().await;
    if !matches!(told, Ok(Ok(()))) {
        evidence::gather(name, &stack.namespace).await;
        let _ = stack.patch(&json!({"spec": as_it_was})).await;
    }
    match told {
        Ok(told) => told.unwrap_or_else(|error| panic!("{error:#}")),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

impl Stack {
    /// The sample as stories want it: shoppers wait less, and load changes no number of pods unless a story is about that.
    pub async fn prepare(&self) -> Result<()> {
        self.patch(&json!({"spec": unscaled()})).await?;
        self.set_cancellation_window(WINDOW_SECONDS).await
    }
}

/// Once for all stories, because each change of the window replaces a pod.
async fn prepare(name: &str) -> Story {
    let cluster = Cluster::connect().await.unwrap_or_else(|error| panic!("{error:#}"));
    let stack = Stack::of(&cluster, "shop", "shop");
    let ready = PREPARED
        .get_or_init(async || {
            let getting_ready = async {
                stack.prepare().await?;
                stack.wait_until_settled(SETTLED_WITHIN).await;
                anyhow::Ok(())
            };
            let ready = AssertUnwindSafe(getting_ready).catch_unwind().await;
            if !matches!(ready, Ok(Ok(()))) {
                evidence::gather(name, &stack.namespace).await;
                eprintln!("the sample stack is not ready: {ready:?}");
            }
            matches!(ready, Ok(Ok(())))
        })
        .await;
    assert!(ready, "the sample stack is not ready: make up");
    Story { cluster, stack, people: People::of(Shop::at(shop_address(), Duration::from_secs(60))) }
}
