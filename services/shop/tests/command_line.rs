//! Wrong use is exit code 2 and one line that names what is wrong.

use std::process::Command;

fn refused(arguments: &[&str]) -> String {
    let program = Command::new(env!("CARGO_BIN_EXE_shop")).args(arguments).env_clear().output();
    let ended = program.expect("the program starts");
    let line = String::from_utf8(ended.stderr).expect("text");
    assert_eq!(ended.status.code(), Some(2), "{arguments:?}: {line}");
    assert_eq!(line.lines().count(), 1, "{arguments:?}: {line}");
    line
}

#[test]
fn a_wrong_flag_or_argument_is_named() {
    assert!(refused(&["serve", "orders", "--fast"]).contains("'--fast'"));
    assert!(refused(&["serve", "warehouse"]).contains("there is no role warehouse"));
    assert!(refused(&["serve"]).contains("<ROLE>"));
    assert!(refused(&["migrate", "gateway"]).contains("gateway owns no database"));
    assert!(refused(&["audit", "verify", "--noted", "12:ab"]).contains("SEQUENCE:HASH"));
    assert!(refused(&["audit", "show", "an-order"]).contains("an-order"));
    assert!(refused(&["parked", "list", "gateway"]).contains("gateway receives no messages"));
    assert!(refused(&["parked", "list", "warehouse"]).contains("there is no role warehouse"));
    assert!(refused(&["parked", "drop", "orders"]).contains("--all"));
    assert!(refused(&["parked", "redrive", "orders", "--id", "x"]).contains("'x'"));
    let id = "01a19467-e800-7000-8000-000000000000";
    assert!(refused(&["parked", "drop", "orders", "--all", "--id", id]).contains("'--all'"));
    assert!(refused(&["parked", "list", "orders", "--limit", "0"]).contains("'0'"));
    assert!(refused(&["dance"]).contains("'dance'"));
    assert!(refused(&[]).contains("subcommand"));
}

#[test]
fn a_missing_variable_is_named() {
    assert!(refused(&["serve", "orders"]).contains("DATABASE_URL"));
    assert!(refused(&["migrate", "orders"]).contains("DATABASE_URL"));
    assert!(refused(&["audit", "verify"]).contains("DATABASE_URL"));
    assert!(refused(&["parked", "list", "orders"]).contains("AMQP_URL"));
}

#[test]
fn a_collector_that_is_none_is_named_and_not_repeated() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_shop"));
    program.args(["serve", "orders"]).env_clear();
    let ended = program.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://me:secret@collector:4318").output();
    let ended = ended.expect("the program starts");
    let line = String::from_utf8(ended.stderr).expect("text");
    assert_eq!((ended.status.code(), line.lines().count()), (Some(2), 1), "{line}");
    assert!(line.contains("OTEL_EXPORTER_OTLP_ENDPOINT is wrong") && !line.contains("secret"), "{line}");
}

#[test]
fn wrong_use_of_sagas_is_named() {
    assert!(refused(&["sagas", "list", "--state", "asleep"]).contains("there is no state asleep"));
    assert!(refused(&["sagas", "show", "one"]).contains("'one'"));
    let order = "0199aaaa-0000-7000-8000-000000000000";
    assert!(refused(&["sagas", "abandon", order]).contains("--reason"));
    assert!(refused(&["sagas", "abandon", order, "--reason", " "]).contains("1 to 500 characters"));
    assert!(refused(&["sagas", "list"]).contains("DATABASE_URL"));
}

#[test]
fn load_refuses_to_aim_beyond_this_machine() {
    assert!(refused(&["load", "--url", "http://shop.example.com"]).contains("shop.example.com"));
}

#[test]
fn the_topology_can_be_read_without_a_broker() {
    let printed =
        Command::new(env!("CARGO_BIN_EXE_shop")).arg("topology").output().expect("the program starts");
    let topology: serde_json::Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    assert!(
        topology["queues"]
            .as_array()
            .is_some_and(|queues| queues.iter().any(|queue| queue["name"] == "orders"))
    );
}
