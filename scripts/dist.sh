#!/bin/sh
# The program as files to install: `make dist`. Below target/dist: a stripped binary, manual pages, completions, the
# service's unit, a Containerfile, and, where dpkg is, a Debian package.
#
# What is installed has no demo: it is built without the feature. `--quick` takes the program unoptimised, with the packages of the tests, so that the package can be tried without a release build; `--tool`
# only gets what the package is made with.
set -eu
cd "$(dirname "$0")/.."
DEB_VERSION=3.8.0
target=${CARGO_TARGET_DIR:-target}
dist=target/dist

# The tool that makes the package: got once, into target/tools, from outside the checkout, whose settings are not meant for
# it. It runs for a second only and is not optimised.
ensure_cargo_deb() {
    tools=$PWD/target/tools
    PATH=$tools/bin:$PATH
    [ "$(cargo deb --version 2>/dev/null)" = "$DEB_VERSION" ] && return 0
    echo "Building cargo-deb $DEB_VERSION into target/tools ..." >&2
    (
        cd / && CARGO_PROFILE_DEV_DEBUG=0 CARGO_INCREMENTAL=0 cargo install --debug --locked --quiet --root "$tools" \
            --target-dir "$tools/build" --no-default-features --features gzip cargo-deb --version "$DEB_VERSION"
    )
}

if [ "${1:-}" = --tool ]; then
    ensure_cargo_deb
    exit 0
fi
if [ "${1:-}" = --quick ]; then
    cargo build --no-default-features --bin gcc-relay
    built=$target/debug
    compress='--compress-type gz --fast'
else
    cargo build --release --locked --no-default-features --features jemalloc --bin gcc-relay
    built=$target/release
    compress='--compress-type xz'
    command -v xz >/dev/null 2>&1 || compress='--compress-type gz --fast'
fi

rm -rf "$dist"
mkdir -p "$dist"
strip -o "$dist/gcc-relay" "$built/gcc-relay"
"$dist/gcc-relay" files "$dist"
cp packaging/gcc-relay.service packaging/gcc-relay.toml packaging/Containerfile config/default.toml "$dist/"
gzip -9 -n "$dist"/man/*.1

if command -v dpkg-deb >/dev/null 2>&1; then
    ensure_cargo_deb
    # shellcheck disable=SC2086 # options
    cargo deb --no-build --no-strip $compress --output "$dist/"
else
    echo 'There is no dpkg here, so no Debian package was made.'
fi
echo "In $dist:"
ls "$dist"
