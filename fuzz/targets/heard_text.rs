#![no_main]
//! See `heard_text` in `fuzz/src/lib.rs`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| gcc_relay_fuzz::heard_text(data));
