//! Tokens of forges and registries of packages and images.

use crate::redaction::rule::At::{AnyCase, Anywhere, Code, Word};
use crate::redaction::rule::Is::{Any, Credential, Given};
use crate::redaction::rule::Rule;
use crate::redaction::rule::Then::Pattern;

pub(super) const RULES: &[Rule] = &[
    Rule {
        kind: "github-token",
        anchors: &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
        at: Anywhere,
        then: Pattern(r"[A-Za-z0-9_]{20,255}"),
        is: Any,
        source: "GitHub, token formats",
        example: ("ghp", "_0123456789abcdefghijABCDEFGHIJ012345"),
        counter: "ghp_example",
    },
    Rule {
        kind: "gitlab-token",
        anchors: &[
            "glpat-", "gldt-", "glrt-", "glrtr-", "glptt-", "glcbt-", "glft-", "glimt-", "glagent-", "gloas-",
            "glsoat-", "glffct-",
        ],
        at: Word,
        then: Pattern(r"[A-Za-z0-9_.-]{20,255}"),
        is: Any,
        source: "GitLab, token prefixes",
        example: ("glpat", "-0123456789abcdefghij"),
        counter: "glpat-short",
    },
    Rule {
        kind: "gitlab-token",
        anchors: &["GR1348941", "_gitlab_session="],
        at: Anywhere,
        then: Pattern(r"[A-Za-z0-9_-]{20,255}"),
        is: Any,
        source: "GitLab, registration tokens of runners and cookies of sessions",
        example: ("GR1348941", "0123456789abcdefghij"),
        counter: "_gitlab_session=none",
    },
    Rule {
        kind: "npm-token",
        anchors: &["npm_"],
        at: Word,
        then: Pattern(r"[A-Za-z0-9]{30,}"),
        is: Any,
        source: "npm, access tokens",
        example: ("npm", "_0123456789abcdefghijABCDEFGHIJ012345"),
        counter: "npm_config_registry",
    },
    Rule {
        kind: "npm-token",
        anchors: &[":_authtoken=", ":_auth=", ":_password="],
        at: AnyCase,
        then: Pattern(r#"[ \t]{0,4}\\*["']?([^\s"'\\;]{3,2048})"#),
        is: Given,
        source: "npm, .npmrc: what a registry is told, whatever it looks like",
        example: ("//registry.npmjs.org/:_authToken=", "s3cret"),
        counter: "//registry.npmjs.org/:_authToken=${NPM_TOKEN}",
    },
    Rule {
        kind: "pypi-token",
        anchors: &["pypi-AgEI", "pypi-AgEN", "pypi-"],
        at: Word,
        then: Pattern(r"[A-Za-z0-9_-]{40,}"),
        is: Any,
        source: "PyPI, API tokens",
        example: ("pypi", "-AgEIcHlwaS5vcmcCJDAxMjM0NTY3ODlhYmNkZWZnaGlqQUJDREVGR0hJSg"),
        counter: "pypi-publish",
    },
    Rule {
        kind: "docker-auth",
        anchors: &["eyJhdXRocyI6"],
        at: Code,
        then: Pattern(r"[A-Za-z0-9+/]{20,}={0,2}"),
        is: Any,
        source: "Docker, config.json in base64, as a Secret of Kubernetes has it",
        example: ("eyJhdXRocyI6", "eyJyLmlvIjp7ImF1dGgiOiJZVHBpIn19fQ=="),
        counter: "eyJhdXRocyI6 alone",
    },
    Rule {
        kind: "docker-auth",
        anchors: &["\"auth\":", "\\\"auth\\\":"],
        at: Anywhere,
        then: Pattern(r#"\s{0,4}\\*"([A-Za-z0-9+/]{12,}={0,2})"#),
        is: Credential,
        source: "Docker, config.json",
        example: ("\"auth\": \"", "YXBwOnMzY3JldHB3\""),
        counter: "\"auth\": \"none\"",
    },
];
