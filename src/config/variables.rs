//! The environment.

use percent_encoding::percent_decode_str;

/// Looks a variable up; an empty one counts as absent, as OpenTelemetry wants it.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The variable for traces, else the one for all signals, with its name.
pub(super) fn otel(variables: Variables<'_>, name: &str) -> Option<(String, String)> {
    let names = [format!("OTEL_EXPORTER_OTLP_TRACES_{name}"), format!("OTEL_EXPORTER_OTLP_{name}")];
    names.into_iter().find_map(|name| variables(&name).map(|value| (name, value)))
}

/// `key=value,key=value`, percent-encoded, as OpenTelemetry writes headers and resources.
pub(super) fn pairs(list: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(text.trim()).decode_utf8_lossy().into_owned();
    let pairs = list.split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (decode(key), decode(value))).filter(|(key, _)| !key.is_empty()).collect()
}
