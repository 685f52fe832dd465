//! Inviting the stewards of the tree in one go: an account for every office-holder who has none, and a link for each.
//!
//! Everything is done in sets, so that five thousand links take a moment. A link's token is in the answer and nowhere
//! else; only its hash is kept. Whoever has an account, also one that was ended, gets no second one. Those who were
//! invited before and have not used their link can be given a new one. One invites at a time.

use std::collections::HashSet;

use secrecy::SecretString;
use serde_json::json;

use super::audit::insert_entry;
use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::credentials::{LinkToken, Username};
use crate::domain::ids::{AccountId, OfficeId};
use crate::domain::search::compare_form;
use crate::domain::time::Timestamp;

/// Who is invited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvitationFilter {
    /// Only stewards of groups at or below one of these.
    pub under: Option<Vec<i32>>,
    /// Also the standing deputies.
    pub deputies: bool,
    /// Also those who were invited and have set no password yet; their older links stop working.
    pub again: bool,
}

/// How many would be invited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Accounts to be made.
    pub new: i64,
    /// New links for accounts whose owner has not signed in yet.
    pub again: i64,
}

/// One invitation: shown once.
#[derive(Debug)]
pub struct Invitation {
    /// The account.
    pub account: AccountId,
    /// The name to sign in with.
    pub username: String,
    /// What pages call it: the steward's title.
    pub display_name: String,
    /// The office.
    pub office: String,
    /// The last part of the link.
    pub token: SecretString,
}

struct Candidate {
    office_id: OfficeId,
    deputy: bool,
    code: String,
    office: String,
    title: Option<String>,
}

impl Candidate {
    fn display_name(&self) -> String {
        let title = self.title.as_deref().unwrap_or(&self.office);
        if self.deputy {
            format!("ผู้ปฏิบัติหน้าที่แทน{title}")
        } else {
            title.to_owned()
        }
    }

    /// The office's code, where it can be a user name; taken names get a number.
    fn username(&self, taken: &HashSet<String>) -> String {
        let plain = self.code.parse::<Username>().map_or_else(|_| format!("office-{}", self.office_id), String::from);
        // room for what follows
        let mut plain: String = plain.chars().take(50).collect();
        if self.deputy {
            plain.push_str(".deputy");
        }
        let numbered = (2..).map(|n| format!("{plain}-{n}"));
        let mut names = std::iter::once(plain.clone()).chain(numbered);
        names.find(|name| !taken.contains(name)).unwrap_or(plain)
    }
}

/// How many accounts and links an invitation would make now.
pub async fn count_invitations(db: &mut Connection, which: &InvitationFilter) -> Result<Count> {
    let new = list_candidates(db, which).await?.len();
    let again = if which.again { list_waiting(db, which).await?.len() } else { 0 };
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    Ok(Count { new: number(new), again: number(again) })
}

/// Makes the accounts and links, and notes in the audit who did: `by`. In the order of province and office.
pub async fn invite_stewards(
    db: &mut Connection,
    which: &InvitationFilter,
    by: &Actor,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<Vec<Invitation>> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('gcc_relay invite stewards', 4))")
        .fetch_all(&mut *db)
        .await?;
    let mut invited = if which.again { list_waiting(db, which).await? } else { Vec::new() };
    let again = invited.len();
    let ids: Vec<_> = invited.iter().map(|invitation| invitation.account.0).collect();
    sqlx::query!(
        "update account_links set expires_at = $2 where account_id = any ($1) and used_at is null and expires_at > $2",
        &ids,
        now as Timestamp,
    )
    .execute(&mut *db)
    .await?;
    let candidates = list_candidates(db, which).await?;
    let made = insert_accounts(db, &candidates, by, now).await?;
    let new = made.len();
    invited.extend(made);
    let sha256 = invited.iter_mut().map(|invitation| {
        let (token, sha256) = LinkToken::generate();
        invitation.token = token;
        sha256.to_vec()
    });
    let sha256: Vec<Vec<u8>> = sha256.collect();
    let ids: Vec<_> = invited.iter().map(|invitation| invitation.account.0).collect();
    sqlx::query!(
        "insert into account_links (token_sha256, account_id, created_at, expires_at)
        select token, account, $3, $4 from unnest($1::bytea[], $2::uuid[]) as link(token, account)",
        &sha256,
        &ids,
        now as Timestamp,
        expires_at as Timestamp,
    )
    .execute(&mut *db)
    .await?;
    let detail = json!({ "new": new, "again": again, "deputies": which.deputies });
    insert_entry(db, now, by, "stewards_invite", "accounts", &detail).await?;
    Ok(invited)
}

/// Office-holders, and deputies where they are asked for, whose office has no account for them.
async fn list_candidates(db: &mut Connection, which: &InvitationFilter) -> Result<Vec<Candidate>> {
    Ok(sqlx::query_as!(
        Candidate,
        r#"select office_id as "office_id!: OfficeId", deputy as "deputy!", code as "code!", office as "office!", title
        from (
            select distinct on (g.office_id, s.deputy) g.office_id, s.deputy, o.code, o.name as office, o.province,
                holder.title
            from stewards s
                join groups g on g.id = s.group_id and not g.retired
                join offices o on o.id = g.office_id
                left join stewards holder on holder.group_id = g.id and not holder.deputy and holder.valid_until is null
            where s.valid_until is null and (not s.deputy or $1) and ($2::int[] is null or g.path && $2)
                and not exists (select from accounts a
                    where a.office_id = g.office_id and a.role = 'steward' and a.deputy = s.deputy)
            order by g.office_id, s.deputy, g.tier, g.code
        ) as candidate
        order by province nulls first, code, deputy"#,
        which.deputies,
        which.under.as_deref(),
    )
    .fetch_all(db)
    .await?)
}

/// Accounts of stewards who were invited and have set no password yet.
async fn list_waiting(db: &mut Connection, which: &InvitationFilter) -> Result<Vec<Invitation>> {
    let rows = sqlx::query!(
        r#"select a.id as "id: AccountId", a.username, a.display_name, o.name as office
        from accounts a join offices o on o.id = a.office_id
        where a.role = 'steward' and a.password_hash is null and a.disabled_at is null and (not a.deputy or $1)
            and ($2::int[] is null or exists (select from groups g where g.office_id = o.id and g.path && $2))
        order by o.province nulls first, o.code, a.username"#,
        which.deputies,
        which.under.as_deref(),
    )
    .fetch_all(db)
    .await?;
    let show = |row: (AccountId, String, String, String)| Invitation {
        account: row.0,
        username: row.1,
        display_name: row.2,
        office: row.3,
        token: SecretString::default(),
    };
    Ok(rows.into_iter().map(|row| show((row.id, row.username, row.display_name, row.office))).collect())
}

async fn insert_accounts(
    db: &mut Connection,
    candidates: &[Candidate],
    by: &Actor,
    now: Timestamp,
) -> Result<Vec<Invitation>> {
    let taken = sqlx::query_scalar!("select username from accounts").fetch_all(&mut *db).await?;
    let mut taken: HashSet<String> = taken.into_iter().collect();
    let mut made = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let username = candidate.username(&taken);
        taken.insert(username.clone());
        made.push(Invitation {
            account: AccountId::new(now),
            username,
            display_name: candidate.display_name(),
            office: candidate.office.clone(),
            token: SecretString::default(),
        });
    }
    let ids: Vec<_> = made.iter().map(|invitation| invitation.account.0).collect();
    let names: Vec<String> = made.iter().map(|invitation| invitation.username.clone()).collect();
    let shown: Vec<String> = made.iter().map(|invitation| invitation.display_name.clone()).collect();
    let forms: Vec<String> = shown.iter().map(|name| compare_form(name)).collect();
    let offices: Vec<i32> = candidates.iter().map(|candidate| candidate.office_id.0).collect();
    let deputies: Vec<bool> = candidates.iter().map(|candidate| candidate.deputy).collect();
    let inserted = sqlx::query_scalar!(
        r#"insert into accounts (id, username, display_name, name_form, role, office_id, deputy, created_at)
        select id, name, shown, form, 'steward', office, deputy, $6
        from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::bool[], $7::text[])
            as row(id, name, shown, office, deputy, form)
        on conflict (username) do nothing returning id as "id: AccountId""#,
        &ids,
        &names,
        &shown,
        &offices,
        &deputies,
        now as Timestamp,
        &forms,
    )
    .fetch_all(&mut *db)
    .await?;
    let inserted: HashSet<AccountId> = inserted.into_iter().collect();
    // a name that somebody took a moment ago is left for the next invitation
    made.retain(|invitation| inserted.contains(&invitation.account));
    let subjects: Vec<String> = made.iter().map(|invitation| Actor::user(&invitation.username).to_string()).collect();
    sqlx::query!(
        "insert into audit (at, actor, act, subject, detail)
        select $1, $2, 'account_create', subject, '{\"role\": \"steward\", \"invited\": true}'
        from unnest($3::text[]) as subject",
        now as Timestamp,
        by as &Actor,
        &subjects,
    )
    .execute(db)
    .await?;
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(code: &str, deputy: bool) -> Candidate {
        let (office, title) = ("จังหวัดลำพูน".to_owned(), Some("ผู้ว่าราชการจังหวัดลำพูน".to_owned()));
        Candidate { office_id: OfficeId(7), deputy, code: code.to_owned(), office, title }
    }

    #[test]
    fn a_user_name_comes_from_the_offices_code_and_gets_a_number_where_it_is_taken() {
        let taken = HashSet::from(["lamphun".to_owned(), "lamphun-2".to_owned()]);
        assert_eq!(candidate("lamphun-commerce", false).username(&taken), "lamphun-commerce");
        assert_eq!(candidate("Lamphun", false).username(&taken), "lamphun-3");
        assert_eq!(candidate("lamphun", true).username(&taken), "lamphun.deputy");
        assert_eq!(candidate("ลพ-พาณิชย์", false).username(&taken), "office-7");
        let long = candidate(&"a".repeat(64), true).username(&taken);
        assert!(long.parse::<Username>().is_ok(), "{long}");
    }

    #[test]
    fn an_account_is_called_by_the_title_and_never_by_a_persons_name() {
        assert_eq!(candidate("x", false).display_name(), "ผู้ว่าราชการจังหวัดลำพูน");
        assert_eq!(candidate("x", true).display_name(), "ผู้ปฏิบัติหน้าที่แทนผู้ว่าราชการจังหวัดลำพูน");
        assert_eq!(Candidate { title: None, ..candidate("x", false) }.display_name(), "จังหวัดลำพูน");
    }
}
