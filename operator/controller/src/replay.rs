//! `ecommerce-operator replay`: how many pods a policy would have given a service, from what was measured.

mod arguments;
mod record;
mod recording;

use std::path::Path;
use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use operator_desired::{ServicePlan, ValidatedStack};
use operator_scaling::{Moment, Timeline, World, replay};

use self::recording::Recording;
use crate::failure::Failure;
use crate::pki::Keyed;
use crate::prometheus::{Credentials, Server};
use crate::{output, stack_file};

pub use arguments::{Arguments, HELP};

/// How often the operator decides.
const TICK: Duration = Duration::from_secs(15);
/// A sample that is older than this many scrapes tells nothing.
const SCRAPES: u32 = 3;
/// Prometheus answers with at most 11,000 samples of a series.
const LONGEST: Duration = Duration::from_secs(40 * 3600);

pub fn print(arguments: &Arguments) -> Result<(), Failure> {
    let stack = stack_file::checked(&arguments.file)?;
    let service = find(&stack, &arguments.service)?;
    let recording = recording(arguments, &stack, service)?;
    let timeline = timeline(&stack, service, &recording, arguments)
        .ok_or_else(|| Failure::input("nothing was measured, so there is nothing to replay"))?;
    if let Some(file) = &arguments.svg {
        let title = format!("{} of {}/{}", service.role, stack.namespace(), stack.name());
        write(file, &timeline.svg(&title))?;
    }
    output::print(&format!("{}\n{}\n", timeline.table(), timeline.figures()))
}

/// None: there are no samples.
fn timeline(
    stack: &ValidatedStack,
    service: &ServicePlan,
    recording: &Recording,
    arguments: &Arguments,
) -> Option<Timeline> {
    let policy = &service.scaling.policy;
    let (from, to) = recording.span()?;
    let start = arguments.start.unwrap_or(service.scaling.initial);
    let world = World { from, to, tick: TICK, start, pod_start: arguments.pod_start };
    let age = recording.step().max(SCRAPES * stack.prometheus().scrape_interval);
    Some(replay(policy, world, |now| recording.at(now, age, policy)))
}

fn find<'a>(stack: &'a ValidatedStack, name: &str) -> Result<&'a ServicePlan, Failure> {
    let services = stack.services();
    services.iter().find(|service| service.role.name() == name).ok_or_else(|| {
        let names: Vec<&str> = services.iter().map(|service| service.role.name()).collect();
        Failure::input(format!("--service: this stack has no service {name}, but {}", names.join(", ")))
    })
}

fn recording(
    arguments: &Arguments,
    stack: &ValidatedStack,
    service: &ServicePlan,
) -> Result<Recording, Failure> {
    let (recording, whence) = match (&arguments.from, &arguments.prometheus) {
        (Some(file), _) => {
            let said = |why| Failure::input(format!("{}: {why}", file.display()));
            (Recording::parse(&read(file)?).map_err(said)?, file.display().to_string())
        }
        (None, Some(url)) => {
            let recording = ask(arguments, url, stack, service)?;
            if let Some(file) = &arguments.save {
                write(file, &recording.text())?;
            }
            (recording, url.clone())
        }
        (None, None) => return Err(Failure::input("one of --from and --prometheus is needed")),
    };
    recording.check(&service.scaling.policy).map_err(|why| Failure::input(format!("{whence}: {why}")))?;
    Ok(recording)
}

fn ask(
    arguments: &Arguments,
    url: &str,
    stack: &ValidatedStack,
    service: &ServicePlan,
) -> Result<Recording, Failure> {
    let range = arguments.range.unwrap_or_default();
    if range < TICK || range > LONGEST {
        return Err(Failure::input("--range: must be from 15s to 40h"));
    }
    let token = std::env::var("PROMETHEUS_TOKEN").ok().filter(|token| !token.trim().is_empty());
    let credentials = token.map(|token| Credentials::Bearer(token.trim().into()));
    let mut server = Server { credentials, ..Server::open(url) };
    if let Some(directory) = &arguments.tls {
        server.ca = Some(read(&directory.join("ca.crt"))?);
        let (certificate, key) =
            (read(&directory.join("tls.crt"))?, read(&directory.join("tls.key"))?.into());
        server.certificate = Some(Keyed { certificate, key });
    }
    let to = arguments.until.unwrap_or_else(|| Moment(Timestamp::now().as_millisecond()));
    let from = Moment(to.0 - i64::try_from(range.as_millis()).unwrap_or(0));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::run(format!("could not start the runtime: {error}")))?;
    runtime
        .block_on(record::record(&server, stack, service, (from, to), TICK))
        .map_err(|why| Failure::input(format!("{url}: {why}")))
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| Failure::input(format!("{}: {error}", file.display())))
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text)
        .map_err(|error| Failure::input(format!("could not write {}: {error}", file.display())))
}
