# shellcheck shell=bash
# What the project needs from the distribution, and how to get it. What is missing is asked of the
# package manager; nothing is installed without being named first.

may_install=yes

# Sets: `build` builds everything including the tests, `test` runs the tests that need the kernel,
# `box` runs those that need a real systemd, which are made of Debian packages and run nowhere else,
# `bench`, `check`, `fuzz` and `package` are for the verbs of that name, `package_check` is for what
# is only asked for, `peers` are what ./dev bench can measure against. clang 19 is the version whose
# format is law.
# shellcheck disable=SC2034 # read by name, in wanted_packages
declare -A packages_apt=(
    [build]="g++ meson ninja-build pkg-config python3 libsystemd-dev libtomlplusplus-dev
        libspdlog-dev libfmt-dev libcli11-dev nlohmann-json3-dev libssl-dev catch2
        librapidcheck-dev python3-jsonschema"
    [test]="bash-completion fish iproute2 systemd systemd-journal-remote util-linux zsh"
    [box]="systemd-container mmdebstrap util-linux"
    [bench]="libbenchmark-dev iproute2"
    [peers]="iperf3 nuttcp irtt"
    [check]="clang-19 clang-tidy-19 clang-format-19 mandoc shellcheck"
    [fuzz]="clang-19 libclang-rt-19-dev"
    [package]="debhelper dpkg-dev git systemd"
    [package_check]="autopkgtest diffoscope-minimal lintian mmdebstrap piuparts rpm rpmlint
        shellcheck systemd-container util-linux"
)
# shellcheck disable=SC2034
declare -A packages_dnf=(
    [build]="gcc-c++ meson ninja-build pkgconf-pkg-config python3 systemd-devel tomlplusplus-devel
        spdlog-devel fmt-devel cli11-devel json-devel openssl-devel catch-devel rapidcheck-devel
        libasan libubsan libtsan python3-jsonschema"
    [test]="bash-completion fish iproute systemd systemd-journal-remote util-linux zsh"
    [box]=""
    [bench]="google-benchmark-devel iproute"
    [peers]="iperf3 nuttcp"
    [check]="clang clang-tools-extra mandoc ShellCheck"
    [fuzz]="clang compiler-rt"
)
# shellcheck disable=SC2034
declare -A packages_pacman=(
    [build]="gcc meson ninja pkgconf python systemd-libs tomlplusplus spdlog fmt cli11
        nlohmann-json openssl catch2 rapidcheck python-jsonschema"
    [test]="bash-completion fish iproute2 systemd util-linux zsh"
    [box]=""
    [bench]="benchmark iproute2"
    [peers]="iperf3"
    [check]="clang mandoc shellcheck"
    [fuzz]="clang compiler-rt"
)

# Prints apt, dnf, pacman or none.
package_manager() {
    if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
        echo apt
    elif command -v dnf >/dev/null && command -v rpm >/dev/null; then
        echo dnf
    elif command -v pacman >/dev/null; then
        echo pacman
    else
        echo none
    fi
}

# wanted_packages MANAGER SET...: their names, one per line, each once.
wanted_packages() {
    local -n table="packages_$1"
    shift
    local set
    for set in "$@"; do
        tr -s ' \n' '\n' <<<"${table[$set]}"
    done | sort -u | sed '/^$/d'
}

# missing_packages MANAGER PACKAGE...: those that are not installed, one per line.
missing_packages() {
    local manager=$1 package status
    shift
    case $manager in
    apt)
        for package in "$@"; do
            status=$(dpkg-query -W -f='${db:Status-Status} ' "$package" 2>/dev/null) || status=''
            [[ " $status" == *" installed "* ]] || echo "$package"
        done
        ;;
    dnf)
        for package in "$@"; do
            rpm -q --quiet --whatprovides "$package" >/dev/null 2>&1 || echo "$package"
        done
        ;;
    pacman) pacman -T "$@" || true ;; # its own dependency test: prints what is not satisfied
    esac
}

# install_packages MANAGER PACKAGE...
install_packages() {
    local manager=$1 prefix=()
    shift
    local environment=(env DEBIAN_FRONTEND=noninteractive)
    if [[ $(id -u) -ne 0 ]]; then
        command -v sudo >/dev/null ||
            die "You are not root and there is no sudo. Have these packages installed: $*"
        prefix=(sudo)
    fi
    local install
    case $manager in
    apt) install=(apt-get install --yes --no-install-recommends) ;;
    dnf) install=(dnf install --assumeyes) ;;
    pacman) install=(pacman -S --needed --noconfirm) ;;
    esac
    say "Packages are missing. Installing them with: ${prefix[*]:+${prefix[*]} }${install[*]} $*"
    if [[ $manager == apt ]]; then
        "${prefix[@]}" "${environment[@]}" apt-get update --quiet </dev/null ||
            warn "The package lists could not be refreshed; going on with those that are here."
    fi
    "${prefix[@]}" "${environment[@]}" "${install[@]}" "$@" </dev/null ||
        die "The packages could not be installed. Install them by hand, then run ./dev again: $*"
}

# need_packages SET...: returns when all packages of these sets are installed, else ends the run.
need_packages() {
    local manager wanted missing
    manager=$(package_manager)
    if [[ $manager == none ]]; then
        warn "There is no apt, dnf or pacman here. Going on with what is installed; under Debian" \
            "the packages are:" "$(wanted_packages apt "$@" | paste -sd ' ')"
        return
    fi
    mapfile -t wanted < <(wanted_packages "$manager" "$@")
    mapfile -t missing < <(missing_packages "$manager" "${wanted[@]}")
    [[ ${#missing[@]} -gt 0 ]] || return 0
    [[ $may_install == yes ]] ||
        die "Packages are missing, and --no-install was given: ${missing[*]}"
    install_packages "$manager" "${missing[@]}"
}

# find_tool NAME MAJOR: the program NAME-MAJOR, or NAME when that has this major version. Its path
# is printed; nothing and status 1 when there is none.
find_tool() {
    command -v "$1-$2" && return
    command -v "$1" >/dev/null && [[ $("$1" --version) == *"version $2."* ]] && command -v "$1"
}
