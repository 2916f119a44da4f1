# shellcheck shell=bash
# What every script of the repository needs of the machine. Sourced, never run. Everything it says goes to stderr: stdout belongs to the
# program's results. The script that sources it sets `root`, the repository's folder.
# shellcheck disable=SC2154

# ONNX Runtime reports its use to its maker unless told not to.
export ORT_DISABLE_TELEMETRY=1
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_CLI_UI_LANGUAGE=en

say() { printf '%s\n' "$*" >&2; }

# The one line a user gets when something cannot be had.
die() { say "error: $*"; exit 1; }

digest() { sha256sum | cut -d' ' -f1; }

# Only root installs, and nobody is asked for a password behind a build.
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

# PostgreSQL's server, for the tests of clusters: real membership, real storage. Without it they are skipped, which is said here.
need_postgresql() {
    local programs=(/usr/lib/postgresql/*/bin/initdb)
    [[ ! -x ${programs[0]} ]] || return 0
    apt_install postgresql >/dev/null 2>&1 ||
        say 'notice: PostgreSQL (package postgresql) is not installed and could not be; the tests that need it are skipped'
}

# The state of the inputs of a build: names, sizes and times, so that a file that went away counts too. Paths as arguments.
inputs_key() {
    # A path that is not there is one that may come: no error.
    { find "$@" \( -name bin -o -name obj -o -name node_modules -o -name TestResults -o -name .state -o -path build/feed/packages \) -prune \
        -o -type f -printf '%p %s %T@\n' 2>/dev/null || true; } | LC_ALL=C sort | digest
}

# What the program is built from; tests add theirs.
build_inputs=(src build nuget.config global.json .editorconfig .globalconfig Directory.Build.props Directory.Build.targets
    Directory.Packages.props Orleans.Inference.sln Embedded.slnf Cluster.slnf)

# quietly COMMAND...: what it says is shown when it fails. Nothing of it reaches stdout, and it reads nothing from stdin.
quietly() {
    local log=$root/.cache/last-command.log
    "$@" >"$log.$$" 2>&1 </dev/null 9>&- || {
        local code=$?
        # The errors alone where the tool marks them, each once; everything where it does not.
        { grep -E '(^|: )(error|warning as error)' "$log.$$" || tail -n 40 "$log.$$"; } | sed 's/ \[[^]]*proj\]$//' | awk '!seen[$0]++' >&2
        mv "$log.$$" "$log"
        return "$code"
    }
    rm -f "$log.$$"
}

# build_once TARGET OUTPUT...: a Release build of TARGET, skipped when no input has changed since the last one and every OUTPUT is there.
build_once() {
    local target=$1 stamp key output
    stamp=.cache/built-${target##*/}
    shift
    is_built "$stamp" "$@" && return
    need_dotnet
    build/feed/make
    lock_build
    if ! is_built "$stamp" "$@"; then
        say "building $target"
        # Taken before the build: what changes during it is built the next time.
        key=$(inputs_key "${build_inputs[@]}")
        quietly dotnet build "$target" -c Release || die 'the build failed'
        for output in "$@"; do [[ -f $output ]] || die "the build of $target did not make $output"; done
        echo "$key" >"$stamp"
    fi
    unlock_build
}

is_built() {
    local stamp=$1 output
    shift
    [[ -f $stamp ]] || return 1
    for output in "$@"; do [[ -f $output ]] || return 1; done
    [[ $(<"$stamp") == "$(inputs_key "${build_inputs[@]}")" ]]
}

# choose_solution: sets `solution` to Cluster.slnf where it restores, and to Embedded.slnf where it does not (a registry may lack parts of
# Orleans). The answer is remembered with what it depends on.
choose_solution() {
    solution=Embedded.slnf
    [[ -f Cluster.slnf ]] || return 0
    mkdir -p .cache
    local answer=.cache/solution-answer key config
    key=$({
        find src tests Directory.Packages.props Directory.Build.props Directory.Build.targets Cluster.slnf nuget.config global.json \
            \( -name bin -o -name obj \) -prune -o -type f \( -name '*.csproj' -o -name 'Directory.*' -o -name '*.slnf' -o -name '*.config' \
            -o -name global.json \) -print | LC_ALL=C sort | tr '\n' '\0' | xargs -0 sha256sum
        for config in "${user_nuget_configs[@]}"; do [[ ! -f $config ]] || sha256sum "$config"; done
        echo "${OrleansVersion:-}"
    } | digest)
    if [[ ! -f $answer || $(head -n 1 "$answer") != "$key" ]]; then
        say 'asking whether the Orleans engine can be restored'
        if dotnet restore Cluster.slnf >.cache/cluster-restore.log 2>&1 </dev/null 9>&-; then
            printf '%s\nCluster.slnf\n' "$key" >"$answer"
        elif grep -q 'error NU110[0-9]' .cache/cluster-restore.log; then
            printf '%s\nEmbedded.slnf\n' "$key" >"$answer"
        else
            # Not an answer about packages (the registry is down, say): ask again next time.
            rm -f "$answer"
        fi
    fi
    [[ ! -f $answer ]] || solution=$(tail -n 1 "$answer")
    [[ $solution == Cluster.slnf ]] ||
        say 'notice: the registry lacks packages of the Orleans engine, so this build has the embedded engine only (.cache/cluster-restore.log)'
}

# Where NuGet reads the user's and the machine's sources from.
user_nuget_configs=("$HOME"/.nuget/NuGet/NuGet.Config "$HOME"/.nuget/config/*.[cC]onfig "$HOME"/.config/NuGet/NuGet.Config
    "$HOME"/.config/NuGet/config/*.[cC]onfig /etc/opt/NuGet/Config/*.[cC]onfig)

# One build at a time: ./run and ./test write the same bin and obj folders.
lock_build() {
    mkdir -p "$root/.cache"
    exec 9>"$root/.cache/build-lock"
    flock 9
}

unlock_build() { exec 9>&-; }
