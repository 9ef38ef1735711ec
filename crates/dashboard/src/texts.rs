//! The words of every page, in each language, and the templates that use them. `t("key", name=value)` says a message in
//! the language of the page; a key that is missing is an error, which a test finds.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use minijinja::value::{Kwargs, Value};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};

use crate::assets::{ASSETS, CONSOLE};
use crate::badges;

/// The languages of the pages, the first being the one for everybody else.
pub(crate) const LANGUAGES: [&str; 2] = ["en", "fr"];

/// The messages of each language, in the order of [`LANGUAGES`].
const SOURCES: [&[&str]; 2] = [
    &[
        include_str!("../locales/en/pages.ftl"),
        include_str!("../locales/en/order.ftl"),
        include_str!("../locales/en/told.ftl"),
        include_str!("../locales/en/live.ftl"),
        include_str!("../locales/en/mails.ftl"),
        include_str!("../locales/en/list.ftl"),
        include_str!("../locales/en/settings.ftl"),
        include_str!("../locales/en/deliveries.ftl"),
        include_str!("../locales/en/webhooks.ftl"),
        include_str!("../locales/en/second_factor.ftl"),
        include_str!("../locales/en/payments.ftl"),
        include_str!("../locales/en/waiting.ftl"),
        include_str!("../locales/en/refunds.ftl"),
        include_str!("../locales/en/console.ftl"),
        include_str!("../locales/en/places.ftl"),
        include_str!("../locales/en/customs.ftl"),
    ],
    &[
        include_str!("../locales/fr/pages.ftl"),
        include_str!("../locales/fr/order.ftl"),
        include_str!("../locales/fr/told.ftl"),
        include_str!("../locales/fr/live.ftl"),
        include_str!("../locales/fr/mails.ftl"),
        include_str!("../locales/fr/list.ftl"),
        include_str!("../locales/fr/settings.ftl"),
        include_str!("../locales/fr/deliveries.ftl"),
        include_str!("../locales/fr/webhooks.ftl"),
        include_str!("../locales/fr/second_factor.ftl"),
        include_str!("../locales/fr/payments.ftl"),
        include_str!("../locales/fr/waiting.ftl"),
        include_str!("../locales/fr/refunds.ftl"),
        include_str!("../locales/fr/console.ftl"),
        include_str!("../locales/fr/places.ftl"),
        include_str!("../locales/fr/customs.ftl"),
    ],
];

/// Every template by its name.
const TEMPLATES: &[(&str, &str)] = &[
    ("base.html", include_str!("../templates/base.html")),
    ("parts.html", include_str!("../templates/parts.html")),
    ("icons.html", include_str!("../templates/icons.html")),
    ("alone.html", include_str!("../templates/alone.html")),
    ("console.html", include_str!("../templates/console.html")),
    ("sign_in.html", include_str!("../templates/sign_in.html")),
    (
        "sign_in_code.html",
        include_str!("../templates/sign_in_code.html"),
    ),
    (
        "second_factor.html",
        include_str!("../templates/second_factor.html"),
    ),
    ("outbox.html", include_str!("../templates/outbox.html")),
    ("letter.html", include_str!("../templates/letter.html")),
    ("plain.html", include_str!("../templates/plain.html")),
    ("emails.html", include_str!("../templates/emails.html")),
    ("email.html", include_str!("../templates/email.html")),
    (
        "password_forgotten.html",
        include_str!("../templates/password_forgotten.html"),
    ),
    (
        "password_new.html",
        include_str!("../templates/password_new.html"),
    ),
    ("orders.html", include_str!("../templates/orders.html")),
    ("refunds.html", include_str!("../templates/refunds.html")),
    (
        "refund_settle.html",
        include_str!("../templates/refund_settle.html"),
    ),
    (
        "reconciliation.html",
        include_str!("../templates/reconciliation.html"),
    ),
    (
        "orders_table.html",
        include_str!("../templates/orders_table.html"),
    ),
    ("views.html", include_str!("../templates/views.html")),
    (
        "view_delete.html",
        include_str!("../templates/view_delete.html"),
    ),
    ("chosen.html", include_str!("../templates/chosen.html")),
    (
        "chosen_refused.html",
        include_str!("../templates/chosen_refused.html"),
    ),
    ("print.html", include_str!("../templates/print.html")),
    ("waiting.html", include_str!("../templates/waiting.html")),
    ("order.html", include_str!("../templates/order.html")),
    ("cancel.html", include_str!("../templates/cancel.html")),
    ("refund.html", include_str!("../templates/refund.html")),
    ("capture.html", include_str!("../templates/capture.html")),
    (
        "settings_places.html",
        include_str!("../templates/settings_places.html"),
    ),
    (
        "settings_place.html",
        include_str!("../templates/settings_place.html"),
    ),
    (
        "settings_payments.html",
        include_str!("../templates/settings_payments.html"),
    ),
    ("number.html", include_str!("../templates/number.html")),
    ("address.html", include_str!("../templates/address.html")),
    ("tracking.html", include_str!("../templates/tracking.html")),
    (
        "preferences.html",
        include_str!("../templates/preferences.html"),
    ),
    ("message.html", include_str!("../templates/message.html")),
    ("settings.html", include_str!("../templates/settings.html")),
    (
        "settings_team.html",
        include_str!("../templates/settings_team.html"),
    ),
    (
        "settings_roles.html",
        include_str!("../templates/settings_roles.html"),
    ),
    (
        "settings_role.html",
        include_str!("../templates/settings_role.html"),
    ),
    (
        "settings_keys.html",
        include_str!("../templates/settings_keys.html"),
    ),
    (
        "settings_organization.html",
        include_str!("../templates/settings_organization.html"),
    ),
    (
        "settings_fees.html",
        include_str!("../templates/settings_fees.html"),
    ),
    (
        "settings_customs.html",
        include_str!("../templates/settings_customs.html"),
    ),
    (
        "settings_policies.html",
        include_str!("../templates/settings_policies.html"),
    ),
    (
        "settings_log.html",
        include_str!("../templates/settings_log.html"),
    ),
    (
        "settings_deliveries.html",
        include_str!("../templates/settings_deliveries.html"),
    ),
    (
        "settings_webhooks.html",
        include_str!("../templates/settings_webhooks.html"),
    ),
    (
        "settings_webhook.html",
        include_str!("../templates/settings_webhook.html"),
    ),
    (
        "settings_webhook_new.html",
        include_str!("../templates/settings_webhook_new.html"),
    ),
    (
        "settings_webhook_form.html",
        include_str!("../templates/settings_webhook_form.html"),
    ),
    (
        "settings_webhook_attempt.html",
        include_str!("../templates/settings_webhook_attempt.html"),
    ),
    (
        "settings_delivery.html",
        include_str!("../templates/settings_delivery.html"),
    ),
    (
        "settings_sure.html",
        include_str!("../templates/settings_sure.html"),
    ),
    (
        "invitation.html",
        include_str!("../templates/invitation.html"),
    ),
];

static BUNDLES: LazyLock<BTreeMap<&'static str, FluentBundle<FluentResource>>> =
    LazyLock::new(|| {
        let bundle = |(language, sources): (&'static str, &[&str])| {
            let id = language.parse().expect("the languages are tags");
            let mut bundle = FluentBundle::new_concurrent(vec![id]);
            // The marks would show in attributes and in tests; no text here mixes directions within a line.
            bundle.set_use_isolating(false);
            for source in sources {
                let resource = FluentResource::try_new((*source).to_owned());
                bundle
                    .add_resource(resource.expect("a test reads every message"))
                    .expect("a test finds messages that are there twice");
            }
            (language, bundle)
        };
        LANGUAGES.into_iter().zip(SOURCES).map(bundle).collect()
    });

/// A message in a language; none where there is no such message.
pub(crate) fn message(language: &str, key: &str, args: &FluentArgs<'_>) -> Option<String> {
    let bundle = BUNDLES
        .get(language)
        .or_else(|| BUNDLES.get(LANGUAGES[0]))?;
    let pattern = bundle.get_message(key)?.value()?;
    let mut problems = Vec::new();
    let text = bundle.format_pattern(pattern, Some(args), &mut problems);
    if !problems.is_empty() {
        tracing::error!(key, ?problems, "a message lacks something it says");
    }
    Some(text.into_owned())
}

/// A message with texts in it; the key itself where there is none, which a test finds.
pub(crate) fn say(language: &str, key: &str, args: &[(&'static str, String)]) -> String {
    let mut fluent = FluentArgs::new();
    for (name, value) in args {
        fluent.set(*name, value.clone());
    }
    message(language, key, &fluent).unwrap_or_else(|| key.to_owned())
}

/// The templates in a language, with what they may call.
pub(crate) fn environment(language: &'static str) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, source) in TEMPLATES.iter().copied() {
        environment
            .add_template(name, source)
            .expect("a test renders every template");
    }
    let plain = plain(language);
    environment.add_function("t", move |key: &str, values: Kwargs| match plain.get(key) {
        Some(text) => Ok(text.clone()),
        None => translate(language, key, &values),
    });
    badges::add_to(&mut environment, language);
    environment.add_global("language", language);
    for (global, ending) in [("styles", ".css"), ("scripts", ".js")] {
        let names: Vec<&str> = ASSETS
            .iter()
            .map(|asset| asset.name.as_str())
            .filter(|name| name.ends_with(ending))
            .collect();
        let (console, pages): (Vec<&str>, Vec<&str>) =
            names.iter().partition(|name| name.starts_with(CONSOLE));
        environment.add_global(global, Value::from_serialize(pages));
        environment.add_global(format!("console_{global}"), Value::from_serialize(console));
    }
    environment
}

/// The messages that say the same always, which are most: templates get them as they stand.
fn plain(language: &'static str) -> HashMap<&'static str, Value> {
    let sources = LANGUAGES.into_iter().zip(SOURCES);
    let sources = sources.filter(|(of, _)| *of == language);
    let lines = sources.flat_map(|(_, sources)| sources.iter().flat_map(|source| source.lines()));
    let messages = lines.filter_map(|line| line.split_once(" = "));
    let plain = messages.filter(|(key, pattern)| !key.starts_with('#') && !pattern.contains('{'));
    plain
        .map(|(key, pattern)| (key, Value::from(pattern.trim())))
        .collect()
}

fn translate(language: &str, key: &str, values: &Kwargs) -> Result<Value, Error> {
    let mut args = FluentArgs::new();
    for name in values.args().collect::<Vec<_>>() {
        let value: Value = values.get(name)?;
        let value = match i64::try_from(value.clone()) {
            Ok(number) => FluentValue::from(number),
            Err(_) => FluentValue::from(value.to_string()),
        };
        args.set(name.to_owned(), value);
    }
    message(language, key, &args)
        .map(Value::from)
        .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("no message {key}")))
}

/// The language of a page: the person's, else the first of the browser's that we speak.
pub(crate) fn language(preferred: Option<&str>, accepted: &str) -> &'static str {
    let wanted = preferred.into_iter().chain(
        accepted
            .split(',')
            .map(|one| one.split(';').next().unwrap_or_default().trim()),
    );
    wanted
        .filter_map(|tag| {
            let primary = tag
                .split('-')
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase();
            LANGUAGES.into_iter().find(|known| *known == primary)
        })
        .next()
        .unwrap_or(LANGUAGES[0])
}
