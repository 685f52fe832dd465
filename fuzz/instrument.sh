#!/bin/sh
# The compiler, with coverage for libFuzzer in the crates named here: the program, and the libraries that take its input apart
# and are in no macro of the build (a macro runs without libFuzzer).
set -eu
crate=
previous=
for argument in "$@"; do
    [ "$previous" = --crate-name ] && crate=$argument
    previous=$argument
done
case $crate in
gcc_relay | gcc_relay_domain | gcc_relay_fuzz | csv | csv_core | image | png | zune_core | zune_jpeg)
    exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
        -Cllvm-args=-sanitizer-coverage-trace-compares
    ;;
esac
exec "$@"
