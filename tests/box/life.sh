# shellcheck shell=bash
# How a box comes up and goes down.

: "${self:?is set by systemd-box}" "${state:?is set by systemd-box}"
: "${boot_seconds:?}" "${halt_seconds:?}"

# box_up NAME LIFETIME PEER
box_up() {
    local name=$1 lifetime=$2 peer=$3 dir=$state/$1 rootfs
    require_machine
    rootfs=$(ensure_rootfs)
    if [[ -d $dir ]] && ! guard_of "$name" >/dev/null; then forget "$name"; fi
    (umask 077 && mkdir -p -- "$state")
    mkdir -- "$dir" 2>/dev/null || die "box '$name' is up already"
    mkdir -- "$dir/mnt"
    setsid unshare --mount --propagation private "$self" _guard "$name" "$rootfs" "$lifetime" \
        </dev/null >"$dir/console.log" 2>&1 &
    remember_process "$dir/guard" "$!"
    await_boot "$name"
    if ((peer)); then join_peer "$(leader_of "$name")"; fi
}

# Waits until the system of box $1 says that it runs.
await_boot() {
    local name=$1 leader said='' deadline=$((SECONDS + boot_seconds))
    until leader=$(recall_process "$state/$name/leader") &&
        said=$(enter "$leader" timeout "$boot_seconds" systemctl is-system-running --wait \
            2>/dev/null) || [[ $said == degraded ]]; do
        if ((SECONDS >= deadline)) || ! guard_of "$name" >/dev/null; then
            tail -n 30 -- "$state/$name/console.log" >&2 || true
            box_down "$name"
            die "box '$name' did not boot"
        fi
        sleep 0.05
    done
    if [[ $said == degraded ]]; then
        say "box '$name' is up, but some units failed:"
        enter "$leader" systemctl --failed --no-legend --no-pager >&2
    fi
}

# join_peer LEADER: makes the namespace "peer" and the cable to it.
join_peer() {
    # $(seq) is for the inner shell.
    # shellcheck disable=SC2016
    enter "$1" sh -euc '
        ip netns add peer
        ip link add box0 type veth peer name peer0 netns peer
        for end in 1 2; do
            if [ $end = 1 ]; then in="ip"; device=box0; else in="ip -n peer"; device=peer0; fi
            $in link set $device addrgenmode none
            $in addr add 10.211.0.$end/24 dev $device
            $in addr add fd00:211::$end/64 dev $device nodad
            $in addr add 198.51.100.$end/24 dev $device
            $in addr add 2001:db8:b::$end/64 dev $device nodad
            $in link set $device up
        done
        ip -n peer link set lo up
        # Until the kernel has noticed the carrier, packets are lost.
        for try in $(seq 100); do
            if ip link show box0 | grep -q "state UP" &&
                ip -n peer link show peer0 | grep -q "state UP"; then exit 0; fi
            sleep 0.02
        done
        echo "the veth pair did not come up" >&2
        exit 1'
}

# Removes what a box left that ended without its guard.
forget() {
    unshare --mount --propagation private "$self" _sweep "$1"
    rm -rf --one-file-system -- "${state:?}/$1"
}

box_down() {
    local name=$1 guard start try
    if guard=$(guard_of "$name"); then
        start=$(started_at "$guard") || true
        kill -TERM "$guard" 2>/dev/null || true
        for ((try = 0; try < (halt_seconds + 10) * 20; try++)); do
            [[ $(started_at "$guard") == "$start" ]] || break
            sleep 0.05
        done
        if [[ $(started_at "$guard") == "$start" ]]; then
            kill -KILL "$guard" 2>/dev/null || true
        fi
    fi
    if [[ -d $state/$name ]]; then forget "$name"; fi
}
