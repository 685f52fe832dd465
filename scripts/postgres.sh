# Finds the Postgres programs, or gets them. Sourced by the other scripts, from the checkout's folder.
#
# The program itself looks in the same places (src/embedded/binaries.rs); here it is decided whether
# anything must be installed first, which a program that people run has no business doing.
# shellcheck shell=sh

OLDEST_POSTGRES=15

# Exports GCC_RELAY_PG_BIN where the program would not find Postgres by itself. Fails with one sentence.
ensure_postgres() {
    [ -n "${GCC_RELAY_PG_BIN:-}" ] && return 0
    find_postgres >/dev/null && return 0
    if ! is_usable "$PWD/var/pg/bin"; then
        get_postgres || {
            echo "Postgres $OLDEST_POSTGRES or newer is needed and could not be installed here:" \
                "install the package postgresql (Debian and Ubuntu: apt-get install postgresql;" \
                "macOS: brew install postgresql@17), or set GCC_RELAY_PG_BIN to the folder that holds initdb." >&2
            return 1
        }
    fi
    if ! find_postgres >/dev/null; then
        GCC_RELAY_PG_BIN=$PWD/var/pg/bin
        export GCC_RELAY_PG_BIN
    fi
}

# Prints the folder of the programs that are to be used.
postgres_folder() {
    if [ -n "${GCC_RELAY_PG_BIN:-}" ]; then
        printf '%s\n' "$GCC_RELAY_PG_BIN"
    else
        find_postgres
    fi
}

# Prints the first usable folder of those in which systems keep the programs.
find_postgres() {
    # the other programs lie beside pg_ctl itself, not always beside a link to it
    pg_ctl=$(command -v pg_ctl 2>/dev/null) && pg_ctl=$(readlink -f "$pg_ctl") &&
        is_usable "${pg_ctl%/*}" && printf '%s\n' "${pg_ctl%/*}" && return 0
    folder=$(pg_config --bindir 2>/dev/null) && is_usable "$folder" && printf '%s\n' "$folder" && return 0
    for version in 25 24 23 22 21 20 19 18 17 16 15; do
        for folder in "/usr/lib/postgresql/$version/bin" "/opt/homebrew/opt/postgresql@$version/bin" \
            "/usr/local/opt/postgresql@$version/bin" "/home/linuxbrew/.linuxbrew/opt/postgresql@$version/bin"; do
            is_usable "$folder" && printf '%s\n' "$folder" && return 0
        done
    done
    return 1
}

is_usable() {
    for program in initdb pg_ctl postgres createdb; do
        [ -x "$1/$program" ] || return 1
    done
    major=$("$1/pg_ctl" --version 2>/dev/null | sed -n 's/^pg_ctl (PostgreSQL) \([0-9]*\).*/\1/p')
    [ "${major:-0}" -ge "$OLDEST_POSTGRES" ]
}

get_postgres() {
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" -eq 0 ]; then
        install_postgres
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        install_postgres sudo -n
    else
        unpack_postgres
    fi
}

# Debian's package, without the cluster that it would otherwise make and start. Words before: sudo.
install_postgres() {
    echo "Postgres is not installed; installing Debian's package postgresql ..." >&2
    "$@" mkdir -p /etc/postgresql-common || return 1
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        echo 'create_main_cluster = false' | "$@" tee /etc/postgresql-common/createcluster.conf >/dev/null || return 1
    fi
    install_package "$@" >&2 || { "$@" apt-get update >&2 && install_package "$@" >&2; }
    find_postgres >/dev/null
}

install_package() {
    "$@" env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 \
        -o Dpkg::Options::=--force-confold install --no-install-recommends postgresql </dev/null
}

# Without rights: what apt would install is fetched and unpacked below var/pg, with wrappers in
# var/pg/bin that tell the programs where their libraries are.
unpack_postgres() {
    echo "Postgres is not installed and there are no rights to install it; unpacking it below var/pg ..." >&2
    root=$PWD/var/pg
    mkdir -p "$root/lists/partial" "$root/cache/archives/partial" "$root/debs" "$root/tree" "$root/bin" || return 1
    apt_here -q update >&2 || return 1
    packages=$(apt_here -s install --no-install-recommends postgresql 2>/dev/null | awk '$1 == "Inst" { print $2 }')
    [ -n "$packages" ] || return 1
    # shellcheck disable=SC2086 # names of packages hold no spaces
    (cd "$root/debs" && apt_here -q download $packages) >&2 || return 1
    for deb in "$root"/debs/*.deb; do
        dpkg -x "$deb" "$root/tree" || return 1
    done
    write_wrappers && is_usable "$root/bin"
}

apt_here() {
    apt-get -o "Dir::State::lists=$root/lists" -o "Dir::Cache=$root/cache" -o Debug::NoLocking=true "$@"
}

write_wrappers() {
    for program in "$root"/tree/usr/lib/postgresql/*/bin/*; do
        wrapper=$root/bin/${program##*/}
        cat >"$wrapper" <<WRAPPER || return 1
#!/bin/sh
tree=\$(cd "\$(dirname "\$0")/../tree" && pwd) || exit 1
for folder in "\$tree"/usr/lib/*-linux-gnu*; do
    LD_LIBRARY_PATH=\$folder\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}
done
export LD_LIBRARY_PATH
exec "\$tree${program#"$root/tree"}" "\$@"
WRAPPER
        chmod +x "$wrapper" || return 1
    done
}
