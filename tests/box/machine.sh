# shellcheck shell=bash
# Whether this machine can run a box.

: "${self:?is set by systemd-box}"

readonly cgroup_prefix=wyndrvr-box

# Puts cgroup v2 alone at /sys/fs/cgroup, as seen from the caller's control group namespace. For a
# private mount namespace only.
mount_cgroup2() {
    umount --recursive --lazy /sys/fs/cgroup 2>/dev/null || true
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
}

require_machine() {
    local tool missing=() why
    ((EUID == 0)) || skip "a box needs root"
    for tool in systemd-nspawn unshare nsenter setpriv flock timeout tar sha256sum; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    ((${#missing[@]} == 0)) ||
        skip "these tools are missing: ${missing[*]} (systemd-container util-linux coreutils tar)"
    why=$(unshare --mount --uts --ipc --net --pid --cgroup --fork --propagation private \
        "$self" _probe "$$" 2>&1) || skip "the kernel or its jailer refuses: ${why:-namespaces}"
}

# Tries, in namespaces of its own, what a box is made of; $1 makes it unique.
probe() {
    mount -t proc proc /proc
    mount_cgroup2
    mkdir "/sys/fs/cgroup/$cgroup_prefix.probe.$1"
    rmdir "/sys/fs/cgroup/$cgroup_prefix.probe.$1"
    mount -t tmpfs tmpfs /tmp
    mkdir /tmp/lower /tmp/upper /tmp/work /tmp/root
    mount -t overlay -o lowerdir=/tmp/lower,upperdir=/tmp/upper,workdir=/tmp/work overlay /tmp/root
}
