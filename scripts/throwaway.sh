# A throw-away Postgres in a folder of its own, without TCP. Sourced by the other scripts, from the checkout's folder,
# after postgres.sh.
# shellcheck shell=sh

# Starts it in a new folder, $home (below /tmp, or $throwaway_below), in which its socket lies too, with the database and superuser `gcc_relay`.
start_throwaway() {
    bin=$(postgres_folder)
    home=$(mktemp -d "${throwaway_below:-/tmp}/gcc-relay-throwaway.XXXXXX")
    # Postgres refuses to run as root: there it runs as postgres, else as nobody
    if [ "$(id -u)" -eq 0 ]; then
        user=$(id -un postgres 2>/dev/null || echo nobody)
        chown "$user" "$home"
    else
        user=
    fi
    pg initdb -D "$home/data" -U gcc_relay -E UTF8 --locale=C --auth=trust --no-sync >/dev/null
    pg pg_ctl start -D "$home/data" -s -w -l "$home/log" -o "-k $home -c listen_addresses= -c fsync=off" >/dev/null || {
        cat "$home/log" >&2
        return 1
    }
    pg createdb -h "$home" -U gcc_relay gcc_relay
}

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

stop_throwaway() {
    [ -n "${home:-}" ] || return 0
    pg pg_ctl stop -D "$home/data" -m immediate -s 2>/dev/null || true
    rm -rf "$home"
}
