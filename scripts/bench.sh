#!/bin/sh
# The benchmarks of the engine, with a Postgres under them: `make bench`, or `make bench-full` for the large ones too.
# Prints a table; ends with 0 once everything was measured, whatever the figures. Words after the script's name choose cases.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
ensure_postgres

# each node keeps up to a thousand connections, and the stub as many
# shellcheck disable=SC3045 # dash, bash and BusyBox have -n and -H
ulimit -n "$(ulimit -Hn)" 2>/dev/null || true
echo "$(nproc) processors, load $(cut -d' ' -f1-3 /proc/loadavg), $(git describe --always --dirty 2>/dev/null || echo 'no git')"
cargo bench --quiet --features jemalloc --bench engine -- "$@"
case " $* " in
*' --full '*) cargo bench --quiet --features jemalloc --bench statements ;;
esac
