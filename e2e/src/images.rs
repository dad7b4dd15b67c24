//! Images in the node, under other names: another release of the same programs.

use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

use crate::Stack;

impl Stack {
    /// The image that runs in this part now has this tag too, on the node of its pod; its new name.
    pub async fn tag_image_of(&self, part: &str, tag: &str) -> Result<String> {
        let pods = self.pods_of(part).await?;
        let spec = &pods.first().with_context(|| format!("{part} has no pod"))?.data["spec"];
        let now = spec["containers"][0]["image"].as_str().context("its container has an image")?;
        let (repository, _) = now.rsplit_once(':').context("its image has a tag")?;
        let other = format!("{repository}:{tag}");
        let node = spec["nodeName"].as_str().context("it runs nowhere")?;
        let command = ["exec", node, "ctr", "--namespace", "k8s.io", "images", "tag", "--force", now, &other];
        let said = Command::new("docker").args(command).stdin(Stdio::null()).output().await?;
        ensure!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        Ok(other)
    }
}
