#!/bin/sh
# All tests, with a Postgres under them: `make test`. Whatever they start or write outside target/ lies
# below one temporary folder, which is stopped and removed at the end, however they end.
#
# The last line is the count, `N passed, N failed, N skipped`, read from what the test runner said.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
ensure_postgres

TMPDIR=$(mktemp -d /tmp/gcc-relay-test.XXXXXX)
export TMPDIR
# where tests run as root, Postgres runs as somebody else, who must be able to pass
chmod 755 "$TMPDIR"

# A cluster that its test left behind gets Postgres' signal for a fast shutdown, then a moment to obey;
# line 5 of its pid file names the folder of its socket, which may lie elsewhere.
# shellcheck disable=SC2329 # called by the trap below
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

# shellcheck disable=SC2329 # called by the trap below
clean_up() {
    stop_clusters
    rm -rf "$TMPDIR"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir -p target
log=target/test.log
status_file=$TMPDIR/status
{
    status=0
    cargo test --no-fail-fast "$@" 2>&1 || status=$?
    echo "$status" >"$status_file"
} | tee "$log"
status=$(cat "$status_file" 2>/dev/null || echo 1)

count=$(awk '
    /^test result: / { passed += $4; failed += $6; skipped += $8 }
    END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }
' "$log")
case $count in
'0 passed'*)
    echo 'No test ran.' >&2
    [ "$status" -ne 0 ] || status=1
    ;;
esac
printf '%s\n' "$count"
exit "$status"
