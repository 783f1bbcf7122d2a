//! What stands in objects and arrays, as `serde` wants it.

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::reader::{GaveUp, Reader};
use super::string::Scanned;
use super::unescape::unescape;

/// What stands in an object or an array.
pub(super) struct Parts<'r, 'de> {
    reader: &'r mut Reader<'de>,
    is_first: bool,
}

impl<'r, 'de> Parts<'r, 'de> {
    /// Steps over the opening bracket.
    pub(super) fn of(reader: &'r mut Reader<'de>) -> Self {
        reader.step();
        Self { reader, is_first: true }
    }

    /// Goes to the next part; says whether there is none.
    #[inline]
    fn ends(&mut self, end: u8) -> Result<bool, GaveUp> {
        match self.reader.next_sign() {
            Some(sign) if sign == end => self.reader.step(),
            _ if std::mem::take(&mut self.is_first) => return Ok(false),
            Some(b',') => {
                self.reader.step();
                return Ok(false);
            }
            _ => return Err(GaveUp),
        }
        Ok(true)
    }
}

impl<'de> MapAccess<'de> for Parts<'_, 'de> {
    type Error = GaveUp;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, GaveUp> {
        if self.ends(b'}')? {
            return Ok(None);
        }
        self.reader.next_sign();
        let (inside, scanned) = self.reader.take_string::<true>()?;
        seed.deserialize(Name { inside, scanned }).map(Some)
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, GaveUp> {
        self.reader.take_sign(b':')?;
        seed.deserialize(&mut *self.reader)
    }
}

impl<'de> SeqAccess<'de> for Parts<'_, 'de> {
    type Error = GaveUp;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, GaveUp> {
        if self.ends(b']')? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

/// The name of a member of an object. It is read, UTF-8 and all, also where nobody wants it.
struct Name<'de> {
    inside: &'de [u8],
    scanned: Scanned,
}

impl<'de> Deserializer<'de> for Name<'de> {
    type Error = GaveUp;

    /// Bytes are enough: names are compared.
    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, GaveUp> {
        match self.scanned.escapes {
            0 => visitor.visit_borrowed_bytes(self.inside),
            _ => visitor.visit_string(unescape(self.inside, self.inside.len()).ok_or(GaveUp)?),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
