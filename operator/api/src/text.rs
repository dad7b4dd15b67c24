//! Short texts with a form: amounts, images, hosts, names.
//!
//! Each form is a rule and not a `pattern`, for a rule has a message that says what to write instead. Amounts aren't
//! Kubernetes' int-or-string `Quantity`: that has no maximum length, and rules over it cost too much.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

fn schema(max_length: u32, pattern: &str, message: &str) -> Schema {
    json_schema!({
        "type": "string",
        "minLength": 1,
        "maxLength": max_length,
        "x-kubernetes-validations": [{ "rule": format!("self.matches('{pattern}')"), "message": message }],
    })
}

macro_rules! text {
    ($(#[$attribute:meta])* $name:ident, $max_length:literal, $pattern:literal, $message:literal) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                schema($max_length, $pattern, $message)
            }
        }
    };
}

text!(
    /// Cores, or thousandths of one.
    Cpu, 12, "^([0-9]{1,6}m|[0-9]{1,3}([.][0-9]{1,3})?)$",
    "no amount of CPU: write cores, as in 50m, 0.5 or 2"
);

text!(
    /// Bytes.
    Memory, 16, "^([1-9][0-9]{0,5}(k|M|G|T|Ki|Mi|Gi|Ti)|[1-9][0-9]{0,11})$",
    "no amount of bytes: write it as in 64Mi or 1Gi"
);

text!(
    /// A full reference to an image.
    Image, 512, "^[a-z0-9][-a-zA-Z0-9._/:@]*$",
    "no image: write it as in registry.example.com/shop:1.2.0"
);

text!(
    /// A DNS name, perhaps with `*` as its first label; not an address, which no Ingress takes.
    Host, 253, "^([*][.])?([a-z0-9]([-a-z0-9]*[a-z0-9])?[.])*([0-9][-a-z0-9]*)?[a-z]([-a-z0-9]*[a-z0-9])?$",
    "no DNS name: write it as in shop.example.com, without scheme, port and path"
);

text!(
    /// The name of a Secret or of a class.
    ObjectName, 253, "^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    "no name of an object: write it in small letters, digits, dashes and dots"
);

text!(
    /// A positive number, as the target of a metric.
    Amount, 12, "^([1-9][0-9]{0,7}([.][0-9]{1,3})?|0[.]([1-9][0-9]{0,2}|0[1-9][0-9]?|00[1-9]))$",
    "no positive number: write it as in 50 or 0.25"
);

text!(
    /// A name of the user's own.
    ShortName, 40, "^[a-z]([-a-z0-9]*[a-z0-9])?$",
    "no name: write it in small letters, digits and dashes"
);

text!(
    /// A query in Prometheus' language. Whether it means anything, only Prometheus can tell.
    PromQl, 1024, "[^ ]",
    "an empty query: write one that gives a single number"
);

text!(
    /// An address of a server, perhaps with a path.
    Url, 512, "^https?://[a-zA-Z0-9][-a-zA-Z0-9.]*(:[0-9]{1,5})?(/[-a-zA-Z0-9._~/]*)?$",
    "no address: write it as in https://prometheus.example.com:9090, without user, query and fragment"
);

text!(
    /// An address of a collector of traces, perhaps with a path.
    CollectorUrl, 512, "^https?://[a-zA-Z0-9][-a-zA-Z0-9.]*(:[1-9][0-9]{0,4})?(/[-a-zA-Z0-9._~/]*)?$",
    "no address of a collector: write it as in http://collector.monitoring:4318, without user, query and fragment"
);

text!(
    /// A release: major, minor and patch.
    Version, 32, "^(0|[1-9][0-9]{0,4})[.](0|[1-9][0-9]{0,4})[.](0|[1-9][0-9]{0,4})$",
    "no version: write it as in 0.3.0"
);

text!(
    /// A time of day.
    Clock, 5, "^([01][0-9]|2[0-3]):[0-5][0-9]$",
    "no time of day: write it as in 02:00"
);

text!(
    /// A name of the time zone database.
    TimeZone, 40, "^[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*){0,2}$",
    "no time zone: write it as in UTC or Europe/Berlin"
);

impl Default for TimeZone {
    fn default() -> Self {
        Self("UTC".to_owned())
    }
}

text!(
    /// A schedule of five fields.
    Cron, 64, "^([-0-9*,/]+ ){4}[-0-9*,/]+$",
    "no schedule: write minute, hour, day of month, month and day of week, as in 0 3 * * *"
);

impl Default for Cron {
    fn default() -> Self {
        Self("0 3 * * *".to_owned())
    }
}

text!(
    /// A bucket, or the region of one.
    Bucket, 63, "^[a-z0-9][-.a-z0-9]*[a-z0-9]$",
    "no bucket: write 3 to 63 small letters, digits, dashes and dots"
);

text!(
    /// A name of a file.
    FileName, 64, "^[A-Za-z0-9][-A-Za-z0-9_.]*$",
    "no name of a dump: write it as in 20260131T030000Z"
);
