//! The routes put together, with the layers around them.
//!
//! The paths and the acts they need stand in [`super::routes`]; here handlers are only added. What the document
//! describes is collected on the way.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use tower_http::csrf::CsrfLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

use super::access::authorize;
use super::api::{
    approval, bulletins, cascade, channel_check, channels, coordinators, cost, coverage, deliveries, deputies,
    dissemination_summary, disseminations, drafts, establishment, events, files, group_alerts, group_change, groups,
    images, local_authorities, new_group, offices, on_behalf, posters, profiles, publishing, register,
    register_entries, register_file, requests, retrying, status, steward_terms, submissions, topics, tree, waiting,
    webhook_failures,
};
use super::app::App;
use super::people::{self, require_session};
use super::{document, health, layers, pages, webhook};

/// What the API's paths begin with.
pub(super) const API: &str = "/api/v1";

/// Everything that is served to the public.
pub fn router(app: &App) -> Router {
    let (all, _) = all().split_for_parts();
    let api = all.route_layer(from_fn_with_state(app.clone(), authorize));
    let mut router = api.merge(undocumented()).merge(for_people(app));
    if !app.edge.private_metrics {
        router = router.route("/metrics", get(health::metrics));
    }
    layers::add_layers(router.with_state(app.clone()), &app.edge)
}

/// `/metrics` and the signs of life, for a listener that only the inside can reach.
pub fn metrics_router(app: &App) -> Router {
    let router = Router::new()
        .route("/metrics", get(health::metrics))
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz));
    layers::add_layers(router.with_state(app.clone()), &app.edge)
}

/// What the handlers declare of themselves.
pub(super) fn describe() -> OpenApi {
    let metrics = OpenApiRouter::<App>::new().routes(routes!(health::metrics));
    all().merge(metrics).into_openapi()
}

fn all() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(document::base())
        .nest(API, api())
        .routes(routes!(webhook::receive).layer(DefaultBodyLimit::max(webhook::BODY_LIMIT)))
        .routes(routes!(pages::public::show_bulletin))
        .routes(routes!(pages::image::show_image))
        .routes(routes!(pages::file::show_file))
        .routes(routes!(health::livez))
        .routes(routes!(health::readyz))
}

fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(bulletins::list_bulletins, drafts::create_bulletin))
        .routes(routes!(bulletins::get_bulletin, drafts::change_bulletin, drafts::delete_bulletin))
        .routes(routes!(publishing::forecast_bulletin))
        .routes(routes!(approval::submit_bulletin))
        .routes(routes!(approval::recall_bulletin))
        .routes(routes!(approval::approve_bulletin))
        .routes(routes!(approval::return_bulletin))
        .routes(routes!(publishing::test_bulletin))
        .routes(routes!(publishing::publish_bulletin))
        .routes(routes!(publishing::unschedule_bulletin))
        .routes(routes!(publishing::withdraw_bulletin))
        .routes(routes!(local_authorities::list_local_authorities))
        .routes(routes!(local_authorities::sum_local_authorities))
        .routes(routes!(status::get_status))
        .routes(routes!(events::follow_bulletin))
        .routes(routes!(events::follow_all))
        .routes(routes!(deliveries::list_bulletin_deliveries))
        .routes(routes!(cascade::forward_bulletin))
        .routes(routes!(cascade::decline_bulletin))
        .routes(routes!(cascade::undecline_bulletin))
        .routes(routes!(on_behalf::report_bulletin))
        .routes(routes!(retrying::retry_bulletin))
        .routes(routes!(images::upload_image))
        .routes(routes!(deliveries::list_changes))
        .routes(routes!(deliveries::get_delivery))
        .routes(routes!(retrying::retry_delivery))
        .routes(routes!(groups::list_groups, new_group::add_group))
        .routes(routes!(groups::get_group, group_change::change_group))
        .routes(routes!(group_change::make_join_code))
        .routes(routes!(deputies::name_deputy))
        .routes(routes!(deputies::end_deputy))
        .routes(routes!(steward_terms::list_steward_terms, steward_terms::name_steward))
        .routes(routes!(steward_terms::end_steward))
        .routes(routes!(steward_terms::cancel_steward))
        .routes(routes!(tree::download_tree))
        .routes(routes!(tree::list_tree_uploads, tree::upload_tree))
        .routes(routes!(tree::get_tree_upload))
        .routes(routes!(tree::apply_tree_upload))
        .routes(routes!(tree::undo_tree_upload))
        .routes(routes!(waiting::list_waiting))
        .routes(routes!(waiting::get_waiting))
        .routes(routes!(offices::list_offices))
        .routes(routes!(offices::get_office))
        .routes(routes!(profiles::get_office_profile, profiles::put_office_profile))
        .routes(routes!(channels::list_channels))
        .routes(routes!(channels::get_channel, channels::change_channel))
        .routes(routes!(channel_check::check_channel))
        .routes(routes!(channels::park_channel))
        .routes(routes!(channels::resume_channel))
        .routes(routes!(group_alerts::list_group_alerts))
        .routes(routes!(group_alerts::see_group_alert))
        .routes(routes!(webhook_failures::list_webhook_failures))
        .routes(routes!(webhook_failures::retry_webhook_failure))
        .routes(routes!(channels::set_budget))
        .routes(routes!(channels::open_reserve))
        .routes(routes!(coverage::get_coverage))
        .routes(routes!(cost::get_cost))
        .routes(routes!(pages::docs::get_document))
        .merge(office_work())
}

/// What the letters ask of offices besides reading.
fn office_work() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register::list_register, register_entries::receive_letter))
        .routes(routes!(register_file::get_register_file))
        .routes(routes!(register::list_register_years))
        .routes(routes!(register::close_register_year))
        .routes(routes!(register::choose_register_rule))
        .routes(routes!(register::get_register_entry))
        .routes(routes!(register_entries::endorse_entry))
        .routes(routes!(coordinators::list_coordinators, coordinators::name_coordinator))
        .routes(routes!(coordinators::import_coordinators))
        .routes(routes!(coordinators::get_coordinator))
        .routes(routes!(coordinators::end_coordinator))
        .routes(routes!(coordinators::get_personal_data))
        .routes(routes!(requests::list_requests))
        .routes(routes!(requests::summarize_requests))
        .routes(routes!(requests::get_request))
        .routes(routes!(requests::finish_request))
        .routes(routes!(requests::reject_request))
        .routes(routes!(disseminations::list_disseminations, disseminations::record_dissemination))
        .routes(routes!(dissemination_summary::sum_disseminations))
        .routes(routes!(disseminations::get_dissemination))
        .routes(routes!(disseminations::get_dissemination_picture))
        .routes(routes!(disseminations::replace_dissemination))
        .routes(routes!(files::upload_file))
        .routes(routes!(submissions::list_submissions, submissions::send_submission))
        .routes(routes!(topics::list_topics, topics::change_topic))
        .routes(routes!(submissions::get_submission))
        .routes(routes!(submissions::get_submitted_file))
        .routes(routes!(posters::list_posters))
        .routes(routes!(posters::mark_poster))
        .routes(routes!(submissions::send_submission_again))
        .routes(routes!(submissions::check_submission))
        .routes(routes!(submissions::propose_submission))
        .routes(routes!(submissions::return_submission))
        .routes(routes!(submissions::accept_submission))
        .routes(routes!(establishment::get_establishment_board))
        .routes(routes!(establishment::get_establishment))
        .routes(routes!(establishment::declare_groups))
        .routes(routes!(establishment::verify_groups))
        .routes(routes!(establishment::report_establishment))
        .routes(routes!(establishment::note_paper))
        .routes(routes!(establishment::note_own_mail))
        .routes(routes!(establishment::resend_report))
}

/// What people use who sign in: by session, guarded by the table of routes, and closed to forms of other sites.
fn for_people(app: &App) -> Router<App> {
    let origin = app.settings.public_url.as_str();
    let csrf = CsrfLayer::new();
    // behind a proxy that changes the host, the address that people know is still ours
    let csrf = csrf.clone().add_trusted_origin(origin).unwrap_or(csrf);
    let pages = pages::people::routes()
        .merge(pages::account::routes())
        .merge(pages::steward::routes())
        .merge(pages::compose::routes())
        .merge(pages::board::routes())
        .merge(pages::cost::routes())
        .merge(pages::register::routes())
        .merge(pages::accounts::routes())
        .merge(pages::join_slips::routes())
        .merge(pages::tree::routes())
        .merge(pages::keys::routes())
        .merge(pages::coordinators::routes())
        .merge(pages::processing::routes())
        .merge(pages::profiles::routes())
        .merge(pages::requests::routes())
        .merge(pages::submissions::routes())
        .merge(pages::status::routes())
        .merge(pages::dissemination::routes())
        .merge(pages::local_authorities::routes())
        .merge(pages::establishment::routes())
        .merge(pages::audit::routes());
    pages.route_layer(from_fn_with_state(app.clone(), require_session)).layer(people::layer(app)).layer(csrf)
}

/// Pages that are no part of the API.
fn undocumented() -> Router<App> {
    Router::new()
        .route("/", get(pages::landing::show))
        .route("/heard", get(pages::heard::show))
        .route("/posters", get(pages::posters::show_posters))
        .route("/docs", get(pages::docs::show))
        .route("/openapi.json", get(pages::docs::get_document))
        .route("/assets/{file}", get(pages::assets::serve))
        .route("/favicon.ico", get(pages::assets::serve_icon))
}
