# shellcheck shell=bash
# Build directories: set up when missing, set up anew when they cannot be used, else left to ninja.

: "${root:?is set by ./dev}"

# usable_tree DIRECTORY: whether it is a finished set-up of this very source tree. Meson stores the
# absolute path of the sources; in a copied or moved tree it would go on building the old place.
usable_tree() {
    [[ -f $1/build.ninja && -f $1/meson-info/meson-info.json ]] || return 1
    python3 - "$1" "$root" <<'PYTHON'
import json, os, sys
with open(os.path.join(sys.argv[1], "meson-info", "meson-info.json"), encoding="utf-8") as file:
    source = json.load(file)["directories"]["source"]
sys.exit(0 if os.path.realpath(source) == os.path.realpath(sys.argv[2]) else 1)
PYTHON
}

# quietly COMMAND...: its output is shown only when it fails.
quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 </dev/null || status=$?
    [[ $status -eq 0 ]] || cat -- "$log" >&2
    rm -f -- "$log"
    return "$status"
}

# set_up_tree DIRECTORY [MESON OPTION]...: afterwards it says what the meson.build files say now.
set_up_tree() {
    local directory=$1
    shift
    if usable_tree "$directory"; then
        quietly ninja -C "$directory" build.ninja
        return
    fi
    # But for the packages that ./dev package has left there.
    [[ ! -d $directory ]] ||
        find "$directory" -mindepth 1 -maxdepth 1 ! -name packages -exec rm -rf -- {} +
    say "Setting up $directory."
    quietly meson setup "$directory" "$@"
}

# build_tree DIRECTORY [MESON OPTION]...: programs and tests.
build_tree() {
    set_up_tree "$@" && ninja -C "$1" </dev/null
}

# build_programs: what a user runs, without the tests.
build_programs() {
    set_up_tree build && ninja -C build daemon/wyndrvrd ctl/wyndrvrctl </dev/null
}
