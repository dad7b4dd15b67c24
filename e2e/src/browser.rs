//! A real browser: Chromium without a window, driven by chromedriver, both from PATH.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result};
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use futures::FutureExt;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::evidence;

/// How long a page may take to show what it must.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Browser {
    pub client: Client,
    driver: Child,
    profile: PathBuf,
    shots: u32,
}

/// Whatever happens there, the browser is closed again; where it fails, what the page looked like is kept.
pub async fn in_a_browser<T>(story: impl AsyncFnOnce(&mut Browser) -> Result<T>) -> Result<T> {
    let mut browser = Browser::open().await?;
    let told = AssertUnwindSafe(story(&mut browser)).catch_unwind().await;
    if !matches!(told, Ok(Ok(_))) {
        let _ = browser.keep("failed").await;
    }
    let closed = browser.close().await;
    let told = told.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    closed.map(|()| told)
}

impl Browser {
    async fn open() -> Result<Self> {
        let (driver, port) = start_driver().await?;
        let profile = std::env::temp_dir().join(format!("shop-browser-{}", uuid::Uuid::new_v4().simple()));
        let mut arguments: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1100,900",
            "--lang=en-GB",
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.push(format!("--user-data-dir={}", profile.display()));
        let capabilities = json!({ "goog:chromeOptions": { "args": arguments } });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().cloned().unwrap_or_default())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .context("chromedriver can't start Chromium")?;
        Ok(Self { client, driver, profile, shots: 0 })
    }

    async fn close(mut self) -> Result<()> {
        self.client.close().await.context("could not close the browser")?;
        self.driver.kill().await.context("could not stop chromedriver")?;
        // Chromium may still write its last files.
        let _ = std::fs::remove_dir_all(&self.profile);
        Ok(())
    }

    /// The visible element with this `data-testid`, once it is there.
    pub async fn shown(&self, test_id: &str) -> Result<Element> {
        let css = format!("[data-testid='{test_id}']:not([hidden])");
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(&css)).await;
        found.with_context(|| format!("the page does not show `{test_id}`"))
    }

    pub async fn click(&self, test_id: &str) -> Result<()> {
        // A button may wait for an answer before it can be pressed.
        let css = format!("[data-testid='{test_id}']:not([disabled])");
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(&css)).await;
        let button = found.with_context(|| format!("`{test_id}` can't be pressed"))?;
        button.click().await.with_context(|| format!("could not press `{test_id}`"))
    }

    pub async fn write(&self, test_id: &str, text: &str) -> Result<()> {
        Ok(self.shown(test_id).await?.send_keys(text).await?)
    }

    pub async fn text(&self, test_id: &str) -> Result<String> {
        Ok(self.shown(test_id).await?.text().await?)
    }

    /// Waits until the element says this.
    pub async fn reads(&self, test_id: &str, text: &str, at_most: Duration) {
        crate::within(at_most, &format!("`{test_id}` reads `{text}`"), async || {
            let found = self.text(test_id).await?;
            crate::wait::once(found.contains(text), found)
        })
        .await;
    }

    /// Keeps what the page looks like, in `evidence/screenshots`.
    pub async fn keep(&mut self, page: &str) -> Result<()> {
        self.shots += 1;
        let file = evidence::folder("screenshots").join(format!("{}-{page}.png", self.shots));
        let picture = self.client.screenshot().await.context("no screenshot")?;
        std::fs::write(&file, picture).with_context(|| file.display().to_string())
    }
}

/// On a port of its own choice, which it prints.
async fn start_driver() -> Result<(Child, u16)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("chromedriver is not on PATH: apt-get install chromium chromium-driver")?;
    let mut lines = BufReader::new(driver.stdout.take().expect("it is piped")).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some((_, port)) = line.split_once("successfully on port ") {
            return Ok((driver, port.trim_end_matches('.').parse().context(line.clone())?));
        }
    }
    anyhow::bail!("chromedriver ended without saying where it listens")
}
