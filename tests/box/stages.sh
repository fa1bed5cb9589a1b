# shellcheck shell=bash
# The stages of a running box, each a process that systemd-box runs of itself in other namespaces:
# the guard among the host's processes, the keeper as PID 1 of a namespace, systemd-nspawn, and
# systemd.

: "${self:?is set by systemd-box}" "${state:?is set by systemd-box}" "${cgroup_prefix:?}"

readonly boot_seconds=90 halt_seconds=15

# Removes the control groups of box $1. Runs where /sys/fs/cgroup is cgroup v2 in a private mount
# namespace.
remove_cgroup() {
    local group=/sys/fs/cgroup/$cgroup_prefix-$1 try
    if [[ -e $group/cgroup.kill ]]; then echo 1 >"$group/cgroup.kill"; fi
    for ((try = 0; try < 100; try++)); do
        [[ -d $group ]] || return 0
        find "$group" -depth -type d -exec rmdir -- {} + 2>/dev/null || true
        sleep 0.05
    done
    say "the control group $cgroup_prefix-$1 could not be removed"
}

# Removes what a guard left that was killed.
sweep() {
    mount_cgroup2
    remove_cgroup "$1"
}

# note_leader NAME CHILD: waits until the box has a PID 1 and remembers it, as long as CHILD runs.
note_leader() {
    local file=/sys/fs/cgroup/$cgroup_prefix-$1/machine/payload/init.scope/cgroup.procs leader try
    for ((try = 0; try < boot_seconds * 20; try++)); do
        if { read -r leader <"$file"; } 2>/dev/null; then
            remember_process "$state/$1/leader" "$leader"
            return
        fi
        kill -0 "$2" 2>/dev/null || return 0
        sleep 0.05
    done
}

# halt NAME CHILD HALTING: the first time asks the box's systemd to power off, then kills.
halt() {
    local leader
    if ((!$3)) && leader=$(recall_process "$state/$1/leader"); then
        kill -s RTMIN+4 "$leader" && return
    fi
    kill -KILL "$2" || true
}

# guard NAME ROOTFS LIFETIME: the first stage, in a mount namespace of its own but among the host's
# processes. Starts the second one, says who the box's PID 1 is, waits, and cleans up.
guard() {
    local name=$1 rootfs=$2 lifetime=$3 child alarm halting=0
    mount_cgroup2
    mkdir -- "/sys/fs/cgroup/$cgroup_prefix-$name"
    # shellcheck disable=SC2064
    trap "remove_cgroup '$name'" EXIT
    (
        echo 0 >"/sys/fs/cgroup/$cgroup_prefix-$name/cgroup.procs"
        exec setpriv --pdeathsig KILL unshare --mount --cgroup --pid --fork --kill-child \
            --propagation private "$self" _keeper "$name" "$rootfs"
    ) &
    child=$!
    note_leader "$name" "$child"
    setpriv --pdeathsig KILL sleep "$lifetime" &
    alarm=$!
    trap 'kill -KILL "$alarm"' TERM # as if the lifetime were over
    while kill -0 "$child" 2>/dev/null; do
        wait -n "$child" "$alarm" || true
        if kill -0 "$alarm" 2>/dev/null; then continue; fi
        trap '' TERM
        halt "$name" "$child" "$halting"
        halting=1
        setpriv --pdeathsig KILL sleep "$halt_seconds" &
        alarm=$!
    done
    kill -KILL "$alarm" 2>/dev/null || true
    remove_cgroup "$name"
    # Without a leader it never booted, and console.log says why.
    if [[ -e $state/$name/leader ]]; then rm -rf --one-file-system -- "${state:?}/$name"; fi
}

# keeper NAME ROOTFS: the second stage, PID 1 of a PID namespace and at the root of a control group
# namespace. Lays out the file system and runs systemd-nspawn, which needs a root control group
# without other processes and without the host's cgroup v1 hierarchies in sight.
keeper() {
    local name=$1 rootfs=$2 mnt=$state/$1/mnt controller
    mount -t proc proc /proc
    mount_cgroup2
    mkdir /sys/fs/cgroup/keeper /sys/fs/cgroup/machine
    echo 0 >/sys/fs/cgroup/keeper/cgroup.procs
    for controller in $(</sys/fs/cgroup/cgroup.controllers); do
        echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control || true
    done
    mkdir -p /run/systemd/nspawn
    mount -t tmpfs -o mode=0755 tmpfs /run/systemd/nspawn
    mount -t tmpfs -o mode=0755,size=75% tmpfs "$mnt"
    mkdir "$mnt/upper" "$mnt/work" "$mnt/root"
    mount -t overlay -o "lowerdir=$rootfs,upperdir=$mnt/upper,workdir=$mnt/work" overlay "$mnt/root"
    (
        echo 0 >/sys/fs/cgroup/machine/cgroup.procs
        # bpf and @keyring are what IPAddressDeny=, DeviceAllow= and KeyringMode= need: without them
        # the manager accepts these settings and they do nothing. The capabilities stay those of a
        # container.
        export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
        exec systemd-nspawn --directory="$mnt/root" --machine="$name" --boot --settings=no \
            --register=no --keep-unit --private-network --link-journal=no --resolv-conf=off \
            --timezone=off --console=passive --system-call-filter='bpf @keyring'
    )
}
