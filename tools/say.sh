# shellcheck shell=bash
# What ./dev says: plain sentences, coloured on a terminal unless NO_COLOR is set.

bold='' red='' green='' yellow='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
    bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[0m'
fi

say() {
    printf '%s%s%s\n' "$bold" "$*" "$plain"
}

# A sentence about something that is survived.
warn() {
    printf '%s%s%s\n' "$yellow" "$*" "$plain" >&2
}

# The last sentence of a run that failed.
die() {
    printf '%s%s%s\n' "$red" "$*" "$plain" >&2
    exit 1
}

# The last sentence of a run that was asked for something that does not exist.
usage() {
    printf '%s%s%s ./dev help explains what there is.\n' "$red" "$*" "$plain" >&2
    exit 2
}

# One line of the result list of ./dev check: `verdict ok|failed|left-out TEXT`.
verdict() {
    local colour=$green
    [[ $1 != failed ]] || colour=$red
    [[ $1 != left-out ]] || colour=$yellow
    printf '%s%-9s%s %s\n' "$colour" "$1" "$plain" "$2"
}
