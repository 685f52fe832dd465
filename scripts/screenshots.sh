#!/bin/sh
# Pictures of the main pages, into docs/screenshots: `make screenshots`.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
# shellcheck source=scripts/browser.sh
. scripts/browser.sh
ensure_postgres
ensure_browser
cargo build
GCC_RELAY_PROGRAM=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/debug/gcc-relay
export GCC_RELAY_PROGRAM
exec node "$BROWSER_TESTS/screenshots.mjs"
