//! The whole line, on one to three transcripts.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| moda_agent_fuzz::line::check(bytes));
