#![no_main]
//! See `tree_file` in `fuzz/src/lib.rs`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| gcc_relay_fuzz::tree_file(data));
