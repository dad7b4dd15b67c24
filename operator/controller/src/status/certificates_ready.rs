//! CertificatesReady: whether everyone has a certificate that is valid and trusted.

use operator_api::Reason;

use super::Verdict;
use crate::facts::Facts;

pub fn certificates_ready(_: &Facts) -> Verdict {
    Verdict::yes(Reason::Disabled, "no part of the stack has a certificate")
}
