//! What only operators see.

use actix_web::web::{self, Data, Json, ServiceConfig};

use crate::app::{Findings, Report};

pub fn routes(config: &mut ServiceConfig, findings: Findings) {
    config.app_data(Data::new(findings)).route("/ledger-differences", web::get().to(differences));
}

async fn differences(findings: Data<Findings>) -> Json<Report> {
    Json(findings.report())
}
