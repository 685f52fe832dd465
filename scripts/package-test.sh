#!/bin/sh
# Installs the Debian package on this machine as root, starts the program, upgrades, removes and purges it, and looks each
# time what is there: `make package-test`. The package is made of the program unoptimised, in a minute.
#
# Where systemd does not run, its unit is only looked at with systemd-analyze, and the program is started as the unit would
# start it, as its user and in its folder; that is said. A machine on which gcc-relay is installed is left alone.
set -eu
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo 'Skipped: the package can only be tried as root, on a system with apt.'
    exit 0
fi
if [ -e /etc/gcc-relay ] || [ -e /var/lib/gcc-relay ] || getent passwd gcc-relay >/dev/null ||
    dpkg-query -W gcc-relay >/dev/null 2>&1; then
    echo 'Skipped: gcc-relay, or a part of it, is installed here, and is not to be touched.'
    exit 0
fi
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
# shellcheck source=scripts/throwaway.sh
. scripts/throwaway.sh
ensure_postgres
sh scripts/dist.sh --quick
package=$(ls "$PWD"/target/dist/*.deb)

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

says() { echo "ok: $*"; }

server=
work=
# shellcheck disable=SC2317,SC2329 # called by the trap below
clean_up() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    if dpkg-query -W gcc-relay >/dev/null 2>&1; then (apt purge gcc-relay) || true; fi
    rm -rf /etc/gcc-relay /var/lib/gcc-relay
    if getent passwd gcc-relay >/dev/null; then userdel gcc-relay; fi
    stop_throwaway
    [ -z "$work" ] || rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

has_systemd() { [ -d /run/systemd/system ]; }

work=$(mktemp -d /tmp/gcc-relay-package.XXXXXX)
port=$((20000 + $$ % 10000))
address=127.0.0.1:$port

# The same package as the next version.
make_next() {
    dpkg-deb -R "$package" "$work/next"
    sed -i 's/^Version: .*/&+next/' "$work/next/DEBIAN/control"
    dpkg-deb -Znone -b "$work/next" "$work/next.deb" >/dev/null
}

# Waits for whoever installs something at the moment.
apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 -o APT::Sandbox::User=root \
        --no-install-recommends "$@" </dev/null >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        fail "apt-get $*"
    }
}

installed_version() { dpkg-query -W -f '${Version}' gcc-relay; }

# The program as the unit starts it: its command, user and folder.
start_by_hand() {
    command=$(sed -n 's/^ExecStart=//p' /usr/lib/systemd/system/gcc-relay.service)
    (
        cd /etc/gcc-relay
        set -a
        # shellcheck disable=SC1091 # written below
        [ ! -e /etc/gcc-relay/environment ] || . /etc/gcc-relay/environment
        # shellcheck disable=SC2086 # a command and its arguments
        exec setpriv --reuid gcc-relay --regid gcc-relay --clear-groups --no-new-privs --bounding-set=-all $command
    ) >"$work/serve.log" 2>&1 &
    server=$!
}

start() {
    if has_systemd; then systemctl start gcc-relay; else start_by_hand; fi
    tries=150
    until curl -fsS -o /dev/null "http://$address/readyz" 2>/dev/null; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || {
            cat "$work/serve.log" >&2 2>/dev/null || journalctl -u gcc-relay -n 30 >&2
            fail 'the program did not get ready'
        }
        sleep 0.2
    done
}

stop_by_hand() {
    kill -TERM "$server"
    status=0
    wait "$server" || status=$?
    server=
    [ "$status" -eq 0 ] || {
        cat "$work/serve.log" >&2
        fail "the program ended with $status on SIGTERM"
    }
}

# not below /tmp, of which the service has one of its own
throwaway_below=/run
start_throwaway
# the program's user must be able to pass to the socket
chmod 755 "$home"
make_next

apt install "$package"
first=$(installed_version)
getent passwd gcc-relay | grep -q ':/nonexistent:/usr/sbin/nologin$' || fail 'the user is not there'
[ "$(stat -c %U:%G:%a /etc/gcc-relay)" = root:gcc-relay:750 ] || fail 'the rights of /etc/gcc-relay'
/usr/bin/gcc-relay --version >/dev/null || fail 'the program does not run'
for command in demo simulator; do
    ! /usr/bin/gcc-relay "$command" --help >/dev/null 2>&1 || fail "the program has the command $command"
done
for file in man/man1/gcc-relay.1.gz man/man1/gcc-relay-tree-import.1.gz bash-completion/completions/gcc-relay \
    zsh/vendor-completions/_gcc-relay fish/vendor_completions.d/gcc-relay.fish doc/gcc-relay/default.toml; do
    [ -s "/usr/share/$file" ] || fail "/usr/share/$file is missing"
done
[ -L /etc/systemd/system/multi-user.target.wants/gcc-relay.service ] || fail 'the service is not enabled'
if has_systemd; then
    systemctl is-failed --quiet gcc-relay && fail 'the service failed without a key'
    systemctl is-active --quiet gcc-relay && fail 'the service runs without a key'
fi
says "installed $first; nothing runs before it has a key"

if command -v systemd-analyze >/dev/null 2>&1; then
    systemd-analyze verify --man=no /usr/lib/systemd/system/gcc-relay.service || fail 'systemd-analyze verify'
    exposed=$(systemd-analyze security --offline=true --no-pager /usr/lib/systemd/system/gcc-relay.service 2>/dev/null | tail -n 1)
    says "the unit is in order; ${exposed#* }"
fi
has_systemd || echo 'systemd does not run here: the program is started by hand, as the user of its unit and without rights.'

install -o gcc-relay -g gcc-relay -m 0600 /dev/null /etc/gcc-relay/environment
cat >/etc/gcc-relay/environment <<SETTINGS
DATABASE_URL='postgres://gcc_relay@localhost/gcc_relay?host=$home'
GCC_RELAY__SERVER__LISTEN=$address
SETTINGS
/usr/bin/gcc-relay secrets create /etc/gcc-relay/secret.key
chown gcc-relay:gcc-relay /etc/gcc-relay/secret.key
! /usr/bin/gcc-relay secrets create /etc/gcc-relay/secret.key 2>/dev/null || fail 'a key was made over another'
start
says 'it starts, migrates and is ready'

echo '# changed here' >>/etc/gcc-relay/gcc-relay.toml
owner=$(id -u gcc-relay)
has_systemd || stop_by_hand
apt install "$work/next.deb"
[ "$(installed_version)" = "$first+next" ] || fail 'the version after the upgrade'
[ "$(id -u gcc-relay)" = "$owner" ] || fail 'the user changed in the upgrade'
tail -n 1 /etc/gcc-relay/gcc-relay.toml | grep -q '^# changed here$' || fail 'the settings were not kept'
start
says "it is upgraded to $first+next, keeps its settings and is ready again"

has_systemd || stop_by_hand
apt remove gcc-relay
[ ! -e /usr/bin/gcc-relay ] || fail 'the program is still there'
! curl -fsS -o /dev/null "http://$address/readyz" 2>/dev/null || fail 'the program still runs'
[ -e /etc/gcc-relay/gcc-relay.toml ] || fail 'the settings went with the program'
says 'it is removed; settings and key are left'

apt purge gcc-relay
[ ! -e /etc/gcc-relay/gcc-relay.toml ] || fail 'the settings are left after the purge'
[ -e /etc/gcc-relay/secret.key ] || fail 'the purge took the key'
says 'it is purged; the key, which people made, is left'

rm /etc/gcc-relay/secret.key /etc/gcc-relay/environment
apt install "$package"
apt purge gcc-relay
for left in /etc/gcc-relay /var/lib/gcc-relay /usr/share/doc/gcc-relay /etc/systemd/system/multi-user.target.wants/gcc-relay.service; do
    [ ! -e "$left" ] || fail "$left is left"
    [ ! -L "$left" ] || fail "$left is left, as a link"
done
! getent passwd gcc-relay >/dev/null || fail 'the user is left'
says 'without a key of its own nothing at all is left'
