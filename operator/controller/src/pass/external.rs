//! Secrets that tell where somebody else's database server and broker are.

use operator_api::DatabaseMode;
use operator_desired::{DatabaseState, ExternalBroker, ExternalServer, Kind, MessagingPlan, ValidatedStack};

use crate::cluster::{Cluster, Outcome};
use crate::live::LiveObject;

/// None: no data is there or on its way there. What keeps it from being used is told with the key and the command.
pub async fn server(
    cluster: &Cluster,
    checked: &ValidatedStack,
    state: &DatabaseState,
) -> Outcome<Result<Option<ExternalServer>, String>> {
    if !state.modes(checked.database_mode()).contains(&DatabaseMode::External) {
        return Ok(Ok(None));
    }
    let Some(plan) = checked.external_database() else {
        let why = "spec.database.external: the data is on that server until it has moved: put it back";
        return Ok(Err(why.to_owned()));
    };
    let named = Named {
        field: "spec.database.external.secretName",
        name: plan.secret(),
        needs: "--from-literal=host=HOST",
    };
    let server = named.read(cluster, checked, |found| ExternalServer::from_data(&found.data(), plan)).await?;
    Ok(server.map(Some))
}

/// None: the stack has no need of one. Otherwise the broker, or why nothing can be built: what runs goes on with what it knows.
pub async fn broker(
    cluster: &Cluster,
    checked: Option<&ValidatedStack>,
) -> Outcome<Option<Result<ExternalBroker, String>>> {
    let Some((checked, MessagingPlan::External { secret: name })) =
        checked.map(|checked| (checked, checked.messaging()))
    else {
        return Ok(None);
    };
    let named = Named {
        field: "spec.messaging.external.secretName",
        name,
        needs: "--from-literal=host=HOST --from-literal=username=USER --from-literal=password=PASSWORD",
    };
    named.read(cluster, checked, |found| ExternalBroker::from_data(&found.data())).await.map(Some)
}

/// A Secret of the user's, the field that names it, and what it is made with at least.
struct Named<'a> {
    field: &'static str,
    name: &'a str,
    needs: &'static str,
}

impl Named<'_> {
    async fn read<T>(
        &self,
        cluster: &Cluster,
        checked: &ValidatedStack,
        read: impl FnOnce(&LiveObject) -> Result<T, String>,
    ) -> Outcome<Result<T, String>> {
        let (Self { field, name, needs }, namespace) = (self, checked.namespace());
        let kubectl = format!("kubectl -n {namespace}");
        let Some(found) = cluster.get(Kind::named("Secret"), namespace, name).await? else {
            let create = format!("{kubectl} create secret generic {name} {needs}");
            return Ok(Err(format!("{field} names Secret {name}, which does not exist: {create}")));
        };
        Ok(read(&found)
            .map_err(|why| format!("{field}: in Secret {name}, {why}: {kubectl} edit secret {name}")))
    }
}
