# shellcheck shell=bash
# ./dev demo: a private daemon on loopback, one probe against it, and no trace afterwards.
#
# The probe's result is all that goes to stdout, so that `./dev demo --json` can be piped.

: "${root:?is set by ./dev}" "${called_from:?is set by ./dev}"
demo_directory=''
demo_daemon=''

# Runs at every end of the script: stops the daemon (hard after 3 s) and removes its directory.
demo_clean_up() {
    if [[ -n $demo_daemon ]]; then
        kill "$demo_daemon" 2>/dev/null || true
        local try
        for ((try = 0; try < 30; ++try)); do
            kill -0 "$demo_daemon" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL "$demo_daemon" 2>/dev/null || true
        wait "$demo_daemon" 2>/dev/null || true
        demo_daemon=''
    fi
    [[ -z $demo_directory ]] || rm -rf -- "$demo_directory"
    demo_directory=''
}

# Prints the first port of a run of 101 UDP ports that are free on loopback: one to listen on and a
# range for clients. Well below 32768, where the kernel's own choices begin.
demo_free_port() {
    python3 - <<'PYTHON'
import socket, sys
def is_free(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
for first in range(26711, 31000, 607):
    if all(is_free(port) for port in range(first, first + 101)):
        print(first)
        sys.exit(0)
sys.exit(1)
PYTHON
}

# Waits at most 5 s until the daemon answers on its control socket.
demo_wait_until_ready() {
    local try
    for ((try = 0; try < 50; ++try)); do
        kill -0 "$demo_daemon" 2>/dev/null || return 1
        ! build/ctl/wyndrvrctl status --socket "$demo_directory/io.wyndrvr" \
            >/dev/null 2>&1 </dev/null || return 0
        sleep 0.1
    done
    return 1
}

# demo_start_daemon PORT
demo_start_daemon() {
    cat >"$demo_directory/wyndrvrd.toml" <<TOML
bind_addr = "127.0.0.1"
bind_port = $1
port_ranges = ["$(($1 + 1))-$(($1 + 100))"]
control_socket = "$demo_directory/io.wyndrvr"
TOML
    say "Starting a private wyndrvrd on 127.0.0.1:$1."
    # Its own session: Ctrl-C is for the probe, which then still gets its answers and ends properly.
    setsid build/daemon/wyndrvrd --config "$demo_directory/wyndrvrd.toml" \
        >"$demo_directory/wyndrvrd.log" 2>&1 </dev/null &
    demo_daemon=$!
    if ! demo_wait_until_ready; then
        cat -- "$demo_directory/wyndrvrd.log"
        die "The daemon did not get ready within 5 seconds; above is what it said."
    fi
}

verb_demo() {
    local port status=0
    {
        need_packages build
        build_programs || die "The build failed."
        port=$(demo_free_port) ||
            die "There is no run of 101 free UDP ports between 26711 and 31000 on loopback."
        trap demo_clean_up EXIT
        trap 'exit 130' INT
        trap 'exit 129' HUP
        trap 'exit 143' TERM
        demo_directory=$(mktemp -d)
        demo_start_daemon "$port"
        say "Running: wyndrvrctl probe 127.0.0.1:$port${*:+ $*}"
    } >&2
    # Ctrl-C reaches the probe as well; it ends with a partial result, and its status is ours.
    trap : INT
    (cd -- "$called_from" && exec "$root/build/ctl/wyndrvrctl" probe "127.0.0.1:$port" \
        "$@") || status=$?
    exit "$status"
}
