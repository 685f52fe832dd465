#![no_main]
//! See `letter_number` in `fuzz/src/lib.rs`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| gcc_relay_fuzz::letter_number(data));
