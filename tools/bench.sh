# shellcheck shell=bash
# ./dev bench: builds the programs as they are released, then bench/run.py measures.

: "${root:?is set by ./dev}"

bench_targets=(daemon/wyndrvrd ctl/wyndrvrctl bench/per_datagram bench/yardstick bench/gap_meter
    tests/swarm/swarm bench/prober bench/exchange_meter bench/libstepped_clock.so
    tests/sim/search_paths tests/emulator/emulator)

verb_bench() {
    local sets=(build bench) argument
    for argument in "$@"; do
        case $argument in
        --peers) sets+=(peers) ;;
        -h | --help) exec python3 bench/run.py --help ;;
        esac
    done
    {
        need_packages "${sets[@]}"
        set_up_tree build-bench -Dbenchmarks=true -Doptimization=2 -Ddebug=false ||
            die "The build directory could not be set up."
        ninja -C build-bench "${bench_targets[@]}" </dev/null || die "The benchmarks do not build."
    } >&2
    exec python3 bench/run.py "$@"
}
