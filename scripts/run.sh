#!/bin/sh
# The demo, with a Postgres under it: `make run`, or `make run ONCE=1` to end when all is settled.
#
# Built as for the tests, with which it shares every package: optimising would take three times as long, and the demo
# does not need it.
set -eu
cd "$(dirname "$0")/.."
built=${CARGO_TARGET_DIR:-target}/debug/gcc-relay
[ -x "$built" ] || echo 'The first build takes some minutes (about five on two processors); later ones take seconds.'
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
ensure_postgres

# Cargo draws a bar on a terminal. Elsewhere it names each package, and is silent for a minute at the last, the largest.
tell_time() {
    seconds=0
    while sleep 20 >/dev/null 2>&1; do
        seconds=$((seconds + 20))
        echo "... still building after $seconds s" >&2
    done
}
ticker=
stop_ticker() {
    [ -z "$ticker" ] || kill "$ticker" 2>/dev/null || true
    ticker=
}
if [ ! -t 2 ]; then
    tell_time &
    ticker=$!
fi
trap stop_ticker EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cargo build --bin gcc-relay
stop_ticker
trap - EXIT INT TERM

case ${ONCE:-} in
'' | 0) exec "$built" demo ;;
*) exec "$built" demo --once ;;
esac
