//! An SMTP server that keeps what it is given, and can be told to refuse or to say nothing.

use std::sync::{Arc, Mutex};

use testkit::eventually;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    pub from: String,
    pub to: String,
    /// Headers and body as they came.
    pub data: String,
}

impl Mail {
    pub fn header(&self, name: &str) -> String {
        let begin = format!("{}: ", name.to_lowercase());
        let line = self.data.lines().find(|line| line.to_lowercase().starts_with(&begin));
        line.unwrap_or_else(|| panic!("no {name} in {}", self.data))[begin.len()..].to_owned()
    }
}

#[derive(Clone, Debug)]
pub enum Mood {
    Good,
    /// Answers every recipient with this line.
    Refusing(&'static str),
    /// Takes connections and says nothing.
    Silent,
}

#[derive(Clone)]
pub struct MailServer {
    pub url: String,
    mails: Arc<Mutex<Vec<Mail>>>,
    mood: Arc<Mutex<Mood>>,
}

impl MailServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let server = Self { url, mails: Arc::default(), mood: Arc::new(Mutex::new(Mood::Good)) };
        let accepting = server.clone();
        #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = accepting.clone();
                #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
                tokio::spawn(async move { server.converse(stream).await.ok() });
            }
        });
        server
    }

    pub fn becomes(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    /// Waits for this many, and takes care that there are no more.
    pub async fn received(&self, count: usize) -> Vec<Mail> {
        let mails = eventually(&format!("{count} mails came"), async || {
            Some(self.mails()).filter(|mails| mails.len() >= count)
        })
        .await;
        assert_eq!(mails.len(), count, "{mails:?}");
        mails
    }

    fn mood(&self) -> Mood {
        self.mood.lock().unwrap().clone()
    }

    async fn converse(&self, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        if matches!(self.mood(), Mood::Silent) {
            while lines.next_line().await?.is_some() {}
            return Ok(());
        }
        say(&mut write, "220 test").await?;
        let (mut from, mut to) = (String::new(), String::new());
        while let Some(line) = lines.next_line().await? {
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            match (verb.as_str(), self.mood()) {
                ("RCPT", Mood::Refusing(answer)) => say(&mut write, answer).await?,
                ("MAIL", _) => {
                    from = address(&line);
                    say(&mut write, "250 ok").await?;
                }
                ("RCPT", _) => {
                    to = address(&line);
                    say(&mut write, "250 ok").await?;
                }
                ("DATA", _) => {
                    say(&mut write, "354 go on").await?;
                    let data = content(&mut lines).await?;
                    self.mails.lock().unwrap().push(Mail { from: from.clone(), to: to.clone(), data });
                    say(&mut write, "250 taken").await?;
                }
                ("QUIT", _) => return say(&mut write, "221 bye").await,
                _ => say(&mut write, "250 ok").await?,
            }
        }
        Ok(())
    }
}

async fn say(write: &mut OwnedWriteHalf, line: &str) -> std::io::Result<()> {
    write.write_all(format!("{line}\r\n").as_bytes()).await
}

async fn content(lines: &mut Lines<BufReader<OwnedReadHalf>>) -> std::io::Result<String> {
    let mut data = String::new();
    while let Some(line) = lines.next_line().await? {
        if line == "." {
            break;
        }
        data.push_str(&line);
        data.push('\n');
    }
    Ok(data)
}

fn address(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.unwrap_or_else(|| panic!("no address in {line}")).0.to_owned()
}
