# Debian packages that single tests need, sourced by scripts/test.sh. Where one cannot be had, its tests are skipped.
# shellcheck shell=sh

# Installs package $1, whose program is $2, without starting a service; only as root, and never in vain.
ensure_package() {
    [ -x "$2" ] && return 0
    [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1 || return 0
    echo "Installing Debian's package $1 for its tests ..." >&2
    install_without_service "$1" >&2 || { apt-get update >&2 && install_without_service "$1" >&2; } ||
        echo "It could not be installed; its tests are skipped." >&2
}

# Debian asks this script whether a service may be started; it is removed again.
install_without_service() {
    policy=/usr/sbin/policy-rc.d
    made=
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && made=$policy
    fi
    status=0
    DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold \
        install --no-install-recommends "$1" </dev/null || status=$?
    [ -z "$made" ] || rm -f "$made"
    return "$status"
}
