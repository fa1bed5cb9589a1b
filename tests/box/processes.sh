# shellcheck shell=bash
# The processes of boxes: how one is known again, and how a command gets into the namespaces of its
# box.

: "${state:?is set by systemd-box}"

readonly box_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# Prints when process $1 started, in clock ticks since boot. With its ID this names a process for
# good, even when the ID is given to another one later. Fails if there is none, or only its zombie.
started_at() {
    local line fields
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
    read -ra fields <<<"${line##*) }"
    [[ ${fields[0]} != Z ]] || return 1
    printf '%s\n' "${fields[19]}"
}

# remember_process FILE PID
remember_process() { printf '%s %s\n' "$2" "$(started_at "$2")" >"$1.new" && mv -- "$1.new" "$1"; }

# Prints the process ID remembered in file $1 if that very process still runs.
recall_process() {
    local pid start
    { read -r pid start <"$1"; } 2>/dev/null || return 1
    [[ $(started_at "$pid") == "$start" ]] || return 1
    printf '%s\n' "$pid"
}

guard_of() { recall_process "$state/$1/guard"; }

leader_of() { recall_process "$state/$1/leader" || die "no box '$1' is up"; }

# enter LEADER COMMAND...: runs it as root in every namespace of the box whose PID 1 that is.
enter() {
    local leader=$1
    shift
    nsenter --target "$leader" --mount --uts --ipc --net --pid --cgroup -- \
        env -i PATH="$box_path" LANG=C.UTF-8 "$@"
}

# The same, but in the host's network.
enter_with_host_network() {
    local leader=$1 variable environment=()
    shift
    for variable in http_proxy https_proxy no_proxy; do
        if [[ -n ${!variable:-} ]]; then environment+=("$variable=${!variable}"); fi
    done
    nsenter --target "$leader" --mount --uts --ipc --pid -- env -i PATH="$box_path" \
        LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "${environment[@]}" "$@"
}
