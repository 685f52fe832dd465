#![no_main]
//! See `join_code` in `fuzz/src/lib.rs`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| gcc_relay_fuzz::join_code(data));
