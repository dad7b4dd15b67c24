//! An object that is sent in parts, each tried again by itself: one request carries 5 GiB at most, and a broken one all over again.

use std::path::Path;

use anyhow::{Context, bail};
use reqwest::Method;
use rusty_s3::S3Action;
use rusty_s3::actions::{CompleteMultipartUploadResponse, CreateMultipartUpload};
use tracing::warn;

use super::{Store, VALID, text};

/// Of a part, in bytes. What is no larger is sent in one piece.
pub const SMALLEST: u64 = 64 * 1024 * 1024;
/// Of one object; parts are larger where these are not enough.
const MOST: u64 = 10_000;

impl Store {
    pub(super) async fn put_in_parts(&self, key: &str, file: &Path, size: u64) -> anyhow::Result<()> {
        let upload = self.begin(key).await?;
        let Err(error) = self.put_under(&upload, key, file, size).await else { return Ok(()) };
        // An answer that was lost may have said that all is well; the upload is not known any more then.
        let arrived = self.size_of(key).await.is_ok_and(|there| there == size);
        // Parts are kept, and paid for, until somebody says what they belong to.
        let url = || self.bucket.abort_multipart_upload(Some(&self.credentials), key, &upload).sign(VALID);
        match self.ask(Method::DELETE, key, url, "").await {
            Err(left) if !arrived => warn!("Parts of {key} are left in the bucket: {left:#}"),
            _ => {}
        }
        if arrived { Ok(()) } else { Err(error) }
    }

    /// Under which the parts are gathered.
    async fn begin(&self, key: &str) -> anyhow::Result<String> {
        let url = || self.bucket.create_multipart_upload(Some(&self.credentials), key).sign(VALID);
        let text = text(self.ask(Method::POST, key, url, "").await?).await?;
        let begun = CreateMultipartUpload::parse_response(&text);
        Ok(begun.ok().context("the store's answer can't be read")?.upload_id().to_owned())
    }

    async fn put_under(&self, upload: &str, key: &str, file: &Path, size: u64) -> anyhow::Result<()> {
        let (part, mut tags) = (SMALLEST.max(size.div_ceil(MOST)), Vec::new());
        for (number, begin) in (1..).zip((0..size).step_by(usize::try_from(part)?)) {
            let url = || self.bucket.upload_part(Some(&self.credentials), key, number, upload).sign(VALID);
            let answer = self.send(url, key, file, begin..size.min(begin + part)).await?;
            let tag = answer.headers().get("etag").and_then(|tag| tag.to_str().ok());
            tags.push(tag.context("the store gave a part no ETag")?.to_owned());
        }
        let action = || {
            let tags = tags.iter().map(String::as_str);
            self.bucket.complete_multipart_upload(Some(&self.credentials), key, upload, tags)
        };
        let list = action().body();
        let text = text(self.ask(Method::POST, key, || action().sign(VALID), &list).await?).await?;
        // It begins to answer before it knows how it ends.
        if CompleteMultipartUploadResponse::parse(&text).is_err() {
            bail!("the store did not put the parts of {key} together");
        }
        Ok(())
    }

    /// Of an object that is there.
    async fn size_of(&self, key: &str) -> anyhow::Result<u64> {
        let url = || self.bucket.head_object(Some(&self.credentials), key).sign(VALID);
        let answer = self.ask(Method::HEAD, key, url, "").await?;
        let length = answer.headers().get("content-length").context("the store tells no size")?;
        Ok(length.to_str()?.parse()?)
    }
}
