#!/bin/sh
# Writes .sqlx/, by which the queries are checked without a database: `make prepare`. With --check it
# only says whether .sqlx/ is as the queries and the migrations want it.
#
# Works on a throw-away Postgres of its own, without TCP, which is gone at the end.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
ensure_postgres

if ! cargo sqlx --version >/dev/null 2>&1; then
    echo "sqlx-cli is needed: cargo install sqlx-cli --version 0.9.0 --no-default-features" \
        "--features postgres,rustls,sqlx-toml --locked" >&2
    exit 1
fi

bin=$(postgres_folder)
home=$(mktemp -d /tmp/gcc-relay-sqlx.XXXXXX)

# Postgres refuses to run as root: there it runs as postgres, else as nobody.
if [ "$(id -u)" -eq 0 ]; then
    user=$(id -un postgres 2>/dev/null || echo nobody)
    chown "$user" "$home"
else
    user=
fi

# Runs one of the Postgres programs as the user who may.
pg() {
    program=$bin/$1
    shift
    if [ -n "$user" ]; then
        (cd "$home" && setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups "$program" "$@")
    else
        (cd "$home" && "$program" "$@")
    fi
}

clean_up() {
    pg pg_ctl stop -D "$home/data" -m immediate -s 2>/dev/null || true
    rm -rf "$home"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

pg initdb -D "$home/data" -U gcc_relay -E UTF8 --locale=C --auth=trust --no-sync >/dev/null
pg pg_ctl start -D "$home/data" -s -w -l "$home/log" -o "-k $home -c listen_addresses= -c fsync=off" >/dev/null || {
    cat "$home/log" >&2
    exit 1
}
pg createdb -h "$home" -U gcc_relay prepare

DATABASE_URL="postgres://gcc_relay@localhost/prepare?host=$home"
export DATABASE_URL
cargo sqlx migrate run
# functions are applied by the program, in the order in which it names them
sed -n '/^functions!\[/,/^\]/s/.*"\(.*\)".*/\1/p' src/store/functions.rs | while read -r name; do
    pg psql -h "$home" -U gcc_relay -d prepare -q -v ON_ERROR_STOP=1 <"migrations/functions/$name.sql"
done
cargo sqlx prepare "$@" -- --all-targets
