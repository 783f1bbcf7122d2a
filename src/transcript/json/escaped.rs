//! A text that is unescaped when somebody asks for it. Most of what models say is only measured.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::BorrowedBytesDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, SeqAccess, Visitor};

use super::reader::GaveUp;
use super::string::Scanned;
use super::unescape::unescape;
use crate::transcript::lenient::{AnyVisitor, Lenient};

/// By this name a text is asked for as it stands in the line.
pub(super) const NAME: &str = "a text as it stands in the line";

/// A text, escaped or not.
#[derive(Clone)]
pub struct Escaped<'a>(Form<'a>);

#[derive(Clone)]
enum Form<'a> {
    Plain(Cow<'a, str>),
    /// What stands between the quotes, UTF-8 with the escapes of JSON; and its length without them.
    Escaped(&'a [u8], usize),
}

impl<'a> Escaped<'a> {
    /// A text that is not escaped.
    #[must_use]
    pub fn plain(text: impl Into<Cow<'a, str>>) -> Self {
        Self(Form::Plain(text.into()))
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match &self.0 {
            Form::Plain(text) => Cow::Borrowed(text),
            Form::Escaped(inside, length) => read(inside, *length),
        }
    }

    /// The text, given away.
    #[must_use]
    pub fn into_text(self) -> Cow<'a, str> {
        match self.0 {
            Form::Plain(text) => text,
            Form::Escaped(inside, length) => read(inside, length),
        }
    }

    /// Its length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Form::Plain(text) => text.len(),
            Form::Escaped(_, length) => *length,
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn read(inside: &[u8], length: usize) -> Cow<'_, str> {
    if inside.len() == length {
        return Cow::Borrowed(std::str::from_utf8(inside).unwrap_or_default());
    }
    Cow::Owned(unescape(inside, length).unwrap_or_default())
}

impl PartialEq for Escaped<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(formatter)
    }
}

impl<'de> Lenient<'de> for Option<Escaped<'de>> {
    fn from_text(text: Cow<'de, str>) -> Self {
        Some(Escaped::plain(text))
    }
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_escaped(deserializer)
    }
}

/// Reads what is made of a text in this form.
pub(in crate::transcript) fn read_escaped<'de, T: Lenient<'de> + From<Escaped<'de>>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_newtype_struct(NAME, EscapedVisitor(PhantomData))
}

struct EscapedVisitor<T>(PhantomData<T>);

impl<'de, T: Lenient<'de> + From<Escaped<'de>>> Visitor<'de> for EscapedVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }
    /// The reader's own form, see [`Unread`].
    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<T, A::Error> {
        let inside = parts.next_element::<&[u8]>()?.unwrap_or_default();
        let length = parts.next_element::<usize>()?.unwrap_or_default();
        Ok(Escaped(Form::Escaped(inside, length)).into())
    }
    /// What is no text; and `serde_json` does not know the name, and reads whatever there is.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(AnyVisitor(PhantomData))
    }
}

/// A text that the reader leaves as it is, as two elements: what stands between the quotes, and its
/// length without escapes.
pub(super) struct Unread<'de> {
    inside: Option<&'de [u8]>,
    length: usize,
}

impl<'de> Unread<'de> {
    /// Of a string that was scanned. Escapes that are numbers are rare, and unescaped here, for only
    /// that tells whether they stand for characters.
    pub(super) fn of(inside: &'de [u8], scanned: Scanned) -> Result<Self, GaveUp> {
        let length = match scanned.units {
            0 => inside.len() - scanned.escapes,
            _ => unescape(inside, inside.len()).ok_or(GaveUp)?.len(),
        };
        Ok(Self { inside: Some(inside), length })
    }
}

impl<'de> SeqAccess<'de> for Unread<'de> {
    type Error = GaveUp;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, GaveUp> {
        match self.inside.take() {
            Some(inside) => seed.deserialize(BorrowedBytesDeserializer::new(inside)).map(Some),
            None => seed.deserialize(self.length.into_deserializer()).map(Some),
        }
    }
}
