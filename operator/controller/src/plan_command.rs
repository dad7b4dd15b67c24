//! `ecommerce-operator plan -f stack.yaml`: what would happen in the cluster if this stack were applied. It only reads.
//!
//! It goes the way of a pass, by the same functions, up to the first write.

mod difference;
mod report;

use std::path::PathBuf;

use kube::config::KubeConfigOptions;
use kube::{Client, Config};
use operator_api::EcommerceStack;
use operator_desired::{DefaultImages, RootSecret, contracts_of_roles, validate};
use serde_json::{Value, json};

use crate::autoscaler::Report;
use crate::client;
use crate::clock::Clock;
use crate::cluster::Cluster;
use crate::discovery::Discovery;
use crate::facts::Hurdle;
use crate::failure::Failure;
use crate::pass::dereference::{Root, dereference};
use crate::pass::held::held;
use crate::pass::plan::{Outlook, Plan, plan};
use crate::pass::stack::Stack;
use crate::settings::{images_for_render, namespace_for_render};
use crate::stack_key::StackKey;
use crate::{output, stack_file};

pub const HELP: &str = "\
It asks the cluster of the kubeconfig (KUBECONFIG) and changes nothing. Images of stacks that name none are those of
SHOP_IMAGE, POSTGRES_IMAGE, RABBITMQ_IMAGE and PROMETHEUS_IMAGE: set them as they are in the operator's Deployment.

Exit code: 0; with --detailed-exitcode 3 where something would change. 2: the file, the command line or the kubeconfig is
wrong. 1: the cluster did not answer.";

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file with the EcommerceStack; `-` reads standard input.
    #[arg(short = 'f', long = "file", value_name = "STACK.YAML")]
    file: PathBuf,
    /// The context of the kubeconfig; the current one when left out.
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
    /// End with code 3 where something would change.
    #[arg(long)]
    detailed_exitcode: bool,
}

pub fn print(arguments: &Arguments) -> Result<(), Failure> {
    let stack = stack_file::object(&arguments.file)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::run(format!("could not begin: {error}")))?;
    let (text, changes) = runtime.block_on(async {
        let client = connect(arguments.context.clone()).await?;
        let discovery = Discovery::default();
        discovery.ask(&client).await.map_err(unanswered)?;
        planned(&Cluster::new(client), &stack, &discovery, &images_for_render(), &Clock::system()).await
    })?;
    output::print(&text)?;
    if changes && arguments.detailed_exitcode {
        Err(Failure::differs("something would change"))
    } else {
        Ok(())
    }
}

async fn connect(context: Option<String>) -> Result<Client, Failure> {
    let unusable =
        |error: &dyn std::fmt::Display| Failure::input(format!("no usable kubeconfig (KUBECONFIG): {error}"));
    let config = match context {
        Some(_) => {
            let options = KubeConfigOptions { context, ..KubeConfigOptions::default() };
            let mut config = Config::from_kubeconfig(&options).await.map_err(|error| unusable(&error))?;
            config.default_retry = false;
            config
        }
        None => client::config().await?,
    };
    Client::try_from(config).map_err(|error| unusable(&error))
}

fn unanswered(error: kube::Error) -> Failure {
    Failure::run(format!("the API server did not do as asked: {}", client::reason(&error)))
}

/// What would happen, and whether anything would.
async fn planned(
    cluster: &Cluster,
    file: &EcommerceStack,
    discovery: &Discovery,
    images: &DefaultImages,
    clock: &Clock,
) -> Result<(String, bool), Failure> {
    let key = StackKey::new(
        file.metadata.namespace.clone().unwrap_or_default(),
        file.metadata.name.clone().unwrap_or_default(),
    );
    let live = cluster.stack(&key).await.map_err(unanswered)?;
    let stack = Stack::new(&key, merged(file, live.as_ref()));
    let checked = stack.object.as_ref().map_err(Clone::clone).and_then(|object| {
        let (object, _) = held(object, &stack.status);
        validate(&object)
    });
    let offers = discovery.offers();
    let mut surroundings =
        dereference(cluster, &stack, checked.as_ref().ok(), offers, false).await.map_err(unanswered)?;
    if let Root::Absent = surroundings.root {
        surroundings.root = Root::Known(RootSecret::new([0; 32]));
    }
    let contracts = contracts_of_roles();
    let report = Report::default();
    let namespace = namespace_for_render();
    let outlook = Outlook {
        images,
        contracts: &contracts,
        namespace: &namespace,
        offers,
        report: &report,
        now: clock.now(),
    };
    match plan(&stack, checked, &surroundings, &outlook) {
        Plan::Go(prepared) | Plan::Look(prepared) => Ok(report::report(&stack, &prepared, &surroundings)),
        Plan::Leave(hurdle) => {
            Err(Failure::input(format!("{key} would be left as it is: {}", said(&hurdle))))
        }
    }
}

/// The file's spec, with what only the cluster knows.
fn merged(file: &EcommerceStack, live: Option<&Value>) -> Value {
    let mut value = serde_json::to_value(file).expect("a stack is JSON");
    let Some(live) = live else { return value };
    for field in ["uid", "generation", "resourceVersion"] {
        value["metadata"][field] = live["metadata"][field].clone();
    }
    let mut annotations = live["metadata"]["annotations"].as_object().cloned().unwrap_or_default();
    annotations.extend(value["metadata"]["annotations"].as_object().cloned().unwrap_or_default());
    value["metadata"]["annotations"] = json!(annotations);
    value["status"] = live["status"].clone();
    value
}

fn said(hurdle: &Hurdle) -> String {
    match hurdle {
        Hurdle::Invalid(fields) => fields.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        Hurdle::Root(why) | Hurdle::Broker(why) | Hurdle::NotInstalled(why) | Hurdle::Reference(why) => {
            why.clone()
        }
        Hurdle::Leaving(_) => "objects of a deleted stack of this name are still going".to_owned(),
        Hurdle::NothingMade => "it is paused, and nothing of it has been made".to_owned(),
    }
}

#[cfg(test)]
mod tests;
