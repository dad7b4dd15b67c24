//! A bucket of an S3-compatible store. Requests are signed in their addresses, which therefore never appear in an error.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use backon::{ExponentialBuilder, Retryable};
use futures::TryStreamExt;
use reqwest::{Body, Client, Method, Response};
use rusty_s3::actions::ListObjectsV2;
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use secrecy::ExposeSecret;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;
use url::Url;

use super::Place;

/// Longer than the transfer of the largest object over a slow line.
const VALID: Duration = Duration::from_secs(3600);

pub struct Store {
    client: Client,
    bucket: Bucket,
    credentials: Credentials,
}

impl Store {
    pub fn open(place: &Place) -> anyhow::Result<Self> {
        let mut client = Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_secs(60))
            .timeout(VALID);
        if let Some(file) = place.ca_file.as_ref().filter(|file| file.exists()) {
            let pem = std::fs::read(file).with_context(|| format!("could not read {}", file.display()))?;
            let authorities =
                reqwest::Certificate::from_pem_bundle(&pem).context("ca.crt is no certificate")?;
            for authority in authorities {
                client = client.add_root_certificate(authority);
            }
        }
        let bucket =
            Bucket::new(place.endpoint.clone(), UrlStyle::Path, place.bucket.clone(), place.region.clone())
                .context("the store's address can't be used")?;
        let credentials = Credentials::new(&place.access_key_id, place.secret_access_key.expose_secret());
        Ok(Self { client: client.build().context("no HTTP client")?, bucket, credentials })
    }

    pub async fn put(&self, key: &str, file: &Path) -> anyhow::Result<()> {
        let size =
            std::fs::metadata(file).with_context(|| format!("could not read {}", file.display()))?.len();
        let url = || self.bucket.put_object(Some(&self.credentials), key).sign(VALID);
        let send = || async {
            let file = File::open(file).await.context("could not open the dump")?;
            let body = Body::wrap_stream(ReaderStream::new(file));
            let request = self.client.put(url()).header("content-length", size).body(body);
            checked(request.send().await, &Method::PUT, key).await
        };
        patiently(send).await.map(drop)
    }

    pub async fn put_text(&self, key: &str, text: String) -> anyhow::Result<()> {
        let url = || self.bucket.put_object(Some(&self.credentials), key).sign(VALID);
        self.ask(Method::PUT, key, url, &text).await.map(drop)
    }

    pub async fn get(&self, key: &str, into: &Path) -> anyhow::Result<()> {
        let url = || self.bucket.get_object(Some(&self.credentials), key).sign(VALID);
        let fetch = || async {
            let answer = checked(self.client.get(url()).send().await, &Method::GET, key).await?;
            let mut file = File::create(into).await.context("could not create the file")?;
            let mut pieces = answer.bytes_stream();
            while let Some(piece) = pieces.try_next().await.map_err(reqwest::Error::without_url)? {
                file.write_all(&piece).await.context("could not write the file")?;
            }
            file.sync_all().await.context("could not write the file")
        };
        patiently(fetch).await
    }

    pub async fn delete(&self, key: &str) -> anyhow::Result<()> {
        let url = || self.bucket.delete_object(Some(&self.credentials), key).sign(VALID);
        self.ask(Method::DELETE, key, url, "").await.map(drop)
    }

    /// Every key that begins so.
    pub async fn list(&self, prefix: &str) -> anyhow::Result<Vec<String>> {
        let (mut keys, mut from) = (Vec::new(), None);
        loop {
            let url = || {
                let mut action = self.bucket.list_objects_v2(Some(&self.credentials));
                action.with_prefix(prefix);
                if let Some(from) = &from {
                    action.with_continuation_token(String::clone(from));
                }
                action.sign(VALID)
            };
            let answer = self.ask(Method::GET, prefix, url, "").await?;
            let text = answer.text().await.map_err(reqwest::Error::without_url)?;
            let Ok(page) = ListObjectsV2::parse_response(&text) else {
                bail!("the store's list can't be read")
            };
            keys.extend(page.contents.into_iter().map(|object| object.key));
            match page.next_continuation_token {
                Some(next) => from = Some(next),
                None => return Ok(keys),
            }
        }
    }

    async fn ask(
        &self,
        method: Method,
        key: &str,
        url: impl Fn() -> Url,
        text: &str,
    ) -> anyhow::Result<Response> {
        let send = || async {
            let request = self.client.request(method.clone(), url()).body(text.to_owned());
            checked(request.send().await, &method, key).await
        };
        patiently(send).await
    }
}

/// Every request may be sent twice: the same bytes under the same key, or a key that is gone already.
async fn patiently<T, F: Future<Output = anyhow::Result<T>>>(act: impl FnMut() -> F) -> anyhow::Result<T> {
    act.retry(ExponentialBuilder::default().with_jitter().with_max_times(4)).await
}

async fn checked(answer: reqwest::Result<Response>, method: &Method, key: &str) -> anyhow::Result<Response> {
    let answer = answer.map_err(reqwest::Error::without_url).with_context(|| format!("{method} {key}"))?;
    if !answer.status().is_success() {
        bail!("{method} {key}: the store answers {}", answer.status());
    }
    Ok(answer)
}
