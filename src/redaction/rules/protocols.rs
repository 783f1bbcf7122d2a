//! What protocols carry: tokens, passwords in addresses, headers.

use crate::redaction::rule::At::{AnyCase, Anywhere, Code, Curl, Name};
use crate::redaction::rule::Is::{Any, Credential, Given, Password, Random};
use crate::redaction::rule::Rule;
use crate::redaction::rule::Then::Pattern;

pub(super) const RULES: &[Rule] = &[
    Rule {
        kind: "jwt",
        anchors: &["eyJ"],
        at: Code,
        then: Pattern(r"[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*){0,3}\.[A-Za-z0-9_-]{6,}"),
        is: Any,
        source: "RFC 7515 and 7516: a header that is a JSON object, in base64url, and what follows its dots",
        example: ("eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.0123456789abcdefghijABCDEFGHIJ0123456789abc"),
        counter: "eyJhbGciOiJIUzI1NiJ9 alone",
    },
    Rule {
        kind: "jwt",
        anchors: &["ZXlK"],
        at: Code,
        then: Pattern(r"[A-Za-z0-9_+/-]{60,}={0,2}"),
        is: Random,
        source: "Kubernetes, tokens in a Secret: a JWT in base64",
        example: (
            "ZXlKaGJHY2lP",
            "aUpTVXpJMU5pSXNJbXRwWkNJNklqQXhNak0wTlRZM09Ea2lmUS5leUp6ZFdJaU9pSXhNak0wTlRZM09Ea3dJbjA",
        ),
        counter: "ZXlK in base64",
    },
    Rule {
        kind: "url-password",
        anchors: &["://"],
        at: Anywhere,
        then: Pattern(r#"[^\s/?#@:"'`<>\\\[]{0,128}:([^\s/?"'`<>\\]{1,256})@[A-Za-z0-9\[_.-]"#),
        is: Given,
        source: "RFC 3986, user information",
        example: ("postgres://app:", "s3cret@db.local/shop"),
        counter: "http://localhost:5173/@vite/client",
    },
    Rule {
        kind: "url-password",
        anchors: &["://"],
        at: Anywhere,
        then: Pattern(r#"([^\s/?#:@"'`<>\\]{16,256})@[A-Za-z0-9\[_.-]"#),
        is: Random,
        source: "Git over HTTPS: a token in the place of a user",
        example: ("https://", "0f8fad5bd9cb469fa16570867728950e@git.local/a"),
        counter: "ssh://deploy-user-of-shop@git.local/a",
    },
    Rule {
        kind: "authorization",
        anchors: &["authorization"],
        at: Name,
        then: Pattern(
            r#"\\*["']?\]?\s{0,4}(?:[:=,\[]|\\*["'],\s{0,4}\\*["'](?i:value)\\*["']\s{0,4}:)?[\s\[]{0,4}b?\\*["'`]?(?i:bearer|basic|token|digest|api-?key|api-?token|negotiate|ssws|hmac|jwt|pat|oauth|splunk|key)\s{1,4}([A-Za-z0-9_.~+/=:-]{8,4096})"#,
        ),
        is: Credential,
        source: "RFC 9110, credentials with a scheme, in headers, objects, lists and calls",
        example: ("Authorization: Basic ", "dXNlcjpwYXNzd29yZA=="),
        counter: "authorization: required",
    },
    Rule {
        kind: "authorization",
        anchors: &["authorization"],
        at: AnyCase,
        then: Pattern(
            r#"\\*["']?\]?\s{0,4}[:=]\s{0,4}\\*["'`]?(?:[A-Za-z][A-Za-z0-9-]{1,24}\s{1,4})?([A-Za-z0-9_.~+/=:-]{8,4096})"#,
        ),
        is: Random,
        source: "RFC 9110, credentials of any scheme, or of none",
        example: ("Authorization: ", "0f8fad5bd9cb469fa16570867728950e"),
        counter: "Access-Control-Allow-Headers: Authorization, Content-Type",
    },
    Rule {
        kind: "authorization",
        anchors: &["bearer "],
        at: AnyCase,
        then: Pattern(r"([A-Za-z0-9_.~+/=-]{12,4096})"),
        is: Random,
        source: "RFC 6750, bearer tokens",
        example: ("bearer ", "a0b1c2d3e4f5g6h7i8j9"),
        counter: "bearer authentication-scheme",
    },
    Rule {
        kind: "curl-password",
        anchors: &["-u", "-su", "-su ", "-u ", "--user ", "--user=", "--proxy-user "],
        at: Curl,
        then: Pattern(r#"\s{0,4}\\*["']?[^\s:"'\\\[]{0,128}["']?:\\*["']?([^\s"'\\]{3,256})"#),
        is: Given,
        source: "curl, --user",
        example: ("curl -u app:", "s3cret https://a.b"),
        counter: "docker run -u 1000:1000 x",
    },
    Rule {
        kind: "curl-password",
        anchors: &["-u ", "--user "],
        at: Curl,
        then: Pattern(r#"\s{0,4}\\*["']?([^\s:"'\\]{12,256}):(?:["'\\\s]|$)"#),
        is: Password,
        source: "curl, --user with a key in the place of the name, and no password",
        example: ("curl -u ", "aB3dE5fG7hI9jK1l: https://a.b"),
        counter: "curl -u administrator: https://a.b",
    },
];
