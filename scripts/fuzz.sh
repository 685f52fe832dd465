#!/bin/sh
# Fuzzes the parsers at the doors of the program: `make fuzz` for all, `sh scripts/fuzz.sh TARGET [SECONDS]` for one.
#
# Needs a C++ compiler (libFuzzer is built from source) and nothing else: coverage is asked of the stable compiler, and no
# sanitizer is used, as the program has no unsafe code of its own. What was found grows in fuzz/work/, which is not kept;
# `--minimise [TARGET]` writes the smallest inputs of it into fuzz/corpus/, which is. An input that fails is left in
# fuzz/failed/: mend the fault with a unit test, and put the input into the corpus.
set -eu
cd "$(dirname "$0")/.."

targets='webhook tree_file letter_number join_code picture text'
minimise=
if [ "${1:-}" = --minimise ]; then
    minimise=1
    shift
fi
chosen=${1:-$targets}
seconds=${2:-300}
# the longest input in bytes, how much memory a target may take in MB, and what is kept of one target's corpus in bytes
longest=4096
memory=2048
kept=15000

# The program and the libraries that take its input apart are instrumented, through a wrapper around the compiler; all
# others are built as ever.
root=$(pwd)
export CARGO_TARGET_DIR="${FUZZ_TARGET_DIR:-$root/fuzz/target}" SQLX_OFFLINE=true RUSTC_WRAPPER="$root/fuzz/instrument.sh"
cargo build --quiet --manifest-path fuzz/Cargo.toml --bins

for target in $chosen; do
    program=$CARGO_TARGET_DIR/debug/$target
    mkdir -p "fuzz/work/$target" "fuzz/corpus/$target" fuzz/failed
    if [ -n "$minimise" ]; then
        small=$(mktemp -d)
        "$program" -merge=1 -max_len="$longest" -rss_limit_mb="$memory" "$small" "fuzz/corpus/$target" "fuzz/work/$target"
        # the smallest first, until the folder is full
        rm -rf "fuzz/corpus/$target"
        mkdir -p "fuzz/corpus/$target"
        find "$small" -type f -printf '%s %p\n' | sort -n | {
            sum=0
            while read -r size path; do
                sum=$((sum + size))
                [ "$sum" -gt "$kept" ] || cp "$path" "fuzz/corpus/$target/"
            done
        }
        rm -rf "$small"
        continue
    fi
    echo "fuzzing $target for $seconds s"
    "$program" -max_total_time="$seconds" -max_len="$longest" -rss_limit_mb="$memory" -timeout=60 -print_final_stats=1 \
        -artifact_prefix="fuzz/failed/$target-" "fuzz/work/$target" "fuzz/corpus/$target" 2>"fuzz/work/$target.log" || {
        tail -n 40 "fuzz/work/$target.log" >&2
        exit 1
    }
    grep 'stat::number_of_executed_units' "fuzz/work/$target.log"
done
