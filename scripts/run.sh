#!/bin/sh
# The demo, with a Postgres under it: `make run`, or `make run ONCE=1` to end when all is settled.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
ensure_postgres
case ${ONCE:-} in
'' | 0) exec cargo run --release -- demo ;;
*) exec cargo run --release -- demo --once ;;
esac
