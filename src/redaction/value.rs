//! Whether a value that has the name of a secret is one: a name alone says little.

use super::words::reads;

/// What stands in documentation, templates and code where a secret would be.
const STAND_INS: [&str; 18] = [
    "example",
    "your",
    "xxxx",
    "****",
    "....",
    "…",
    "changeme",
    "change-me",
    "change_me",
    "placeholder",
    "redacted",
    "dummy",
    "process.env",
    "os.environ",
    "getenv",
    "secrets.",
    "env.",
    "var.",
];
/// What keys begin with that are for all to see.
const PUBLIC: [&str; 2] = ["pk_test_", "pk_live_"];
/// What the names of files end in.
const ENDINGS: [&str; 16] = [
    ".json", ".yaml", ".yml", ".toml", ".txt", ".pem", ".key", ".env", ".py", ".ts", ".js", ".rs", ".go", ".md", ".sh",
    ".html",
];
/// Characters of a value that is made by chance, at least.
const RANDOM: usize = 16;
/// Characters that are enough where letters, digits and signs take turns more often than in words.
const RANDOM_AND_MIXED: usize = 12;
/// The same where there are letters only.
const LETTERS: usize = 20;
/// Turns for each hundred characters, of which names of things have fewer: measured on words joined by
/// signs (up to 36) and values of 62 letters (62 on the average).
const TURNS: usize = 40;
/// Bits a character, of which a value that is made by chance has more: 32 hexadecimal digits have 3.6, 16 of
/// them 3.2 on the average.
const BITS: f64 = 3.0;
/// The same of a value that is shorter than this.
const BITS_OF_SHORT: (f64, usize) = (2.75, 24);
/// Parts of which a name has at least so many: `id-Gost28147-89`.
const PARTS: usize = 3;
/// Characters of a password, at least.
const PASSWORD: usize = 6;
/// Bytes of a password, at most.
const LONGEST_PASSWORD: usize = 256;
/// Digits of one that has nothing else.
const PIN: usize = 8;

/// Whether it is a value and does not stand for one.
pub(super) fn is_given(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    !is_template(value)
        && !PUBLIC.iter().any(|begin| value.starts_with(begin))
        && !STAND_INS
            .iter()
            .any(|stand_in| lower.match_indices(stand_in).any(|(at, _)| stands_alone(value, at, stand_in)))
        && !is_one_letter(value)
}

/// What templates, shells and programs put something in for: `$X`, `{{ x }}`, `<x>`, `%x%`, `[x]`, `(x)`, `@x`, `&x`.
/// A password may begin with the same sign.
fn is_template(value: &str) -> bool {
    let Some(rest) = value.get(1..) else { return value.is_empty() };
    let is_name = || rest.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b'-'));
    match value.as_bytes().first() {
        Some(b'$') => {
            rest.starts_with(|sign: char| sign.is_ascii_alphabetic() || matches!(sign, '_' | '{' | '(' | '$'))
        }
        Some(b'{') => rest.contains('}') || rest.starts_with('{'),
        Some(b'<') => rest.contains('>') || is_name(),
        Some(b'%') => rest.contains('%') || rest.len() <= 1 || rest.starts_with(['(', '{']),
        Some(b'[') => rest.contains(']') || is_name(),
        Some(b'(' | b'@' | b'&') => is_name() || rest.contains('('),
        _ => false,
    }
}

/// Whether letters that stand for a secret are a word of the value: in `fiCYEXAMPLEKEY` they are there by chance.
fn stands_alone(value: &str, at: usize, stand_in: &str) -> bool {
    let (before, rest) = value.split_at_checked(at).unwrap_or_default();
    let (word, behind) = rest.split_at_checked(stand_in.len()).unwrap_or_default();
    let is_edge = |one: Option<char>, next: Option<char>| match (one, next) {
        (Some(one), Some(next)) if one.is_ascii_alphabetic() && next.is_ascii_alphabetic() => {
            one.is_ascii_lowercase() && next.is_ascii_uppercase()
        }
        _ => true,
    };
    is_edge(before.chars().next_back(), word.chars().next()) && is_edge(word.chars().next_back(), behind.chars().next())
}

/// Whether it is a value, and none that is a word.
pub(super) fn is_credential(value: &str) -> bool {
    let Signs { digits, others, turns, .. } = Signs::of(value);
    (digits > 0 || others > 1 || turns > 1) && is_given(value)
}

/// Whether somebody may have made it up as a password.
pub(super) fn is_password(value: &str) -> bool {
    if value.len() > LONGEST_PASSWORD {
        return false;
    }
    let Signs { letters, digits, others, .. } = Signs::of(value);
    let count = value.chars().count();
    let is_mixed = letters > 0 && (digits > 0 || others > 1) && !is_words(value);
    let is_pin = letters == 0 && others == 0 && count >= PIN;
    let is_no_word = letters == count && !reads(value);
    count >= PASSWORD
        && !value.contains(char::is_whitespace)
        && (is_mixed || is_pin || is_no_word)
        && is_given(value)
        && !is_place(value)
        && !is_path(value)
        && !is_code(value)
}

/// Words that signs join, without a digit: `login-form-password`.
fn is_words(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':'))
        && reads(value)
}

/// A folder or a file: two slashes and more, and names between them that are not of letters of all kinds.
fn is_path(value: &str) -> bool {
    let is_mixed = |name: &str| {
        let has = |is: fn(&u8) -> bool| name.bytes().any(|byte| is(&byte));
        has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit) || name.contains('+')
    };
    value.starts_with(['/', '~', '.']) && value.matches('/').count() > 1 && !value.split('/').any(is_mixed)
}

/// Whether chance may have made it.
pub(super) fn is_random(value: &str) -> bool {
    let signs = Signs::of(value);
    let count = value.chars().count();
    let is_mixed = signs.turns * 100 >= count * TURNS;
    let has_digits = signs.letters > 0 && signs.digits >= 2.max(count / 16) && count >= RANDOM;
    let is_short = signs.letters > 0 && signs.digits >= 2 && is_mixed && count >= RANDOM_AND_MIXED;
    let is_letters = signs.digits < 2 && signs.has_both_cases() && count >= LETTERS;
    let is_mix = signs.digits > 0 || (signs.capitals > 0 && signs.capitals < signs.letters);
    let enough = if signs.digits > 0 { RANDOM_AND_MIXED } else { RANDOM };
    let is_no_word = count >= if is_mix { enough } else { LETTERS } && signs.letters > 0 && !reads(value);
    (has_digits || is_short || is_letters || is_no_word)
        && !value.contains(char::is_whitespace)
        && bits(value) >= if count < BITS_OF_SHORT.1 { BITS_OF_SHORT.0 } else { BITS }
        && is_given(value)
        && !is_place(value)
        && !is_code(value)
        && !is_name(value)
        && !is_time(value)
}

/// A day, or a moment of one: `2026-11-26T10:00:00Z`.
fn is_time(value: &str) -> bool {
    let is_digits = |part: Option<&str>| part.is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    value.len() <= 35
        && [value.get(..4), value.get(5..7), value.get(8..10)].into_iter().all(is_digits)
        && value.get(4..5) == Some("-")
}

/// A name of several parts, of which each is a word, a number, or a word with one: `SalesResults-1.2`.
fn is_name(value: &str) -> bool {
    let is_word = |part: &str| {
        let letters = part.trim_end_matches(|sign: char| sign.is_ascii_digit());
        letters.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    let parts = value.split(['-', '_', '.', ':', '/']);
    parts.clone().count() >= PARTS && parts.clone().all(is_word) && reads(value)
}

fn is_one_letter(value: &str) -> bool {
    let mut letters = value.chars();
    let first = letters.next();
    letters.all(|letter| Some(letter) == first)
}

/// A file, a folder or a page.
fn is_place(value: &str) -> bool {
    let begins = ["/", "./", "../", "~/"].iter().any(|beginning| value.starts_with(beginning));
    // Base64 can begin with a slash.
    (begins && Signs::of(value).turns * 100 < value.len() * TURNS)
        || value.contains("://")
        || ENDINGS.iter().any(|ending| value.ends_with(ending))
}

/// A call, a member, a path of names: `get_password()`, `*self.token2`, `Config["a1"]`, `Base.encode64`.
fn is_code(value: &str) -> bool {
    let path = value.trim_start_matches('*');
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_name =
        |part: &str| part.bytes().next().is_some_and(|byte| !byte.is_ascii_digit()) && part.bytes().all(is_sign);
    let is_path =
        path.contains('.') && path.split('.').all(is_name) && Signs::of(path).turns * 100 < path.len() * TURNS;
    is_call(value) || value.contains("[\"") || value.contains("['") || is_path
}

/// `get_password()`, `Vault::read("x")`: a path of names, then a bracket.
fn is_call(value: &str) -> bool {
    let is_of_path = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'!');
    value.split_once('(').is_some_and(|(path, arguments)| {
        let is_name =
            !path.is_empty() && path.bytes().all(is_of_path) && !path.starts_with(|sign: char| sign.is_ascii_digit());
        let is_plain = !path.bytes().any(|byte| byte.is_ascii_uppercase());
        is_name && (arguments.is_empty() || arguments.contains(')') || is_plain)
    })
}

/// What a value is made of.
#[derive(Debug, Default)]
struct Signs {
    letters: usize,
    capitals: usize,
    digits: usize,
    others: usize,
    /// How often a letter is followed by something of another kind.
    turns: usize,
}

impl Signs {
    /// Whether a quarter of the letters is large, and one is small: words joined as `getToken` have fewer
    /// large ones.
    fn has_both_cases(&self) -> bool {
        let small = self.letters - self.capitals;
        self.capitals * 4 >= self.letters && small * 4 >= self.letters && self.turns * 4 >= self.letters
    }

    fn of(value: &str) -> Self {
        let mut signs = Self::default();
        let mut last = None;
        for letter in value.chars() {
            let kind = match letter {
                'a'..='z' => 0,
                'A'..='Z' => 1,
                '0'..='9' => 2,
                _ => 3,
            };
            match kind {
                0 => signs.letters += 1,
                1 => (signs.letters, signs.capitals) = (signs.letters + 1, signs.capitals + 1),
                2 => signs.digits += 1,
                _ => signs.others += 1,
            }
            signs.turns += usize::from(last.replace(kind).is_some_and(|last| last != kind));
        }
        signs
    }
}

/// Shannon's entropy of its bytes, in bits a character.
#[expect(clippy::cast_precision_loss, reason = "a value is not as long as that")]
fn bits(value: &str) -> f64 {
    let mut counts = [0_usize; 256];
    for byte in value.bytes() {
        counts.get_mut(usize::from(byte)).into_iter().for_each(|count| *count += 1);
    }
    let share = |count: usize| count as f64 / value.len() as f64;
    counts.into_iter().filter(|count| *count > 0).map(|count| -share(count) * share(count).log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_chance_made_is_told_from_what_has_a_meaning() {
        for (value, expected) in [
            ("0f8fad5bd9cb469fa16570867728950e", true),
            ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzKEY7", true),
            ("zK3vQ9xT2mLp", true),
            ("kTqWzRbNxLpVcYhGdJfM", true),
            ("ukfAXhwvwNyu7amdIypo", true),
            ("kTqWzRbNxLp7", true),
            ("cipherboxJwt", false),
            ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", true),
            ("3fea6af1349166ea", true),
            ("olpfvvqenigyzbwpjhrlrrdt", true),
            ("id-Gost28147-89-None-KeyMeshing", false),
            ("SalesResults-1.2", false),
            ("743b294a-cd03-11ec-9d64-0242ac120002", true),
            ("123e4567-e89b-12d3-a456-426614174000", true),
            ("4096", false),
            ("2026-11-26T10:00:00.000Z", false),
            ("2025-09-16T12:33:06Z", false),
            ("cl100k_base", false),
            ("refresh-token-v2", false),
            ("your-api-key-0123456789", false),
            ("$GITHUB_TOKEN_0123456789", false),
            ("${{secrets.DEPLOY_KEY_2024}}", false),
            ("/run/secrets/db_password_1234", false),
            ("/3cz2+aZtQinyguk/Bzu6VF4E6MYZxaZ", true),
            ("KPJHQjRBPfSXaKZBEirEZQKbOOnnXWMkavqrdzf", true),
            ("https://a.b/c0123456789defg", false),
            ("service-account-0123456789.json", false),
            ("xxxxxxxxxxxxxxxxxxxxxxxxxxxx1111", false),
            ("getPasswordFromVaultServiceNow", false),
            ("config.database.password_2024_q1", false),
            ("Base.url_encode64", false),
            ("", false),
        ] {
            assert_eq!(is_random(value), expected, "{value}");
        }
    }

    #[test]
    fn passwords_may_have_a_meaning() {
        for (value, expected) in [
            ("hunter2xyz", true),
            ("Tr0ub4dor&3", true),
            ("p@ss!word", true),
            ("string", false),
            ("get_password()", false),
            ("*envFlags.PWD", false),
            ("my-secret", false),
            ("1234567", false),
            ("291702926444", true),
            ("CNMSoYDMNWot", true),
            ("6B9(K44&d&UJ<SPAmcCx", true),
            ("@dmin!2024x", true),
            ("login-form-password", false),
            ("/home/ada/src1", false),
            ("@Value", false),
            ("$DB_PASSWORD1", false),
            ("a1", false),
        ] {
            assert_eq!(is_password(value), expected, "{value}");
        }
    }

    #[test]
    fn a_stand_in_is_none() {
        for (value, expected) in [
            ("s3cret", true),
            ("<password>", false),
            ("${PW}", false),
            ("********", false),
            ("YOUR_PASS", false),
            ("myExampleKey1", false),
            ("EXAMPLE7", false),
            ("yxExampley", true),
        ] {
            assert_eq!(is_given(value), expected, "{value}");
        }
    }
}
