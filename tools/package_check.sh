# shellcheck shell=bash
# ./dev package --check: what Debian's own tools say about the packages in build/packages.

: "${root:?is set by ./dev}" "${check_failures:=0}" "${package_place:=}"

# The packages without those of debugging symbols.
package_files() {
    find build/packages -name '*.deb' ! -name '*-dbgsym_*' | sort
}

check_lintian() {
    lintian --allow-root --pedantic --display-info --display-experimental --info \
        --fail-on error,warning,info,pedantic,experimental build/packages/*.changes
}

# Built once more where all that a build might depend on is different, all files are the same.
check_reproducible() {
    local commit=$1 version=$2 second=$package_place/another/place file status=0
    (
        umask 027
        export CCACHE_DISABLE=1 TZ=Asia/Kathmandu LC_ALL=C
        build_debian "$commit" "$version" "$second"
    ) || return 1
    for file in build/packages/*.deb build/packages/*.dsc build/packages/*.tar.*; do
        cmp "$file" "$second/${file##*/}" && continue
        status=1
        diffoscope "$file" "$second/${file##*/}" || true
    done
    return "$status"
}

# unit_score NAME ROOT THRESHOLD: systemd's own opinion of the units under ROOT, also in `scores`.
unit_score() {
    systemd-analyze verify --man=no --root="$2" wyndrvrd.service wyndrvrd.socket \
        wyndrvrd-control.socket || return 1
    systemd-analyze security --no-pager --offline=true --root="$2" --threshold="$3" \
        wyndrvrd.service | tee "$package_place/analysis" || return 1
    sed -n "s/.*exposure level for [^:]*: \([0-9.]*\) .*/$1: \1/p" "$package_place/analysis" \
        >>"$package_place/scores"
}

# The units as they are shipped, and with the drop-in that takes the network from the daemon.
check_units() {
    local tree=$package_place/tree file examples own
    while read -r file; do
        dpkg-deb --extract "$file" "$tree"
    done < <(package_files)
    examples=$tree/usr/share/doc/wyndrvrd/examples
    own=$tree/etc/systemd/system
    # The targets that they name are systemd's.
    cp --no-clobber -R -- "$(pkg-config --variable=systemdsystemunitdir systemd)"/*.target \
        "$tree/$(pkg-config --variable=systemdsystemunitdir systemd)"
    unit_score "exposure as shipped" "$tree" 11 || return 1
    mkdir -p "$own/wyndrvrd.service.d"
    cp -- "$examples/wyndrvrd-ports.socket" "$own"
    cp -- "$examples/no-network.conf" "$own/wyndrvrd.service.d"
    unit_score "exposure with no-network.conf" "$tree" 6
}

# Installed, removed, purged: whatever is left then is a mistake. Its mounts are its own.
check_piuparts() {
    local packages system
    mapfile -t packages < <(package_files)
    system=$(SYSTEMD_BOX_REQUIRE=1 tests/box/systemd-box build) || return 1
    TMPDIR=$package_place unshare --mount piuparts --existing-chroot="$system" \
        --keep-sources-list --no-upgrade-test --no-eatmydata "${packages[@]}"
}

# The packages' own test, on a system that they are installed on. Without a network it cannot get
# what unpacks sources: it is given the unpacked debian/.
check_autopkgtest() {
    local package packages install=() tree=$package_place/tested
    mapfile -t packages < <(package_files)
    for package in "${packages[@]}"; do
        install+=(--install "$package")
    done
    mkdir -p "$tree"
    tar -xf build/packages/*.debian.tar.xz -C "$tree"
    SYSTEMD_BOX_REQUIRE=1 tests/box/systemd-box run --timeout 300 \
        --install autopkgtest --install dpkg-dev "${install[@]}" --push "$tree:/var/tested" -- \
        autopkgtest --no-built-binaries /var/tested -- null
}

# What can be said here about the packages of others.
check_foreign() {
    rpmlint --config packaging/rpm/rpmlint.toml packaging/rpm/wyndrvr.spec || return 1
    rpmspec --load packaging/rpm/stand-in.macros --parse packaging/rpm/wyndrvr.spec || return 1
    bash -n packaging/arch/PKGBUILD && shellcheck packaging/arch/PKGBUILD
}

# All but the second build, which takes as long as the first.
check_packages() {
    check "lintian" check_lintian
    check "systemd-analyze: units" check_units
    sed 's/^/          /' "$package_place/scores"
    check "piuparts: install, remove, purge" check_piuparts
    check "autopkgtest" check_autopkgtest
    check "spec file and PKGBUILD" check_foreign
}
