# shellcheck shell=bash
# What is done in a box that is up: commands, files, packages.

: "${self:?is set by systemd-box}" "${box_path:?}" "${timeout_status:?}"

# box_exec NAME SECONDS PEER COMMAND...: runs it as a unit of the box, so that it has the control
# group, environment and limits of a service.
box_exec() {
    local name=$1 limit=$2 peer=$3 leader unit status=0 begin=$SECONDS properties=()
    shift 3
    leader=$(leader_of "$name")
    unit=box-exec-$BASHPID-$RANDOM
    properties=(--property=RuntimeMaxSec="$limit" --property=TimeoutStopSec=5
        --property=WorkingDirectory=/root)
    if ((peer)); then properties+=(--property=NetworkNamespacePath=/run/netns/peer); fi
    # The manager would expand variables in the command line: '$$' is a '$'.
    enter "$leader" systemd-run --quiet --pipe --wait --collect --service-type=exec --unit="$unit" \
        "${properties[@]}" --setenv=HOME=/root --setenv=LANG=C.UTF-8 --setenv=PATH="$box_path" \
        -- "${@//'$'/'$$'}" <&0 &
    # Not in the foreground, where it would hold up the shell's own signals.
    # shellcheck disable=SC2064
    trap "enter '$leader' systemctl stop '$unit' 2>/dev/null || true; exit 130" INT TERM
    wait "$!" || status=$?
    trap - INT TERM
    if ((status != 0 && SECONDS - begin >= limit)); then
        say "timed out after $limit s"
        status=$timeout_status
    fi
    return "$status"
}

# box_push NAME SOURCE TARGET
box_push() {
    local name=$1 source=$2 target=$3 leader
    leader=$(leader_of "$name")
    [[ -e $source ]] || die "no such file: $source"
    source=$(realpath -- "$source")
    # $1 and $2 are the inner shell's.
    # shellcheck disable=SC2016
    tar -C "$(dirname -- "$source")" --owner=0 --group=0 --numeric-owner -cf - -- \
        "$(basename -- "$source")" |
        enter "$leader" sh -euc '
            t=$(mktemp -d /var/tmp/push.XXXXXX)
            tar -C "$t" -xf -
            mkdir -p -- "$(dirname -- "$2")"
            cp -aT -- "$t/$1" "$2"
            rm -rf -- "$t"' sh "$(basename -- "$source")" "$target"
}

# box_pull NAME SOURCE TARGET
box_pull() {
    local name=$1 source=$2 target=$3 leader temporary status=0
    leader=$(leader_of "$name")
    temporary=$(mktemp -d)
    # shellcheck disable=SC2016
    {
        enter "$leader" sh -euc 'tar -C "$(dirname -- "$1")" -cf - -- "$(basename -- "$1")"' \
            sh "$source" | tar -C "$temporary" --no-same-owner -xf - &&
            mkdir -p -- "$(dirname -- "$target")" &&
            cp -aT -- "$temporary/$(basename -- "$source")" "$target"
    } || status=$?
    rm -rf -- "$temporary"
    return "$status"
}

# box_install NAME SECONDS PACKAGE|FILE.deb...
box_install() {
    local name=$1 limit=$2 leader item packages=()
    local apt=(apt-get -qq -y --no-install-recommends --allow-downgrades -o Dpkg::Use-Pty=0 install)
    shift 2
    leader=$(leader_of "$name")
    for item; do
        if [[ $item == *.deb ]]; then
            box_push "$name" "$item" "/var/cache/wyndrvr-box/$(basename -- "$item")"
            enter "$leader" chmod a+r "/var/cache/wyndrvr-box/$(basename -- "$item")"
            item=/var/cache/wyndrvr-box/$(basename -- "$item")
        fi
        packages+=("$item")
    done
    download "$leader" "$limit" "${apt[@]}" --download-only "${packages[@]}" >&2 ||
        die "could not download: ${packages[*]}"
    box_exec "$name" "$limit" 0 env DEBIAN_FRONTEND=noninteractive "${apt[@]}" "${packages[@]}" \
        </dev/null >&2 || die "could not install: ${packages[*]}"
}

# download LEADER SECONDS COMMAND...: runs apt in the box's files and the host's network; the lists
# of the archive are refreshed only when it fails with those that are there.
download() {
    local leader=$1 limit=$2 status=0
    shift 2
    # The first path is the box's, the second the host's.
    # shellcheck disable=SC2094
    enter "$leader" tee /etc/resolv.conf </etc/resolv.conf >/dev/null
    timeout "$limit" "$self" _fetch "$leader" "$@" ||
        { timeout "$limit" "$self" _fetch "$leader" apt-get -qq update &&
            timeout "$limit" "$self" _fetch "$leader" "$@"; } || status=$?
    enter "$leader" rm -f /etc/resolv.conf
    return "$status"
}
