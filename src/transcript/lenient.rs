//! Reading JSON that promises nothing: a value of the wrong type counts as absent.
//!
//! Claude Code's transcripts change type and shape between versions, so one odd field must
//! never cost a record. [`Any`] accepts every JSON value; a type says through [`Lenient`]
//! which kinds of value mean something to it, and the rest becomes its default.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::number::Excess;

/// What a JSON value of each kind means to a type; by default nothing.
pub(crate) trait Lenient<'de>: Default {
    fn from_text(_text: Cow<'de, str>) -> Self {
        Self::default()
    }
    fn from_number(_number: u64) -> Self {
        Self::default()
    }
    fn from_flag(_flag: bool) -> Self {
        Self::default()
    }
    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
    fn from_array<A: SeqAccess<'de>>(mut array: A) -> Result<Self, A::Error> {
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor(PhantomData))
    }
    /// What of it was too much to be taken as it stands.
    fn excess(&self) -> Excess {
        Excess::default()
    }
}

/// Any JSON value, read as a `T`.
pub(crate) struct Any<T>(pub(crate) T);

impl<'de, T: Lenient<'de>> Deserialize<'de> for Any<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Any)
    }
}

pub(super) struct AnyVisitor<T>(pub(super) PhantomData<T>);

impl<'de, T: Lenient<'de>> Visitor<'de> for AnyVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }
    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }
    fn visit_bool<E>(self, flag: bool) -> Result<T, E> {
        Ok(T::from_flag(flag))
    }
    fn visit_u64<E>(self, number: u64) -> Result<T, E> {
        Ok(T::from_number(number))
    }
    fn visit_i64<E>(self, _negative: i64) -> Result<T, E> {
        Ok(T::default())
    }
    fn visit_f64<E>(self, number: f64) -> Result<T, E> {
        Ok(whole(number).map_or_else(T::default, T::from_number))
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<T, E> {
        Ok(T::from_text(Cow::Borrowed(text)))
    }
    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::from_text(Cow::Owned(text.to_owned())))
    }
    fn visit_string<E>(self, text: String) -> Result<T, E> {
        Ok(T::from_text(Cow::Owned(text)))
    }
    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<T, A::Error> {
        T::from_object(object)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<T, A::Error> {
        T::from_array(array)
    }
}

/// A count written as a float (`12.0`), or the largest where it is beyond `u64`; nothing where it is
/// negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it floors and saturates")]
fn whole(number: f64) -> Option<u64> {
    (number >= 0.0).then_some(number as u64)
}

impl<'de> Lenient<'de> for Option<Cow<'de, str>> {
    fn from_text(text: Cow<'de, str>) -> Self {
        Some(text)
    }
}

impl Lenient<'_> for bool {
    fn from_flag(flag: bool) -> Self {
        flag
    }
}

impl<'de, T: Lenient<'de>> Lenient<'de> for Option<Box<T>> {
    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        T::from_object(object).map(|value| Some(Box::new(value)))
    }
    fn excess(&self) -> Excess {
        self.as_deref().map(T::excess).unwrap_or_default()
    }
}

/// The name of a field, which is compared: bytes are enough. What is read is UTF-8.
pub(crate) struct Key<'a>(pub(crate) Cow<'a, [u8]>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(KeyVisitor).map(Self)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Cow<'de, [u8]>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }
    fn visit_borrowed_bytes<E>(self, key: &'de [u8]) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }
    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key.as_bytes()))
    }
    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.as_bytes().to_vec()))
    }
}

/// Declares a struct that is read leniently from a JSON object: unknown keys are passed over,
/// of a repeated key the last one counts, a value of another type counts as absent.
macro_rules! object {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$doc:meta])* $field:ident: $type:ty = $key:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name<'a> {
            $($(#[$doc])* pub $field: $type,)*
            marker: std::marker::PhantomData<&'a ()>,
        }

        impl<'a> $crate::transcript::lenient::Lenient<'a> for $name<'a> {
            fn from_object<A: serde::de::MapAccess<'a>>(mut object: A) -> Result<Self, A::Error> {
                use $crate::transcript::lenient::{Any, Key};
                let mut this = Self::default();
                while let Some(Key(key)) = object.next_key::<Key<'a>>()? {
                    match key.as_ref() {
                        $($key => this.$field = object.next_value::<Any<$type>>()?.0,)*
                        _ => { object.next_value::<serde::de::IgnoredAny>()?; }
                    }
                }
                Ok(this)
            }
            fn excess(&self) -> $crate::transcript::number::Excess {
                use $crate::transcript::number::Excess;
                Excess::default() $(| $crate::transcript::lenient::Lenient::excess(&self.$field))*
            }
        }
    };
}
pub(crate) use object;
