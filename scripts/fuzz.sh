#!/bin/sh
# Fuzzes the parsers at the doors of the program: `make fuzz` for all, `sh scripts/fuzz.sh TARGET [SECONDS]` for one.
#
# Needs a C++ compiler (libFuzzer is built from source) and nothing else: coverage is asked of the stable compiler, and no
# sanitizer is used, as the program has no unsafe code of its own. What was found grows in fuzz/work/, which is not kept;
# `--minimise [TARGET]` puts some of it into fuzz/corpus/, which is, beside the inputs that have a name there. An input that fails is left in
# fuzz/failed/: mend the fault with a unit test, and put the input into the corpus.
set -eu
cd "$(dirname "$0")/.."

targets='webhook tree_file letter_number join_code heard_text picture video text'
minimise=
if [ "${1:-}" = --minimise ]; then
    minimise=1
    shift
fi
chosen=${1:-$targets}
seconds=${2:-300}
# the longest input in bytes, how much memory a target may take in MB, and what is kept for one target: inputs, bytes
longest=4096
memory=2048
kept=50
kept_bytes=12000

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
        # short and long ones alike, until there are enough; a fuzzer's inputs are called by their hash
        find "fuzz/corpus/$target" -type f -regextype posix-extended -regex '.*/[0-9a-f]{40}' -delete
        every=$(($(find "$small" -type f | wc -l) / kept + 1))
        find "$small" -type f -printf '%s %p\n' | sort -n | awk "NR % $every == 0" | {
            sum=0
            while read -r size path; do
                sum=$((sum + size))
                [ "$sum" -gt "$kept_bytes" ] || cp "$path" "fuzz/corpus/$target/"
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
