//! A bucket of an S3-compatible store. Requests are signed in their addresses, which therefore never appear in an error.

mod parts;

use std::io::SeekFrom;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use backon::{ExponentialBuilder, Retryable};
use futures::TryStreamExt;
use reqwest::redirect::Policy;
use reqwest::{Body, Client, Method, Response, StatusCode};
use rusty_s3::actions::ListObjectsV2;
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use secrecy::ExposeSecret;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use tokio_util::io::ReaderStream;
use url::Url;

use super::Place;

/// Longer than the transfer of the largest object over a slow line.
const VALID: Duration = Duration::from_secs(3600);
/// It answered, but not with success.
#[derive(Debug, thiserror::Error)]
#[error("{method} {key}: the store answers {status}{}", hint(*.status))]
struct Refused {
    method: Method,
    key: String,
    status: StatusCode,
}

pub struct Store {
    client: Client,
    bucket: Bucket,
    credentials: Credentials,
}

impl Store {
    pub fn open(place: &Place) -> anyhow::Result<Self> {
        if !["http", "https"].contains(&place.endpoint.scheme()) {
            bail!("--endpoint must begin with https:// or http://, not with {}:", place.endpoint.scheme());
        }
        let mut client = Client::builder()
            .redirect(Policy::none())
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

    /// One object, whatever the size: what is large is sent in parts.
    pub async fn put(&self, key: &str, file: &Path) -> anyhow::Result<()> {
        let size =
            std::fs::metadata(file).with_context(|| format!("could not read {}", file.display()))?.len();
        if size > parts::SMALLEST {
            return self.put_in_parts(key, file, size).await;
        }
        let url = || self.bucket.put_object(Some(&self.credentials), key).sign(VALID);
        self.send(url, key, file, 0..size).await.map(drop)
    }

    /// These bytes of the file.
    async fn send(
        &self,
        url: impl Fn() -> Url,
        key: &str,
        file: &Path,
        bytes: Range<u64>,
    ) -> anyhow::Result<Response> {
        let length = bytes.end - bytes.start;
        let send = || async {
            let mut file = File::open(file).await.context("could not open the dump")?;
            file.seek(SeekFrom::Start(bytes.start)).await.context("could not read the dump")?;
            let body = Body::wrap_stream(ReaderStream::new(file.take(length)));
            let request = self.client.put(url()).header("content-length", length).body(body);
            checked(request.send().await, &Method::PUT, key).await
        };
        patiently(send).await
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
            let text = text(self.ask(Method::GET, prefix, url, "").await?).await?;
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
    act.retry(ExponentialBuilder::default().with_jitter().with_max_times(4)).when(may_pass).await
}

/// What is refused for good will be refused again.
fn may_pass(error: &anyhow::Error) -> bool {
    let busy = |status: StatusCode| {
        status.is_server_error()
            || [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS].contains(&status)
    };
    error.downcast_ref::<Refused>().is_none_or(|refused| busy(refused.status))
}

fn hint(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            ": are the access key and its secret right, and may they read, write and delete in this bucket?"
        }
        StatusCode::NOT_FOUND => ": is there a bucket of this name?",
        status if status.is_redirection() => ": is this the region of the bucket?",
        _ => "",
    }
}

async fn checked(answer: reqwest::Result<Response>, method: &Method, key: &str) -> anyhow::Result<Response> {
    let answer = answer.map_err(reqwest::Error::without_url).with_context(|| format!("{method} {key}"))?;
    let status = answer.status();
    if !status.is_success() {
        return Err(Refused { method: method.clone(), key: key.to_owned(), status }.into());
    }
    Ok(answer)
}

async fn text(answer: Response) -> anyhow::Result<String> {
    Ok(answer.text().await.map_err(reqwest::Error::without_url)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_store_that_never_answers_is_given_up() {
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let place = Place {
            stack: "shop".to_owned(),
            dir: "/nowhere".into(),
            endpoint: format!("http://{}", silent.local_addr().unwrap()).parse().unwrap(),
            bucket: "dumps".to_owned(),
            region: "us-east-1".to_owned(),
            ca_file: None,
            access_key_id: "writer".to_owned(),
            secret_access_key: "secret".into(),
        };
        let began = tokio::time::Instant::now();

        let error = Store::open(&place).unwrap().list("shop/").await.unwrap_err();

        assert!(began.elapsed() < Duration::from_secs(600), "{:?}", began.elapsed());
        assert!(format!("{error:#}").starts_with("GET shop/: "), "{error:#}");
    }
}
