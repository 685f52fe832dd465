#!/bin/sh
# All tests, with a Postgres under them: `make test`. Whatever they start or write outside target/ lies
# below one temporary folder, which is stopped and removed at the end, however they end.
#
# A test whose program is not on this machine says so in a line, with the command that would install it, and is counted
# as skipped. Those of Rust come first, then those in a browser; words after the script's name are for cargo, and then the
# browser tests are left out. The last line is the count of all, `N passed, N failed, N skipped`, read from what the
# test runners said.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
# shellcheck source=scripts/browser.sh
. scripts/browser.sh
# shellcheck source=scripts/packages.sh
. scripts/packages.sh
ensure_postgres
ensure_package pgbouncer /usr/sbin/pgbouncer
if [ -n "${GCC_RELAY_SOAK:-}" ]; then
    ensure_package patroni /usr/bin/patroni
    ensure_package etcd-server /usr/bin/etcd
fi

TMPDIR=$(mktemp -d /tmp/gcc-relay-test.XXXXXX)
export TMPDIR
# where tests run as root, Postgres runs as somebody else, who must be able to pass
chmod 755 "$TMPDIR"

# A cluster that its test left behind gets Postgres' signal for a fast shutdown, then a moment to obey;
# line 5 of its pid file names the folder of its socket, which may lie elsewhere.
# shellcheck disable=SC2317,SC2329 # called by the trap below
stop_clusters() {
    find "$TMPDIR" -name postmaster.pid -type f 2>/dev/null | while IFS= read -r file; do
        pid=$(sed -n 1p "$file" 2>/dev/null) || continue
        sockets=$(sed -n 5p "$file" 2>/dev/null)
        kill -INT "$pid" 2>/dev/null || continue
        tries=100
        while [ -e "$file" ] && [ "$tries" -gt 0 ]; do
            sleep 0.1
            tries=$((tries - 1))
        done
        rmdir "$sockets" 2>/dev/null || true
    done
}

# shellcheck disable=SC2317,SC2329 # called by the trap below
clean_up() {
    stop_clusters
    rm -rf "$TMPDIR"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Runs a command, shows what it says and keeps it in the file $1; gives the command's status.
run_logged() {
    log=$1
    shift
    {
        status=0
        "$@" 2>&1 || status=$?
        echo "$status" >"$TMPDIR/status"
    } | tee "$log"
    return "$(cat "$TMPDIR/status" 2>/dev/null || echo 1)"
}

# The browser's processes end with the runner: each hangs on a pipe from it.
# shellcheck disable=SC2317,SC2329 # called by run_logged
run_browser_tests() {
    GCC_RELAY_PROGRAM=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/debug/gcc-relay
    export GCC_RELAY_PROGRAM
    echo 'Browser tests:'
    node --test-reporter=spec --test-reporter-destination=stdout \
        --test-reporter=tap --test-reporter-destination=target/browser.tap "$BROWSER_TESTS/main.mjs"
}

mkdir -p target
rm -f target/browser.tap target/browser.log
failures=0
run_logged target/test.log cargo test --workspace --no-fail-fast "$@" || failures=1
absent=0
if [ "$#" -eq 0 ]; then
    if [ ! -x "${CARGO_TARGET_DIR:-target}/debug/gcc-relay" ]; then
        echo 'The program was not built, so nothing can be tried in a browser.' >&2
        failures=1
    elif ensure_browser; then
        run_logged target/browser.log run_browser_tests || failures=1
    else
        absent=1
    fi
fi

count=$(touch target/browser.tap && awk -v absent="$absent" '
    /^test result: / { passed += $4; failed += $6; skipped += $8 }
    /^skipped here: / { passed--; skipped++ }
    /^# (pass|fail|cancelled|skipped) [0-9]+$/ { browser[$2] = $3 }
    END {
        passed += browser["pass"]
        failed += browser["fail"] + browser["cancelled"]
        skipped += browser["skipped"] + absent
        printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
    }
' target/test.log target/browser.tap)
case $count in
'0 passed'*)
    echo 'No test ran.' >&2
    failures=1
    ;;
esac
# a runner that broke down before it could count
case $failures:$count in
1:*', 0 failed, '*) count=$(printf '%s\n' "$count" | sed 's/, 0 failed, /, 1 failed, /') ;;
esac
printf '%s\n' "$count"
exit "$failures"
