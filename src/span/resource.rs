//! Who speaks: the resource and the instrumentation scope of every span.

use super::{Attribute, Attributes};

/// The instrumentation scope.
pub const SCOPE_NAME: &str = "moda-agent";
/// Its version, this program's.
pub const SCOPE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// What all spans of a run share. No host, user or path is in it unless the caller names one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    /// `service.name`.
    pub service_name: String,
    /// `deployment.environment.name`.
    pub environment: Option<String>,
    /// Further attributes, from `OTEL_RESOURCE_ATTRIBUTES`; those above win over them.
    pub others: Vec<(String, String)>,
}

impl Resource {
    /// The attributes, each key once.
    #[must_use]
    pub fn attributes(&self) -> Vec<Attribute> {
        let mut attributes = Attributes::default();
        attributes.text("service.name", &self.service_name);
        attributes.text("telemetry.sdk.language", "rust");
        attributes.text_if("deployment.environment.name", self.environment.as_deref());
        let own = attributes.into_vec();
        let mut attributes = Attributes::default();
        for (index, (key, value)) in self.others.iter().enumerate() {
            let is_set = own.iter().any(|attribute| attribute.key == *key);
            let is_later = self.others.iter().skip(index + 1).any(|(later, _)| later == key);
            if !is_set && !is_later {
                attributes.text(key, value);
            }
        }
        own.into_iter().chain(attributes.into_vec()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_once_and_the_named_ones_win() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let resource = Resource {
            service_name: "mine".to_owned(),
            environment: None,
            others: vec![pair("service.name", "other"), pair("team", "a"), pair("team", "b")],
        };
        let attributes = resource.attributes();
        let shown: Vec<_> =
            attributes.iter().map(|attribute| format!("{}={:?}", attribute.key, attribute.value)).collect();
        let expected = ["service.name=Text(\"mine\")", "telemetry.sdk.language=Text(\"rust\")", "team=Text(\"b\")"];
        assert_eq!(shown, expected);
    }
}
