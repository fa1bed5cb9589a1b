# shellcheck shell=bash
# ./dev package: Debian packages out of a commit, and all that can be said about them by checks.
#
# The commit is exported, so what is in the work tree changes nothing, and packaging/debian becomes
# its debian/. The version is that of meson.build where the commit is tagged with it, else a
# snapshot that sorts before it; its last part sorts before a distribution's own package (0wyndrvr1
# before 1).

: "${root:?is set by ./dev}" "${check_failures:=0}"
package_place='' # where the sources are unpacked and built

# project_version COMMIT: as its meson.build says.
project_version() {
    git show "$1:meson.build" | sed -n "s/^  version: '\([0-9.]*\)',\$/\1/p"
}

# package_version COMMIT: that of the upstream tarball.
package_version() {
    local version
    version=$(project_version "$1")
    [[ -n $version ]] || return 1
    if ! git describe --tags --exact-match --match "v$version" "$1" >/dev/null 2>&1; then
        version+=~git$(TZ=UTC git log -1 --format=%cd --date=format-local:%Y%m%d%H%M%S "$1")
        version+=.$(git rev-parse --short=7 "$1")
    fi
    echo "$version"
}

# package_changelog COMMIT VERSION: the changelog of debian/, which is all about this one commit.
package_changelog() {
    local maintainer
    maintainer=$(git show "$1:packaging/debian/control" | sed -n 's/^Maintainer: //p')
    cat <<CHANGELOG
wyndrvr ($2-0wyndrvr1) unstable; urgency=medium

  * Package by the project itself. NEWS.md tells what is new.

 -- $maintainer  $(git log -1 --format=%cD "$1")
CHANGELOG
}

# unpack_sources COMMIT VERSION DIRECTORY: the original tarball and, in `source`, what is built.
unpack_sources() {
    local commit=$1 version=$2 directory=$3
    mkdir -p "$directory"
    git archive --prefix="wyndrvr-$version/" "$commit" | gzip -9n \
        >"$directory/wyndrvr_$version.orig.tar.gz"
    tar -xzf "$directory/wyndrvr_$version.orig.tar.gz" -C "$directory"
    mv -- "$directory/wyndrvr-$version" "$directory/source"
    cp -R -- "$directory/source/packaging/debian" "$directory/source/debian"
    package_changelog "$commit" "$version" >"$directory/source/debian/changelog"
    chmod -R u=rwX,go=rX "$directory/source/debian" # whatever the umask is
}

# build_debian COMMIT VERSION DIRECTORY: source and binary packages, in DIRECTORY. Without packages
# of debugging symbols, which take long to pack: DEB_BUILD_OPTIONS= brings them.
build_debian() {
    unpack_sources "$@"
    (cd -- "$3/source" && DEB_BUILD_OPTIONS=${DEB_BUILD_OPTIONS-noautodbgsym} \
        dpkg-buildpackage --unsigned-source --unsigned-changes)
}

remove_package_place() {
    [[ -z $package_place ]] || rm -rf -- "$package_place"
}

verb_package() {
    local with_checks=no twice=no commit=HEAD named version
    while [[ $# -gt 0 ]]; do
        case $1 in
        --check) with_checks=yes ;;
        --twice) twice=yes ;;
        --commit)
            [[ -n ${2:-} ]] || usage "--commit takes a commit, not ''."
            commit=$2
            shift
            ;;
        *) usage "./dev package has no option '$1'." ;;
        esac
        shift
    done
    [[ $(package_manager) == apt ]] ||
        die "./dev package needs apt; packaging/README.md tells of packages for others than Debian."
    need_packages package
    [[ $with_checks == no && $twice == no ]] || need_packages package_check
    named=$commit
    commit=$(git rev-parse --verify --quiet "$named^{commit}") ||
        usage "--commit takes a commit, not '$named'."
    version=$(package_version "$commit") || die "meson.build of $commit does not tell its version."

    trap remove_package_place EXIT
    package_place=$(mktemp -d)
    say "Building packages of wyndrvr $version."
    quietly build_debian "$commit" "$version" "$package_place/first" || die "The build failed."
    rm -rf -- build/packages
    mkdir -p build/packages
    find "$package_place/first" -maxdepth 1 -type f -exec mv -t build/packages {} +
    git rev-parse "$commit^{tree}" >build/packages/tree # what they are made of, for ./dev test
    [[ $with_checks == no ]] || check_packages
    [[ $twice == no ]] ||
        check "built twice, byte for byte the same" check_reproducible "$commit" "$version"
    [[ $check_failures -eq 0 ]] || die "$check_failures of the checks failed."
    say "Built:" "$(find build/packages -name '*.deb' ! -name '*-dbgsym_*' | sort | paste -sd ' ')"
}
