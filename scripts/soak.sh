#!/bin/sh
# The tests of faults, long: `make soak`. The same tests that `make test` runs short, with a national tree and faults
# that last; one after another, so that what each measures is its own. It takes about half an hour.
#
# Words after the script's name are for the test runner: `sh scripts/soak.sh kills` runs those with the word in their
# names. The last line is the count, `N passed, N failed, N skipped`.
set -eu
cd "$(dirname "$0")/.."
GCC_RELAY_SOAK=1
export GCC_RELAY_SOAK
mkdir -p target
exec sh scripts/test.sh --test it -- --nocapture --test-threads=1 --skip relay_faults "faults::${1:-}"
