//! Another release while shoppers buy: no request fails, no order is lost, and Ready is not said before every pod is of it.

use anyhow::{Context, Result};
use e2e::ordering::while_ordering;
use e2e::requests::while_asking;
use e2e::wait::{once, within};
use e2e::{SETTLED_WITHIN, Stack, alone};
use operator_api::ConditionType;
use serde_json::{Value, json};

/// The same programs under another name: pods are replaced, and migrations run, as for any other release.
const RELEASE: &str = "999.0.0";

#[test]
fn a_release_is_rolled_out_while_shoppers_buy_and_nobody_notices() {
    alone("upgrade", async |story| {
        let (stack, image) = (&story.stack, story.stack.tag_image_of("catalog", RELEASE).await?);
        let before = stack.object().await?.data["spec"]["version"].clone();
        while_asking(&story.people, async || {
            while_ordering(&story.people, async || {
                rolled_out(stack, json!(RELEASE), |now| now == image).await?;
                // And back: it has no other schema.
                rolled_out(stack, before, |now| now != image).await
            })
            .await
        })
        .await
    });
}

/// Until the stack is Ready for what is asked of it here: then at once every service has an image that is right.
async fn rolled_out(stack: &Stack, version: Value, right: impl Fn(&str) -> bool) -> Result<()> {
    stack.patch(&json!({"spec": {"version": version}})).await?;
    let asked = stack.object().await?.metadata.generation;
    within(SETTLED_WITHIN, &format!("{version} runs"), async || {
        let object = stack.object().await?;
        let ready = ready(&object.data).context("there is no condition Ready")?;
        let said = ready["status"] == "True" && ready["observedGeneration"].as_i64() >= asked;
        if said {
            for deployment in stack.deployments().await? {
                let image = &deployment.data["spec"]["template"]["spec"]["containers"][0]["image"];
                let status = &deployment.data["status"];
                let (all, new) = (&status["replicas"], &status["updatedReplicas"]);
                assert!(
                    image.as_str().is_some_and(&right) && all == new,
                    "Ready too early: {image}, {status}"
                );
            }
        }
        once(said, ready.clone())
    })
    .await;
    Ok(())
}

fn ready(data: &Value) -> Option<&Value> {
    let name = ConditionType::Ready.name();
    data["status"]["conditions"].as_array()?.iter().find(|condition| condition["type"] == name)
}
