# shellcheck shell=bash
# What systemd-box says, and the ways in which it ends.

readonly skip_status=77
# shellcheck disable=SC2034 # used in other files
readonly timeout_status=124

say() { printf 'systemd-box: %s\n' "$*" >&2; }

die() {
    say "$*"
    exit 1
}

# Ends with the status that says "not testable on this machine".
skip() {
    if [[ ${SYSTEMD_BOX_REQUIRE:-0} == 1 ]]; then
        die "required, but $*"
    fi
    say "skipped: $*"
    exit "$skip_status"
}

usage() {
    say "$* (see systemd-box help)"
    exit 2
}
