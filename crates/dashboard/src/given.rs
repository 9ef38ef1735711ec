//! What templates are given: values by name, kept so that a template finds them quickly. A page asks for its values some
//! thousand times; sorted maps of texts, which is what serializing makes, were most of what the list took.

use std::collections::HashMap;
use std::sync::Arc;

use minijinja::value::{Object, Value};

/// The values of a page by their names.
#[derive(Debug, Default)]
pub(crate) struct Given(HashMap<String, Value>);

impl Given {
    /// Adds a value that is a template's own already.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    /// Adds all of the other's; its values win.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl From<serde_json::Value> for Given {
    fn from(context: serde_json::Value) -> Self {
        let serde_json::Value::Object(context) = context else {
            return Self::default();
        };
        let values = context.into_iter();
        Self(
            values
                .map(|(name, value)| (name, Value::from_serialize(value)))
                .collect(),
        )
    }
}

impl Object for Given {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.0.get(key).cloned()
    }
}

/// The values of one of many things alike, such as a row: so few that looking along them is the quickest.
#[derive(Debug)]
pub(crate) struct Few<const N: usize>(pub [(&'static str, Value); N]);

impl<const N: usize> Few<N> {
    /// The same as a value.
    pub fn value(self) -> Value {
        Value::from_object(self)
    }
}

impl<const N: usize> Object for Few<N> {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let found = self.0.iter().find(|(name, _)| *name == key);
        found.map(|(_, value)| value.clone())
    }
}
