//! What a session looks like: spans, their ids and attributes.
//!
//! A convention decides names and attributes; each has a file of its own. Sees sessions and no
//! JSON, and knows nothing of how spans travel.

pub mod claude_code;
mod facts;
pub mod genai;
mod harmless;
mod identity;
mod ids;
mod json;
pub mod keys;
mod launched;
mod messages;
pub mod moda;
mod model;
pub mod openinference;
mod projection;
mod redact;
mod resource;
mod scene;
mod times;
mod traced;
mod tree;

pub use identity::Identity;
pub use ids::{SpanId, TraceId, turn_keys};
pub(crate) use model::Attributes;
pub use model::{Attribute, Span, SpanEvent, SpanKind, Status, Value};
pub use projection::{Content, Convention, Detail, Projection};
pub use resource::{Resource, SCOPE_NAME, SCOPE_VERSION};
