//! Nothing that a server says is shown with a header's value in it.

use super::answer::words;
use super::http::Header;

/// What is shorter is no secret, and would blot out words.
const SHORTEST: usize = 6;
/// Characters of a server's words that are shown.
const CHARACTERS: usize = 300;

/// What is never shown: the values of headers, those in a URL's query, and the password for a proxy.
#[derive(Clone, Default)]
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    pub(super) fn new(url: &str, headers: &[Header], password: Option<&str>) -> Self {
        let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let values = headers.iter().flat_map(|header| header.value.split_ascii_whitespace());
        let values = values.chain(query.split(['=', '&', '#'])).chain(password);
        Self(values.filter(|value| value.len() >= SHORTEST).map(str::to_owned).collect())
    }

    /// The words of a server, should it repeat a secret: `[header]` stands for it. They are
    /// unescaped before they are looked through, and cut after that.
    pub(super) fn words(&self, said: &[u8]) -> String {
        let words = self.0.iter().fold(words(said), |words, secret| words.replace(secret, "[header]"));
        words.chars().take(CHARACTERS).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_repeated() {
        let header = Header { name: "authorization".to_owned(), value: "Bearer moda/secret+key".to_owned() };
        let secrets = Secrets::new("http://h/v1/traces?token=query-secret", &[header], Some("proxy-secret"));
        let long = format!("{} moda/secret+key", "x".repeat(290));
        for said in [
            "bad Bearer moda/secret+key",
            r#"{"message":"Invalid key moda\/secret+key"}"#,
            r#"{"detail":"moda\u002fsecret+key and query-secret"}"#,
            "no proxy-secret [h",
            &long,
        ] {
            let words = secrets.words(said.as_bytes());
            assert!(!words.contains("moda") && !words.contains("secret") && words.contains("[h"), "{words}");
        }
        assert_eq!(Secrets::default().words("é".repeat(1_000).as_bytes()).chars().count(), 300);
    }
}
