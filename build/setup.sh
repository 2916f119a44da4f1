# shellcheck shell=bash
# What every script of the repository needs of the machine. Sourced, never run. Everything it says goes to stderr: stdout belongs to the
# program's results.

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_CLI_UI_LANGUAGE=en

say() { printf '%s\n' "$*" >&2; }

# The one line a user gets when something cannot be had.
die() { say "error: $*"; exit 1; }

digest() { sha256sum | cut -d' ' -f1; }

# as_root COMMAND...: only root installs, and nobody is asked for a password behind a build.
apt_install() {
    [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null || return 1
    say "installing $*"
    local log
    log=$(mktemp)
    # The lists on the machine may be older than the mirror: refresh them only when they do not do.
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" </dev/null >"$log" 2>&1 ||
        { apt-get update </dev/null >"$log" 2>&1 &&
            DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" </dev/null >"$log" 2>&1; } ||
        { tail -n 5 "$log" >&2; rm -f "$log"; return 1; }
    rm -f "$log"
}

# The SDK that global.json asks for. Run from the repository's root.
need_dotnet() {
    dotnet --version >/dev/null 2>&1 || apt_install dotnet-sdk-10.0 >/dev/null 2>&1 || true
    dotnet --version >/dev/null 2>&1 ||
        die "no .NET SDK that satisfies global.json: install the .NET 10 SDK (package dotnet-sdk-10.0)"
}
