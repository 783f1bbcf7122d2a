//! Keys of clouds: AWS, Google, Azure.

use crate::redaction::rule::At::{AnyCase, Anywhere, Word};
use crate::redaction::rule::Is::{Any, Random};
use crate::redaction::rule::Rule;
use crate::redaction::rule::Then::Pattern;

pub(super) const RULES: &[Rule] = &[
    Rule {
        kind: "aws-access-key",
        anchors: &["AKIA", "ASIA", "ABIA", "ACCA"],
        at: Word,
        then: Pattern(r"[A-Z0-9]{16}"),
        is: Any,
        source: "AWS IAM, unique identifiers",
        example: ("AKIA", "IOSFODNN7EXAMPLE"),
        counter: "AKIAK",
    },
    Rule {
        kind: "aws-secret-key",
        anchors: &["AKIA", "ASIA"],
        at: Word,
        then: Pattern(
            r"[A-Z0-9]{16}(?s:[^A-Za-z0-9/+].{0,80}?)??[^A-Za-z0-9/+=]([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)",
        ),
        is: Random,
        source: "AWS IAM, access keys: the secret half near the first one",
        example: ("AKIA0123456789ABCDEF,", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzKEY7"),
        counter: "AKIA of commit 0f8fad5bd9cb469fa16570867728950e01234567",
    },
    Rule {
        kind: "aws-secret-key",
        anchors: &["aws_secret_access_key", "aws_session_token", "secretaccesskey", "secret access key"],
        at: AnyCase,
        then: Pattern(r#"\\*["']?[ \t:=]{1,8}\\*["']?([A-Za-z0-9/+]{40,})"#),
        is: Random,
        source: "AWS CLI, aws configure set",
        example: ("aws configure set aws_secret_access_key ", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzKEY7"),
        counter: "aws_secret_access_key of the account",
    },
    Rule {
        kind: "aws-session-token",
        anchors: &["IQoJb3JpZ2lu", "FwoGZXIvYXdz"],
        at: Anywhere,
        then: Pattern(r"[A-Za-z0-9+/=%]{40,}"),
        is: Any,
        source: "AWS STS, session tokens: what they begin with in base64",
        example: ("IQoJb3JpZ2lu", "X2VjEDAaCXVzLWVhc3QtMSJHMEUCIQDabcdefghijABCDEFGHIJ"),
        counter: "IQoJb3JpZ2lu is how they begin",
    },
    Rule {
        kind: "google-api-key",
        anchors: &["AIza"],
        at: Word,
        then: Pattern(r"[A-Za-z0-9_-]{35}"),
        is: Any,
        source: "Google Cloud, API keys",
        example: ("AIza", "SyB0123456789abcdefghijklmnopqrstuv"),
        counter: "AIzaSy of a key",
    },
    Rule {
        kind: "google-oauth",
        anchors: &["GOCSPX-", "ya29."],
        at: Word,
        then: Pattern(r"[A-Za-z0-9_-]{20,}"),
        is: Any,
        source: "Google Identity, OAuth 2.0 clients and access tokens",
        example: ("GOCSPX-", "0123456789abcdefghijABCDEFGH"),
        counter: "GOCSPX-...",
    },
    Rule {
        kind: "azure-key",
        anchors: &["accountkey=", "sharedaccesskey="],
        at: AnyCase,
        then: Pattern(r#"\\*["']?([A-Za-z0-9+/]{40,}={0,2})"#),
        is: Any,
        source: "Azure Storage, Service Bus and Event Hubs, connection strings",
        example: (
            "AccountKey=",
            "0123456789abcdefghijABCDEFGHIJ0123456789abcdefghijABCDEFGHIJ0123456789abcdefghijABCDEF==",
        ),
        counter: "AccountKey=<key>",
    },
    Rule {
        kind: "azure-signature",
        anchors: &["sig="],
        at: AnyCase,
        then: Pattern(r"([A-Za-z0-9+/%]{40,}=*)"),
        is: Any,
        source: "Azure Storage, shared access signatures",
        example: ("?sv=2024-11-04&sig=", "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9d%3D"),
        counter: "?sig=short",
    },
    Rule {
        kind: "azure-client-secret",
        anchors: &["Q~"],
        at: Anywhere,
        then: Pattern(r"[A-Za-z0-9_.~-]{31,34}"),
        is: Any,
        source: "Microsoft Entra, application passwords: three characters and a digit before Q~",
        example: ("abc8Q~", "0123456789abcdefghijABCDEFGHIJ0123"),
        counter: "Q~ of what",
    },
];
