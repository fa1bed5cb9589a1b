# shellcheck shell=bash
# ./dev test: every suite in a plain build, then under the address and undefined-behaviour
# sanitizers, then under the thread sanitizer. tools/summary.py counts and prints the outcome.

: "${may_install:?is set by tools/packages.sh}"

# The first mistake that a sanitizer sees ends the program, and with it the test.
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export ASAN_OPTIONS=detect_leaks=1:halt_on_error=1:strict_string_checks=1
ASAN_OPTIONS+=:detect_stack_use_after_return=1:check_initialization_order=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1

# Reports need lines, not variables, and these builds take the most time of all.
sanitized=(-Doptimization=1 -Dcpp_args=-g1)

test_suites=(unit sim fuzz edge system box tidy)
test_outcomes='' # a file; one line per variant: NAME, DIRECTORY, "built" or what went wrong

# The sanitizers of g++ 12 do not start when the kernel scatters the address space over more than
# 28 bits (vm.mmap_rnd_bits, 32 on newer kernels): run them without, where that is allowed.
fixed_addresses() {
    if setarch --addr-no-randomize true 2>/dev/null; then
        echo setarch --addr-no-randomize
    fi
}

# run_variant NAME DIRECTORY TIMEOUT_FACTOR [MESON OPTION]...; `suites` are those asked for.
run_variant() {
    local name=$1 directory=$2 timeout_factor=$3 wrapper=() selected=() left_out=()
    shift 3
    # The tidy tests read text, and a box runs packages: a sanitizer changes nothing about them. Nor
    # does the thread sanitizer about programs with one thread (tests/meson.build).
    case $name in
    address) left_out=(tidy box) ;;
    thread) left_out=(tidy box fuzz) ;;
    esac
    mapfile -t selected < <(printf '%s\n' "${suites[@]}" |
        grep -vxF -f <(printf '%s\n' "${left_out[@]}"))
    [[ ${#selected[@]} -gt 0 ]] || return 0
    if [[ $name != plain ]]; then
        read -ra wrapper < <(fixed_addresses) || true
    fi
    if ! build_tree "$directory" "$@"; then
        printf '%s\t%s\t%s\n' "$name" "$directory" "the build failed" >>"$test_outcomes"
        return 0
    fi
    say "Testing the $name build."
    rm -f -- "$directory"/meson-logs/testlog*
    local status=0
    "${wrapper[@]}" meson test -C "$directory" --no-rebuild --print-errorlogs \
        --num-processes $((2 * $(nproc))) --timeout-multiplier "$timeout_factor" \
        "${selected[@]/#/--suite=}" </dev/null || status=$?
    printf '%s\t%s\tmeson %s\n' "$name" "$directory" "$status" >>"$test_outcomes"
}

# can_have_boxes: else the tests in boxes say why not.
can_have_boxes() {
    [[ " ${suites[*]} " == *" box "* && $(package_manager) == apt && $(id -u) -eq 0 ]]
}

# make_packages: what the boxes install, made of the files that git knows here, committed or not,
# and only when those have changed.
make_packages() {
    local commit tree arguments=()
    commit=$(git stash create) && tree=$(git rev-parse "${commit:-HEAD}^{tree}") || return 0
    [[ $(cat build/packages/tree 2>/dev/null) != "$tree" ]] || return 0
    [[ $may_install == yes ]] || arguments=(--no-install)
    ./dev package "${arguments[@]}" --commit "${commit:-HEAD}" ||
        printf 'plain\tbuild/packages\tthe packages do not build\n' >>"$test_outcomes"
}

verb_test() {
    local quick=no require_all=no suites=() sets=(build test)
    [[ ${CI:-} != true ]] || require_all=yes
    while [[ $# -gt 0 ]]; do
        case $1 in
        --quick) quick=yes ;;
        --require-all) require_all=yes ;;
        --suite)
            [[ " ${test_suites[*]} " == *" ${2:-} "* ]] ||
                usage "--suite takes one of ${test_suites[*]}, not '${2:-}'."
            suites+=("$2")
            shift
            ;;
        --seeds)
            [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage "--seeds takes a positive number, not '${2:-}'."
            export WYN_SIM_SEEDS=$2
            shift
            ;;
        *) usage "./dev test has no option '$1'." ;;
        esac
        shift
    done
    [[ ${#suites[@]} -gt 0 ]] || suites=("${test_suites[@]}")

    if can_have_boxes; then sets+=(box); fi
    need_packages "${sets[@]}"
    test_outcomes=$(mktemp)
    trap 'rm -f -- "$test_outcomes"' EXIT
    if can_have_boxes; then make_packages; fi
    run_variant plain build 1
    if [[ $quick == no ]]; then
        run_variant address build-asan 4 -Db_sanitize=address,undefined "${sanitized[@]}"
        run_variant thread build-tsan 4 -Db_sanitize=thread "${sanitized[@]}"
    fi
    python3 tools/summary.py --require-all "$require_all" "$test_outcomes"
}
