#!/bin/sh
# Writes .sqlx/, by which the queries are checked without a database: `make prepare`. With --check it
# only says whether .sqlx/ is as the queries and the migrations want it.
#
# The macros of sqlx write these files themselves: they expand against a throw-away Postgres, without
# TCP, which is gone at the end. Nothing but the library needs to be checked for it, with its tests.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
# shellcheck source=scripts/throwaway.sh
. scripts/throwaway.sh
ensure_postgres

clean_up() {
    if [ -e "${home:-}/lib.time" ]; then touch -r "$home/lib.time" src/lib.rs; fi
    stop_throwaway
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
start_throwaway

run_sql() { pg psql -h "$home" -U gcc_relay -d gcc_relay -q -v ON_ERROR_STOP=1; }

for migration in migrations/*.sql; do
    run_sql <"$migration"
done
# functions are applied by the program, in the order in which it names them
sed -n '/^functions!\[/,/^\]/s/.*"\(.*\)".*/\1/p' src/store/functions.rs | while read -r name; do
    run_sql <"migrations/functions/$name.sql"
done

# Cargo expands the macros again only in a file that is newer than what was made of it. The file gets
# its time back at the end, so that nothing else is built again.
mkdir "$home/queries"
touch -r src/lib.rs "$home/lib.time" && touch src/lib.rs
DATABASE_URL="postgres://gcc_relay@localhost/gcc_relay?host=$home" SQLX_OFFLINE=false SQLX_OFFLINE_DIR="$home/queries" \
    cargo check --lib --profile test
[ -n "$(ls "$home/queries")" ] || {
    echo "The macros of sqlx wrote no query; .sqlx/ is left as it is." >&2
    exit 1
}

# The first words of the query in file $1.
query_of() { sed -n 's/^  "query": "\(.\{0,90\}\).*/\1/p' "$1" | sed 's/\\n/ /g; s/  */ /g'; }

compare() {
    different=$home/different
    for file in "$home"/queries/*.json; do
        committed=.sqlx/${file##*/}
        if [ ! -e "$committed" ]; then
            echo "  not there: ${file##*/}: $(query_of "$file")"
        elif ! cmp -s "$file" "$committed"; then
            echo "  different: ${file##*/}: $(query_of "$file")"
        fi
    done >"$different"
    for file in .sqlx/*.json; do
        [ -e "$home/queries/${file##*/}" ] || echo "  no longer used: ${file##*/}: $(query_of "$file")"
    done >>"$different"
    if [ -s "$different" ]; then
        echo "$(wc -l <"$different") files of .sqlx/ are not as the queries and the migrations want them: run make prepare."
        cat "$different"
        return 1
    fi >&2
    echo "$(find .sqlx -name '*.json' | wc -l) queries are as .sqlx/ has them."
}

case ${1:-} in
--check) compare ;;
*)
    rm -rf .sqlx
    mkdir .sqlx
    cp "$home"/queries/*.json .sqlx/
    ;;
esac
