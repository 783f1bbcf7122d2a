//! A client's version, as far as it can be compared.

use std::fmt;

/// `2.1.330`; numbers that are missing are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientVersion(pub u32, pub u32, pub u32);

impl ClientVersion {
    /// Reads the three numbers; what follows them (`-beta.1`) is left out. `None` without a number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let numbers = text.split(|letter: char| !letter.is_ascii_digit());
        let mut numbers = numbers.map_while(|number| number.parse().ok());
        let major = numbers.next()?;
        Some(Self(major, numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default()))
    }
}

impl fmt::Display for ClientVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared_by_their_numbers() {
        for (text, expected) in [
            ("2.1.330", Some("2.1.330")),
            ("1.0", Some("1.0.0")),
            ("2.0.0-beta.7", Some("2.0.0")),
            ("", None),
            ("unknown", None),
            ("99999999999.1", None),
        ] {
            let read = ClientVersion::parse(text).map(|version| version.to_string());
            assert_eq!(read.as_deref(), expected, "{text:?}");
        }
        assert!(ClientVersion::parse("2.1.99") < ClientVersion::parse("2.1.100"));
    }
}
