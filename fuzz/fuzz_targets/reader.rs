//! The reader, on any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| moda_agent_fuzz::reader::check(bytes));
