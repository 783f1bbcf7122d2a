//! Steps over a value without building it; its grammar is checked as far as `serde_json` does.

use super::reader::{GaveUp, Reader};

/// Containers that may stand in each other; what is nested deeper is given up.
const DEEPEST: u32 = 64;

/// The containers around a place, the innermost one lowest: a set bit for an object.
#[derive(Default)]
struct Containers {
    objects: u64,
    depth: u32,
}

impl Containers {
    fn enter(&mut self, is_object: bool) -> Result<(), GaveUp> {
        self.objects = self.objects << 1 | u64::from(is_object);
        self.depth += 1;
        if self.depth > DEEPEST { Err(GaveUp) } else { Ok(()) }
    }

    fn leave(&mut self) {
        self.objects >>= 1;
        self.depth -= 1;
    }

    fn is_in_object(&self) -> bool {
        self.objects & 1 == 1
    }
}

impl Reader<'_> {
    /// Steps over the next value. With `IS_READ` its strings must be UTF-8: somebody will read it.
    pub(super) fn skip<const IS_READ: bool>(&mut self) -> Result<(), GaveUp> {
        let mut around = Containers::default();
        loop {
            let is_open = match self.next_sign() {
                Some(b'"') => self.skip_string::<IS_READ>().map(|()| false),
                Some(b'{') => self.skip_opening::<IS_READ>(b'}', &mut around),
                Some(b'[') => self.skip_opening::<IS_READ>(b']', &mut around),
                Some(b't') => self.take_word(b"true").map(|()| false),
                Some(b'f') => self.take_word(b"false").map(|()| false),
                Some(b'n') => self.take_word(b"null").map(|()| false),
                Some(b'-' | b'0'..=b'9') => self.skip_number().map(|()| false),
                _ => Err(GaveUp),
            }?;
            if !is_open && self.skip_closing::<IS_READ>(&mut around)? {
                return Ok(());
            }
        }
    }

    /// Steps into a container, up to its first value; says whether it has any.
    fn skip_opening<const IS_READ: bool>(&mut self, end: u8, around: &mut Containers) -> Result<bool, GaveUp> {
        self.step();
        if self.next_sign() == Some(end) {
            self.step();
            return Ok(false);
        }
        around.enter(end == b'}')?;
        self.skip_key::<IS_READ>(around).map(|()| true)
    }

    /// Steps from the end of a value to the next one; says whether there is none.
    fn skip_closing<const IS_READ: bool>(&mut self, around: &mut Containers) -> Result<bool, GaveUp> {
        while around.depth > 0 {
            let end = if around.is_in_object() { b'}' } else { b']' };
            match self.next_sign() {
                Some(b',') => {
                    self.step();
                    return self.skip_key::<IS_READ>(around).map(|()| false);
                }
                Some(sign) if sign == end => {
                    self.step();
                    around.leave();
                }
                _ => return Err(GaveUp),
            }
        }
        Ok(true)
    }

    fn skip_key<const IS_READ: bool>(&mut self, around: &Containers) -> Result<(), GaveUp> {
        if !around.is_in_object() {
            return Ok(());
        }
        self.next_sign();
        self.skip_string::<IS_READ>()?;
        self.take_sign(b':')
    }

    fn skip_string<const IS_READ: bool>(&mut self) -> Result<(), GaveUp> {
        self.take_string::<IS_READ>().map(|_| ())
    }

    /// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
    fn skip_number(&mut self) -> Result<(), GaveUp> {
        self.take_if(|byte| byte == b'-');
        let is_zero = self.take_if(|byte| byte == b'0');
        let more = self.take_digits();
        if is_zero == (more > 0) {
            return Err(GaveUp);
        }
        if self.take_if(|byte| byte == b'.') && self.take_digits() == 0 {
            return Err(GaveUp);
        }
        if self.take_if(|byte| matches!(byte, b'e' | b'E')) {
            self.take_if(|byte| matches!(byte, b'+' | b'-'));
            if self.take_digits() == 0 {
                return Err(GaveUp);
            }
        }
        Ok(())
    }
}
