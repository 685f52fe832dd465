//! The REST API, one file per resource or group of acts; what they are called and need stands in [`super::routes`].
//!
//! A handler loads, checks, changes and answers. What people see of a row is a type of its own, beside the handler or, where
//! pages show the same, in [`super::view`], so that the API does not change when a table does.

pub mod approval;
pub(super) mod attachment_fields;
pub mod bulletins;
pub mod cascade;
pub mod channel_check;
pub mod channels;
pub mod coordinators;
pub mod cost;
pub mod coverage;
pub mod deliveries;
pub mod deputies;
pub mod dissemination_summary;
pub mod disseminations;
pub(super) mod draft_fields;
pub mod draft_input;
mod draft_schema;
pub mod drafts;
pub mod establishment;
pub mod events;
pub mod files;
pub mod group_alerts;
pub mod group_change;
pub mod groups;
pub mod images;
pub mod local_authorities;
pub mod new_group;
pub mod offices;
pub mod on_behalf;
pub mod posters;
pub mod profiles;
pub mod publishing;
pub mod register;
pub mod register_entries;
pub mod register_file;
pub(super) mod request_fields;
pub mod requests;
pub mod retrying;
pub mod status;
pub mod steward_terms;
pub mod submissions;
pub mod topics;
pub mod tree;
pub mod waiting;
pub mod webhook_failures;
