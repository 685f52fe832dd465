//! The way out by mail: one message at a time, handed to one mail server, with what is known of it afterwards.
//!
//! The conversation is led step by step, because what a lost connection means depends on the step: before the message was handed over
//! the server has nothing, and it may be tried again; from then on nobody knows, until the server has answered. A mail never goes out
//! twice by itself. Passwords and what mails say never go to the log.

mod establishment;

pub use establishment::{ReportLetter, write_report};

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
pub use lettre::transport::smtp::client::Certificate;
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, response::Response};
use lettre::{Address, address::AddressError};
use secrecy::{ExposeSecret as _, SecretString};

use crate::domain::email::EmailAddress;

/// So much of what a mail server says is kept, in characters.
const LONGEST_ANSWER: usize = 400;
/// How passwords are told, the usual one first.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// How a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From its first byte.
    Implicit,
    /// By STARTTLS, or the mail does not go out.
    StartTls,
    /// Not.
    None,
}

/// The mail server and who sends.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The server's name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: Tls,
    /// Our name and password there.
    pub credentials: Option<(String, SecretString)>,
    /// Authorities that may vouch for the server besides those of this machine.
    pub authorities: Option<Certificate>,
    /// From whom mails are.
    pub from: EmailAddress,
    /// Where answers go; none = to `from`.
    pub reply_to: Option<EmailAddress>,
    /// The longest time for each step.
    pub timeout: Duration,
}

/// A file that goes with a mail.
#[derive(Clone, Debug)]
pub struct MailFile {
    /// Its name.
    pub name: String,
    /// Its content type.
    pub kind: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A mail.
#[derive(Clone, Debug)]
pub struct Letter {
    /// To whom.
    pub to: EmailAddress,
    /// Its own id, the same in every try.
    pub message_id: String,
    /// When it was written.
    pub written_at: SystemTime,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// What goes with it.
    pub files: Vec<MailFile>,
}

/// What is known of a mail afterwards, with the server's words or ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailOutcome {
    /// The server accepted it. Whether it arrives is not known.
    Accepted(String),
    /// The server has not got it, and may take it later.
    NotYet(String),
    /// The server refused it.
    Refused(String),
    /// The server may have accepted it.
    Unknown(String),
}

/// Hands mails to a mail server.
#[derive(Clone)]
pub struct Mailer {
    settings: Arc<MailSettings>,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").field("host", &self.settings.host).finish_non_exhaustive()
    }
}

/// Why the mail server cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server refused, or could not be understood.
    #[error("the mail server does not let us in")]
    Smtp(#[from] Error),
    /// It does not answer.
    #[error("the mail server does not answer in time")]
    TimeOut,
    /// An address cannot be used.
    #[error("an address of the mail is none")]
    Address(#[from] AddressError),
    /// The mail cannot be written.
    #[error("the mail cannot be written")]
    Message(#[from] lettre::error::Error),
}

impl Mailer {
    /// By this server.
    #[must_use]
    pub fn new(settings: MailSettings) -> Self {
        Self { settings: Arc::new(settings) }
    }

    /// Connects, encrypts, signs in and leaves; nothing is sent.
    ///
    /// # Errors
    /// What hinders it.
    pub async fn check(&self) -> Result<(), MailError> {
        let mut connection = self.within(self.open()).await?;
        let _ = tokio::time::timeout(self.settings.timeout, connection.quit()).await;
        Ok(())
    }

    /// Hands a mail to the server.
    pub async fn send(&self, letter: &Letter) -> MailOutcome {
        let (bytes, envelope) = match self.write(letter) {
            Ok(written) => written,
            Err(error) => return MailOutcome::Refused(self.words_of(&error)),
        };
        let mut connection = match self.within(self.open()).await {
            Ok(connection) => connection,
            // whatever is wrong before the mail was spoken of says nothing about the mail
            Err(error) => return MailOutcome::NotYet(self.words_of(&error)),
        };
        if let Err(error) = self.within(announce(&mut connection, envelope)).await {
            // taking leave waits for an answer as well
            let _ = tokio::time::timeout(self.settings.timeout, connection.abort()).await;
            return self.not_handed_over(&error);
        }
        // from here on the server may have it
        let outcome = match self.within(async { Ok(connection.message(&bytes).await?) }).await {
            Ok(answer) => MailOutcome::Accepted(self.answer_of(&answer)),
            Err(MailError::Smtp(error)) if error.is_permanent() => MailOutcome::Refused(self.words_of(&error)),
            Err(MailError::Smtp(error)) if error.is_transient() => MailOutcome::NotYet(self.words_of(&error)),
            Err(error) => MailOutcome::Unknown(self.words_of(&error)),
        };
        let _ = tokio::time::timeout(self.settings.timeout, connection.quit()).await;
        outcome
    }

    async fn within<T>(&self, step: impl Future<Output = Result<T, MailError>>) -> Result<T, MailError> {
        tokio::time::timeout(self.settings.timeout, step).await.map_err(|_| MailError::TimeOut)?
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, MailError> {
        let MailSettings { host, port, tls, credentials, authorities, timeout, .. } = &*self.settings;
        let (hello, place) = (ClientId::default(), (host.as_str(), *port));
        let encryption = || {
            let builder = TlsParameters::builder(host.clone());
            authorities.iter().fold(builder, |builder, more| builder.add_root_certificate(more.clone())).build()
        };
        let implicit = if *tls == Tls::Implicit { Some(encryption()?) } else { None };
        let mut connection = AsyncSmtpConnection::connect_tokio1(place, Some(*timeout), &hello, implicit, None).await?;
        if *tls == Tls::StartTls {
            connection.starttls(encryption()?, &hello).await?;
        }
        if let Some((name, password)) = credentials {
            let credentials = Credentials::new(name.clone(), password.expose_secret().to_owned());
            connection.auth(&MECHANISMS, &credentials).await?;
        }
        Ok(connection)
    }

    /// The bytes, and from whom to whom.
    fn write(&self, letter: &Letter) -> Result<(Vec<u8>, (Address, Address)), MailError> {
        let (from, to): (Address, Address) = (self.settings.from.as_str().parse()?, letter.to.as_str().parse()?);
        let mut message = Message::builder()
            .message_id(Some(letter.message_id.clone()))
            .date(letter.written_at)
            .from(Mailbox::new(None, from.clone()))
            .to(Mailbox::new(None, to.clone()))
            .subject(letter.subject.clone());
        if let Some(reply_to) = &self.settings.reply_to {
            message = message.reply_to(Mailbox::new(None, reply_to.as_str().parse()?));
        }
        let mut parts = MultiPart::mixed().singlepart(SinglePart::plain(letter.text.clone()));
        for file in &letter.files {
            let kind = ContentType::parse(file.kind).unwrap_or(ContentType::TEXT_PLAIN);
            parts = parts.singlepart(Attachment::new(file.name.clone()).body(file.bytes.clone(), kind));
        }
        Ok((message.multipart(parts)?.formatted(), (from, to)))
    }

    /// What a failure means once the mail was announced, and before the message was handed over.
    fn not_handed_over(&self, error: &MailError) -> MailOutcome {
        match error {
            MailError::Smtp(answer) if answer.is_permanent() => MailOutcome::Refused(self.words_of(answer)),
            error => MailOutcome::NotYet(self.words_of(error)),
        }
    }

    fn answer_of(&self, answer: &Response) -> String {
        let words: Vec<&str> = answer.message().collect();
        self.bounded(&format!("{} {}", answer.code(), words.join(" ")))
    }

    /// An error with its causes, as it is kept.
    fn words_of(&self, error: &dyn std::error::Error) -> String {
        let mut words = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            let more = inner.to_string();
            // lettre tells the cause within its own words
            if !words.ends_with(&more) {
                words = format!("{words}: {more}");
            }
            cause = inner.source();
        }
        self.bounded(&words)
    }

    /// Words as they are kept and logged: on one line, not too long, and without the password, which a server may repeat.
    fn bounded(&self, words: &str) -> String {
        let mut plain: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        for secret in self.secrets() {
            plain = plain.replace(&secret, "(…)");
        }
        let plain: String = plain.trim().chars().take(LONGEST_ANSWER).collect();
        if plain.is_empty() { "no words".to_owned() } else { plain }
    }

    /// The password in every form in which it is told.
    fn secrets(&self) -> Vec<String> {
        let Some((name, password)) = &self.settings.credentials else { return Vec::new() };
        let password = password.expose_secret();
        if password.is_empty() {
            return Vec::new();
        }
        let encoded = |text: &str| BASE64_STANDARD.encode(text);
        vec![encoded(&format!("\0{name}\0{password}")), encoded(password), password.to_owned()]
    }
}

/// Says from whom to whom, and that the message comes.
async fn announce(connection: &mut AsyncSmtpConnection, (from, to): (Address, Address)) -> Result<(), MailError> {
    connection.command(Mail::new(Some(from), Vec::new())).await?;
    connection.command(Rcpt::new(to, Vec::new())).await?;
    connection.command(Data).await?;
    Ok(())
}
