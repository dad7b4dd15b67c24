//! Two hundred checkouts while each part of the stack is killed once and one connection is cut: nothing is lost, double,
//! oversold or stuck. `make chaos` is the long form.

use std::time::Duration;

use anyhow::{Result, ensure};
use e2e::chaos::{self, How, Plan};
use e2e::{Story, alone_in_the_cluster};

#[test]
fn two_hundred_checkouts_survive_the_death_of_every_part() {
    alone_in_the_cluster("chaos", async |story| two_hundred_checkouts(&story).await);
}

async fn two_hundred_checkouts(story: &Story) -> Result<()> {
    let plan = Plan {
        checkouts: 200,
        rate: 4,
        seed: 20_260_101,
        kills: chaos::parts().len(),
        cuts: 1,
        // Containers must not end by themselves in stories; pods that are deleted are other pods afterwards.
        how: vec![How::DeletePod],
        settle_within: Duration::from_secs(90),
    };
    let told = chaos::run(&story.stack, &plan).await;
    chaos::heal_all(&story.stack).await?;
    let outcome = told?;
    outcome.print(&plan);
    ensure!(outcome.broken.is_empty(), "{:#?}", outcome.broken);
    Ok(())
}
