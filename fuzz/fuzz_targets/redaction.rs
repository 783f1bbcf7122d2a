//! Texts with and without secrets.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| moda_agent_fuzz::redaction::check(bytes));
