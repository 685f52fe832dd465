#![no_main]
//! See `picture` in `fuzz/src/lib.rs`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| gcc_relay_fuzz::picture(data));
