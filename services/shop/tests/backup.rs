//! `shop backup` against a store that does what S3 does: what arrives there, what is kept, and what a failure leaves behind.
#![expect(clippy::unwrap_used, reason = "a test that can't go on says where")]

#[path = "backup/bucket.rs"]
mod bucket;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bucket::Bucket;

/// A directory with the dumps of stack `shop`, removed when dropped.
struct Volume(PathBuf);

impl Volume {
    fn with(dumps: &[(&str, &[(&str, &str)])]) -> Self {
        let volume = Self(std::env::temp_dir().join(format!("backup-{}", uuid::Uuid::now_v7())));
        std::fs::create_dir_all(volume.0.join("shop")).unwrap();
        for (dump, files) in dumps {
            std::fs::create_dir(volume.0.join("shop").join(dump)).unwrap();
            for (name, text) in *files {
                std::fs::write(volume.0.join("shop").join(dump).join(name), text).unwrap();
            }
        }
        volume
    }

    fn text(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.0.join(path)).ok()
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

fn backup(action: &str, directory: &Path, endpoint: &str, secret: &str, more: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_shop"));
    program.args(["backup", action, "--stack", "shop", "--bucket", "dumps", "--region", "us-east-1"]);
    program.args(["--endpoint", endpoint, "--dir"]).arg(directory).args(more).env_clear();
    program.env("S3_ACCESS_KEY_ID", "writer").env("S3_SECRET_ACCESS_KEY", secret).output().unwrap()
}

fn upload(volume: &Volume, bucket: &Bucket, keep: &str) -> Output {
    backup("upload", &volume.0, &bucket.endpoint(), "secret", &["--keep", keep])
}

fn download(volume: &Volume, bucket: &Bucket, more: &[&str]) -> Output {
    backup("download", &volume.0, &bucket.endpoint(), "secret", more)
}

fn worked(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The one line of a failure at work.
fn failed(output: &Output) -> String {
    let line = String::from_utf8(output.stderr.clone()).unwrap();
    let line = line.lines().filter(|line| !line.contains("INFO")).collect::<Vec<_>>().join("\n");
    assert_eq!((output.status.code(), line.lines().count()), (Some(1), 1), "{line}");
    line
}

const NEWEST: (&str, &[(&str, &str)]) = ("20260102T000000Z", &[("orders.dump", "o2"), ("users.dump", "u2")]);
const OLDER: (&str, &[(&str, &str)]) = ("20260101T000000Z", &[("users.dump", "u1")]);

#[tokio::test]
async fn the_newest_dump_is_sent_and_its_list_last() {
    let (bucket, volume) = (Bucket::start(&[]).await, Volume::with(&[OLDER, NEWEST]));

    worked(&upload(&volume, &bucket, "3"));

    let expected =
        ["orders.dump", "users.dump", "complete"].map(|name| format!("shop/20260102T000000Z/{name}"));
    assert_eq!(bucket.written(), expected);
    assert_eq!(bucket.text("shop/20260102T000000Z/users.dump").as_deref(), Some("u2"));
    assert_eq!(bucket.text("shop/20260102T000000Z/complete").as_deref(), Some("orders.dump\nusers.dump"));
}

#[tokio::test]
async fn so_many_are_kept_and_those_of_other_stacks_are_left_alone() {
    let old = ["shop/1/users.dump", "shop/1/complete", "shop/2/users.dump", "shop/2/complete"];
    let others = ["shop-two/1/users.dump", "shop-two/1/complete"];
    let bucket = Bucket::start(&[&old[..], &others[..]].concat()).await;
    let volume = Volume::with(&[NEWEST]);

    worked(&upload(&volume, &bucket, "2"));

    let kept = bucket.keys();
    assert!(!kept.iter().any(|key| key.starts_with("shop/1/")), "{kept:?}");
    assert!(kept.contains(&"shop/2/complete".to_owned()), "{kept:?}");
    assert_eq!(kept.iter().filter(|key| key.starts_with("shop-two/")).count(), 2);
    assert_eq!(bucket.deleted()[0], "shop/1/complete", "what is left of a removal cut short is no dump");
}

#[tokio::test]
async fn nothing_is_removed_when_the_new_dump_did_not_arrive() {
    let old = ["shop/1/users.dump", "shop/1/complete"];
    let (bucket, volume) = (Bucket::start(&old).await, Volume::with(&[NEWEST]));
    bucket.refuse("users.dump", 400, 1);

    let said = failed(&upload(&volume, &bucket, "1"));

    assert!(said.contains("users.dump: the store answers 400"), "{said}");
    assert!(bucket.deleted().is_empty());
    assert_eq!(bucket.text("shop/20260102T000000Z/complete"), None, "half of a dump is none");
    worked(&download(&volume, &bucket, &[]));
    assert!(volume.text("shop/1/users.dump").is_some(), "the one before can be fetched");
}

#[tokio::test]
async fn a_store_that_is_busy_is_asked_again() {
    let (bucket, volume) = (Bucket::start(&[]).await, Volume::with(&[NEWEST]));
    bucket.refuse("users.dump", 503, 1);

    worked(&upload(&volume, &bucket, "1"));

    assert_eq!(bucket.text("shop/20260102T000000Z/users.dump").as_deref(), Some("u2"));
}

#[tokio::test]
async fn wrong_credentials_are_one_line_at_once_and_are_not_shown() {
    let (bucket, volume) = (Bucket::start(&["shop/1/complete"]).await, Volume::with(&[NEWEST]));
    bucket.refuse("", 403, 1);

    let more = ["--keep", "1"];
    let said = failed(&backup("upload", &volume.0, &bucket.endpoint(), "hunter2", &more));

    assert!(said.contains("403") && said.contains("are the access key and its secret right"), "{said}");
    assert!(!said.contains("hunter2") && !said.contains("X-Amz"), "{said}");
    assert!(bucket.written().is_empty() && bucket.deleted().is_empty(), "it was tried again, or went on");
}

#[tokio::test]
async fn the_newest_complete_dump_is_fetched_or_the_one_that_is_named() {
    let there = [
        "shop/20260101T000000Z/users.dump",
        "shop/20260101T000000Z/complete",
        "shop/20260102T000000Z/users.dump",
        "shop/20260102T000000Z/complete",
        "shop/20260103T000000Z/users.dump",
    ];
    let bucket = Bucket::start(&there).await;

    let volume = Volume::with(&[]);
    worked(&download(&volume, &bucket, &[]));
    assert_eq!(volume.text("shop/20260102T000000Z/users.dump").as_deref(), Some(there[2]));
    assert_eq!(volume.text("shop/20260101T000000Z/users.dump"), None);

    worked(&download(&volume, &bucket, &["--dump", "20260101T000000Z"]));
    assert_eq!(volume.text("shop/20260101T000000Z/users.dump").as_deref(), Some(there[0]));

    let said = failed(&download(&volume, &bucket, &["--dump", "20260103T000000Z"]));
    assert!(said.contains("there are: 20260101T000000Z, 20260102T000000Z"), "{said}");
}

#[tokio::test]
async fn where_there_is_nothing_to_carry_it_says_so() {
    let (bucket, volume) = (Bucket::start(&[]).await, Volume::with(&[]));
    assert!(failed(&upload(&volume, &bucket, "1")).contains("there is no dump in"));
    let said = failed(&download(&volume, &bucket, &[]));
    assert!(said.contains("no complete dump of stack shop in the bucket"), "{said}");
}

/// More than one request carries, as far as the command is concerned.
fn with_a_large_file() -> (Volume, Vec<u8>) {
    let volume = Volume::with(&[NEWEST]);
    let content: Vec<u8> = (0..64 * 1024 * 1024 + 5).map(|place: u32| (place % 251) as u8).collect();
    std::fs::write(volume.0.join("shop").join(NEWEST.0).join("orders.dump"), &content).unwrap();
    (volume, content)
}

#[tokio::test]
async fn a_large_file_arrives_whole_though_a_part_broke_and_an_answer_was_lost() {
    let (bucket, (volume, content)) = (Bucket::start(&[]).await, with_a_large_file());
    bucket.refuse("partNumber=2", 503, 1);
    bucket.lose_a_completion();

    worked(&upload(&volume, &bucket, "1"));

    let key = "shop/20260102T000000Z/orders.dump";
    assert!(bucket.bytes(key).unwrap() == content, "it is another file");
    assert_eq!(bucket.written().iter().filter(|written| *written == key).count(), 1);
    assert!(bucket.unfinished().is_empty());
    assert!(bucket.text("shop/20260102T000000Z/complete").is_some());
}

#[tokio::test]
async fn of_a_large_file_that_is_refused_no_parts_are_left() {
    let (bucket, (volume, _)) = (Bucket::start(&[]).await, with_a_large_file());
    bucket.refuse("partNumber=2", 400, 1);

    let said = failed(&upload(&volume, &bucket, "1"));

    assert!(said.contains("orders.dump: the store answers 400"), "{said}");
    assert!(bucket.written().is_empty() && bucket.unfinished().is_empty(), "{:?}", bucket.unfinished());
}

#[test]
fn wrong_flags_are_named() {
    let volume = Volume::with(&[NEWEST]);
    let none = backup("upload", &volume.0, "https://s3.example.com", "secret", &["--keep", "0"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(String::from_utf8(none.stderr).unwrap().contains("--keep"));
    let ftp = backup("upload", &volume.0, "ftp://s3.example.com", "secret", &["--keep", "1"]);
    assert!(failed(&ftp).contains("--endpoint must begin with https://"));
}
