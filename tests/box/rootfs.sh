# shellcheck shell=bash
# The root file system under every box: built once from the archive that this machine itself
# installs from, then kept.

: "${cache:?is set by systemd-box}" "${state:?is set by systemd-box}"

readonly base_packages=(systemd systemd-sysv dbus libnss-systemd iproute2 procps netbase)
# Units that would only add noise or wake up in the middle of a measurement.
readonly masked_units=(apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer
    e2scrub_all.timer fstrim.timer motd-news.timer console-getty.service)

# host_release NAME: a value of os-release.
host_release() (
    # shellcheck source=/dev/null
    . /etc/os-release
    printf '%s\n' "${!1:-}"
)

suite() { printf '%s\n' "${SYSTEMD_BOX_SUITE:-$(host_release VERSION_CODENAME)}"; }

# Prints the apt sources of the suite: what this machine itself installs from.
apt_sources() {
    if [[ -n ${SYSTEMD_BOX_SOURCES:-} ]]; then
        cat -- "$SYSTEMD_BOX_SOURCES"
        return
    fi
    # These are apt's own placeholders, not the shell's.
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(ORIGIN)|$(CODENAME)|$(REPO_URI) $(RELEASE) $(COMPONENT)' \
        'Created-By: Packages' |
        awk -F '|' -v origin="$(host_release ID)" -v suite="$(suite)" \
            'tolower($1) == origin && index($2, suite) == 1 { print "deb " $3 }' | sort -u
}

# A box runs on the cached files: they must not change under it.
refuse_while_up() {
    local dir
    for dir in "$state"/*/; do
        guard_of "$(basename -- "$dir")" >/dev/null || continue
        die "box '$(basename -- "$dir")' is up and uses the cache"
    done
}

rootfs_packages() {
    local extra
    read -ra extra <<<"${SYSTEMD_BOX_PACKAGES:-}"
    printf '%s\n' "${base_packages[@]}" "${extra[@]}" | sort -u
}

# Prints the folder of the root file system; builds it if it is not there, and with --force anyway.
ensure_rootfs() {
    local sources packages key rootfs
    command -v apt-get >/dev/null || skip "apt-get is missing: boxes are made of Debian packages"
    sources=$(apt_sources)
    [[ -n $sources ]] || skip "apt knows no source for suite '$(suite)' (has apt-get update run?)"
    packages=$(rootfs_packages)
    key=$(printf '%s\n' 1 "$sources" "$packages" "${masked_units[@]}" | sha256sum)
    rootfs=$cache/rootfs-$(suite)-${key:0:12}
    mkdir -p -- "$cache"
    (
        flock 9
        if [[ ${1:-} == --force ]]; then
            refuse_while_up
            rm -rf --one-file-system -- "$rootfs"
        fi
        if [[ ! -d $rootfs ]]; then build_rootfs "$rootfs" "$sources" "$packages"; fi
    ) 9>"$cache/lock"
    printf '%s\n' "$rootfs"
}

# build_rootfs FOLDER SOURCES PACKAGES
build_rootfs() {
    local rootfs=$1 begin=$SECONDS
    command -v mmdebstrap >/dev/null || skip "mmdebstrap is missing"
    say "building $rootfs"
    rm -rf --one-file-system -- "$rootfs.new"
    # Proxy, retry and date settings are the machine's.
    apt-config dump | { grep -E '^Acquire::(http|https|Retries|Check-)' || true; } >"$rootfs.apt"
    if ! bootstrap "$@" >"$rootfs.log" 2>&1; then
        tail -n 15 -- "$rootfs.log" >&2
        rm -rf --one-file-system -- "$rootfs.new" "$rootfs.apt"
        skip "the root file system could not be built (see above)"
    fi
    rm -- "$rootfs.apt"
    mv -- "$rootfs.new" "$rootfs"
    say "built in $((SECONDS - begin)) s"
}

bootstrap() {
    local rootfs=$1 sources=$2 packages=$3 unit masks=''
    for unit in "${masked_units[@]}"; do masks+=" $unit"; done
    # $1 in a hook is the folder of the new file system.
    # shellcheck disable=SC2016
    mmdebstrap --mode=root --variant=minbase --format=directory \
        --skip=cleanup/apt/lists --aptopt="$rootfs.apt" --include="${packages//$'\n'/,}" \
        --customize-hook='rm -f "$1/etc/resolv.conf" "$1/etc/hostname"' \
        --customize-hook='echo uninitialized >"$1/etc/machine-id"' \
        --customize-hook='for u in'"$masks"'; do ln -s /dev/null "$1/etc/systemd/system/$u"; done' \
        "$(suite)" "$rootfs.new" - <<<"$sources"
}
