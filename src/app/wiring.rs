//! Builds the parts of the program from the settings.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::Semaphore;

use super::AppContext;
use crate::config::{self, Config, SmtpTls};
use crate::domain::acknowledging::AcknowledgeWords;
use crate::domain::bulletin::Urgency;
use crate::domain::digest::DigestTimes;
use crate::domain::establishment::ReportAddresses;
use crate::domain::sealed::SealingKeys;
use crate::line::client::{self, LineClient};
use crate::mail::{Certificate, MailSettings, Mailer, Tls};
use crate::relay::engine::Engine;
use crate::relay::settings::{BranchHealth, BulletinRules, EstablishmentRules, ReminderRules, Retention, Settings};

/// When a month's deliveries are rewritten without room for changes: later than any bulletin expires.
const CLOSED_AFTER: Duration = Duration::from_hours(45 * 24);

/// The engine, with what it needs from this context.
pub(super) fn engine(context: &AppContext, sealing: SealingKeys) -> anyhow::Result<Engine> {
    Ok(Engine {
        db: context.relay_db.clone(),
        clock: context.clock.clone(),
        line: line_client(&context.config)?,
        person: sealing.person_key(),
        sealing: Arc::new(sealing),
        call_room: Arc::new(Semaphore::new(whole(context.config.relay.in_flight_per_node))),
        mailer: mailer(&context.config)?,
        settings: Arc::new(relay_settings(&context.config)),
    })
}

/// The way to LINE.
pub(super) fn line_client(config: &Config) -> anyhow::Result<LineClient> {
    let api_base = config.line.api_base.as_str().parse().context("line.api_base is not an address")?;
    Ok(LineClient::new(&client::Settings {
        api_base,
        data_base: config.line.data_base.as_str().parse().context("line.data_base is not an address")?,
        content_timeout: config.line.content_timeout,
        connect_timeout: config.line.connect_timeout,
        request_timeout: config.line.request_timeout,
        in_flight: whole(config.relay.in_flight),
    })?)
}

/// The constants of the engine.
pub(super) fn relay_settings(config: &Config) -> Settings {
    let relay = &config.relay;
    let prices = config.line.price.list();
    Settings {
        public_url: config.server.public_url.as_str().to_owned(),
        request_timeout: config.line.request_timeout,
        burst: relay.burst,
        in_flight: whole(relay.in_flight),
        claim_batch: whole(relay.claim_batch),
        poll_interval: relay.poll_interval,
        poll_jitter: relay.poll_jitter,
        retry_schedule: relay.retry_schedule.clone(),
        retry_jitter: relay.retry_jitter,
        retry_key_lifetime: relay.retry_key_lifetime,
        snooze_start: relay.snooze_start,
        snooze_max: relay.snooze_max,
        record_batch: whole(relay.record_batch),
        record_delay: relay.record_delay,
        default_expiry: relay.default_expiry,
        heartbeat: relay.heartbeat,
        lease: relay.lease,
        keepalive: relay.keepalive,
        clock_jump: relay.clock_jump,
        clock_settle: relay.clock_settle,
        watchdog: relay.watchdog,
        shutdown_grace: relay.shutdown_grace,
        upkeep_interval: relay.upkeep_interval,
        recount_interval: relay.recount_interval,
        quota_refresh: relay.quota_refresh,
        audit_seal: relay.audit_seal,
        retention: Retention {
            taps: config.retention.taps,
            attempts: config.retention.attempts,
            receipts: config.retention.receipts,
            audit: config.retention.audit,
            coordinator_contacts: config.retention.coordinator_contacts,
            dense: CLOSED_AFTER,
        },
        bypass_after: Urgency::ALL.map(|urgency| Some(relay.bypass_after.of(urgency))),
        ways: relay.way.rules(),
        budget: relay.budget.budget(&prices),
        budget_wait: relay.budget.look_again,
        prices,
        acknowledge_words: AcknowledgeWords::of(&relay.acknowledge.words),
        newcomers_every: relay.newcomers_every,
        join_code_lifetime: relay.join_code_lifetime,
        join_slip_lifetime: relay.join_slip_lifetime,
        branch_health: BranchHealth {
            every: relay.branch_health.every,
            shrunk_below: relay.branch_health.shrunk_below,
        },
        reminders: ReminderRules {
            enabled: relay.reminders.enabled,
            hours: relay.reminders.hours(),
            deadlines: relay.reminders.deadline.by_urgency(),
        },
        digests: DigestTimes::new(relay.digest.times.clone()),
        bulletins: BulletinRules {
            approval: config.bulletins.approval,
            image_limit: whole(config.bulletins.image_limit),
        },
        establishment: EstablishmentRules {
            names: config.offices.group_names.clone(),
            mail: report_addresses(&config.mail),
        },
    }
}

fn report_addresses(mail: &config::Mail) -> Option<ReportAddresses> {
    mail.smtp_url.as_ref()?;
    Some(ReportAddresses { to: mail.establishment_to.clone()?, from: mail.from.clone()? })
}

/// The way out by mail, where one is set.
///
/// # Errors
/// The file with more authorities cannot be read, or holds no certificate.
pub(super) fn mailer(config: &Config) -> anyhow::Result<Option<Mailer>> {
    let mail = &config.mail;
    let (Some(url), Some(from)) = (mail.smtp_url.clone(), mail.from.clone()) else { return Ok(None) };
    let authorities = mail.ca_file.as_deref().map(read_authorities).transpose().context("mail.ca_file")?;
    Ok(Some(Mailer::new(MailSettings {
        host: url.host,
        port: url.port,
        tls: match url.tls {
            SmtpTls::Implicit => Tls::Implicit,
            SmtpTls::StartTls => Tls::StartTls,
            SmtpTls::None => Tls::None,
        },
        credentials: url.credentials,
        authorities,
        from,
        reply_to: mail.reply_to.clone(),
        timeout: mail.timeout,
    })))
}

fn read_authorities(path: &Path) -> anyhow::Result<Certificate> {
    let pem = std::fs::read(path).with_context(|| path.display().to_string())?;
    let holds_one = String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----");
    anyhow::ensure!(holds_one, "{} holds no certificate (PEM)", path.display());
    Certificate::from_pem(&pem).with_context(|| path.display().to_string())
}

fn whole(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
