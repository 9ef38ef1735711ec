//! Two people on the same field: what it was when the form was opened, what it is now, what was typed, and the choice.
//!
//! A form carries `was_FIELD` beside each field. Where both changed it, it comes back with `opened_FIELD` and asks for
//! `keep_FIELD`: `theirs` or `mine`. A field that only the other changed is shown as it is now.

use std::collections::BTreeMap;

use axum::response::Response;
use domain::address::FIELDS;
use domain::event::{AddressKind, Event, EventKind};
use domain::order::Order;
use engine::activity::{Wanted, activity};
use engine::permit::ViewOrders;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::visitor::Visitor;

/// How many corrections are looked at for who made one.
const LOOKED_AT: u32 = 50;

/// What a form brings, by name.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Typed {
    #[serde(flatten)]
    fields: BTreeMap<String, String>,
}

impl Typed {
    fn get(&self, prefix: &str, name: &str) -> Option<&str> {
        self.fields
            .get(&format!("{prefix}{name}"))
            .map(String::as_str)
    }

    /// What the field was when the form was made.
    pub fn was(&self, name: &str) -> &str {
        self.get("was_", name).unwrap_or_default()
    }

    /// What the field is to be: what was typed, or what the other made of it where that was chosen.
    pub fn yours(&self, name: &str) -> &str {
        match self.get("keep_", name) {
            Some("theirs") => self.was(name),
            _ => self.get("", name).unwrap_or_default(),
        }
    }

    /// Whether a choice was asked for and not made.
    fn is_undecided(&self, name: &str) -> bool {
        self.get("opened_", name).is_some() && self.get("keep_", name).is_none()
    }

    /// Whether any choice was asked for and not made.
    pub fn is_any_undecided(&self) -> bool {
        self.fields
            .keys()
            .filter_map(|key| key.strip_prefix("opened_"))
            .any(|name| self.is_undecided(name))
    }

    /// Whether the other's value was chosen for some field.
    pub fn keeps_theirs(&self) -> bool {
        self.fields
            .iter()
            .any(|(key, value)| key.starts_with("keep_") && value == "theirs")
    }
}

/// Who corrected an order last, for the fields that clash.
pub(crate) struct Others<'a> {
    visitor: &'a Visitor,
    events: Vec<Event>,
}

impl<'a> Others<'a> {
    /// Reads the newest corrections of an order.
    ///
    /// # Errors
    /// The database; no permission to see the order.
    pub async fn of(visitor: &'a Visitor, order: &Order) -> Result<Others<'a>, Response> {
        let permit = visitor.permit::<ViewOrders>()?;
        let wanted = Wanted {
            kinds: &["number_changed", "address_changed"],
            before: None,
            limit: LOOKED_AT,
        };
        let events = activity(&visitor.app.desk, &permit, order, &wanted)
            .await
            .map_err(|failure| visitor.failed(&failure))?;
        Ok(Self { visitor, events })
    }

    /// A field of a form as its template shows it, with what it is on the order now.
    pub fn field(&self, which: Option<AddressKind>, typed: &Typed, name: &str, now: &str) -> Value {
        let (was, yours) = (typed.was(name), typed.yours(name));
        let is_clash = was != yours && now != yours && (was != now || typed.is_undecided(name));
        if !is_clash {
            let value = if was == yours { now } else { yours };
            return json!({"name": name, "value": value, "was": now, "clash": null});
        }
        let by = self
            .events
            .iter()
            .find(|event| is_about(event, which, name));
        let told = by.map(|event| {
            let at = self.visitor.formats.moment(event.at);
            [("name", self.visitor.named(&event.by)), ("at", at)]
        });
        json!({
            "name": name,
            "value": yours,
            "was": now,
            "clash": {
                "opened": typed.get("opened_", name).unwrap_or(was),
                "by": told.map(|told| self.visitor.say("clash-by", &told)),
            },
        })
    }
}

/// Whether an event changed this field.
fn is_about(event: &Event, which: Option<AddressKind>, name: &str) -> bool {
    match (&event.kind, which) {
        (EventKind::NumberChanged { .. }, None) => true,
        (EventKind::AddressChanged { which, from, to }, Some(wanted)) if *which == wanted => FIELDS
            .iter()
            .filter(|field| field.name == name)
            .any(|field| (field.get)(from) != (field.get)(to)),
        _ => false,
    }
}

/// Whether any of these fields clashes.
pub(crate) fn is_any_clash(fields: &[Value]) -> bool {
    fields.iter().any(|field| !field["clash"].is_null())
}
