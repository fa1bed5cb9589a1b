# shellcheck shell=bash
# ./dev fuzz: lets libFuzzer search for inputs that break a parser, starting from our corpus.

# fuzz_one PROGRAM SECONDS: the first directory takes what libFuzzer finds, the second is only read.
fuzz_one() {
    local target finds count status=0
    target=$(basename -- "$1")
    target=${target#fuzz-}
    finds=$(mktemp -d)
    say "Fuzzing $target for $2 s."
    "$1" -max_total_time="$2" -artifact_prefix="build-fuzz/crashes/$target-" -timeout=10 \
        -rss_limit_mb=2048 -verbosity=1 -print_final_stats=1 "$finds" "tests/fuzz/corpus/$target" \
        </dev/null || status=$?
    count=$(find "$finds" -type f | wc -l)
    if [[ $count -gt 0 ]]; then
        say "$target: $count new inputs reach new code; they are in $finds. Worth keeping are" \
            "those that a merge takes: $1 -merge=1 tests/fuzz/corpus/$target $finds"
    else
        rm -rf -- "$finds"
    fi
    return "$status"
}

verb_fuzz() {
    local seconds=60 wanted='' program name names=() failed=()
    while [[ $# -gt 0 ]]; do
        case $1 in
        --seconds)
            [[ ${2:-} =~ ^[1-9][0-9]*$ ]] ||
                usage "--seconds takes a positive number, not '${2:-}'."
            seconds=$2
            shift
            ;;
        -*) usage "./dev fuzz has no option '$1'." ;;
        *)
            [[ -z $wanted ]] || usage "./dev fuzz takes one target, not '$wanted' and '$1'."
            wanted=$1
            ;;
        esac
        shift
    done
    need_packages build fuzz
    local compiler
    compiler=$(find_tool clang++ 19) || compiler=$(command -v clang++) ||
        die "There is no clang++ here; libFuzzer is a part of it."
    CXX=$compiler set_up_tree build-fuzz -Dfuzzing=true -Db_sanitize=address,undefined \
        -Db_lundef=false || die "The fuzzing build could not be set up."
    ninja -C build-fuzz fuzzers </dev/null || die "The fuzz targets do not build."

    for program in build-fuzz/tests/fuzz/fuzz-*; do
        [[ -f $program && -x $program ]] || continue
        names+=("${program##*/fuzz-}")
    done
    if [[ -n $wanted ]]; then
        [[ " ${names[*]} " == *" $wanted "* ]] ||
            usage "There is no fuzz target '$wanted'; there are: ${names[*]}."
        names=("$wanted")
    fi
    mkdir -p build-fuzz/crashes
    for name in "${names[@]}"; do
        fuzz_one "build-fuzz/tests/fuzz/fuzz-$name" "$seconds" || failed+=("$name")
    done
    [[ ${#failed[@]} -gt 0 ]] || return 0
    find build-fuzz/crashes -type f
    die "These targets broke: ${failed[*]}. The inputs are named above; to see one again, give it" \
        "to the program: build-fuzz/tests/fuzz/fuzz-TARGET FILE"
}
