# shellcheck shell=bash
# ./dev check: what can be said about the code without running it. Every check runs, whatever the
# others said; each ends in one line.

: "${root:?is set by ./dev}"
check_failures=0
clang_major=19

# check NAME COMMAND...: shows the command's output only when it fails.
check() {
    local name=$1 begin=$SECONDS
    shift
    if quietly "$@"; then
        verdict ok "$name ($((SECONDS - begin)) s)"
    else
        verdict failed "$name"
        check_failures=$((check_failures + 1))
    fi
}

# Our files, one per line: project_files FIND_EXPRESSION...
project_files() {
    find . \( -path ./.git -o -path ./.cache -o -path ./build -o -path './build-*' \) -prune -o \
        -type f \( "$@" \) -print | sort
}

check_format() {
    local tool mode
    tool=$(find_tool clang-format "$clang_major") || {
        echo "There is no clang-format $clang_major here; other versions format differently."
        return 1
    }
    mode=(--dry-run --Werror)
    [[ $1 == no ]] || mode=(-i)
    project_files -name '*.cpp' -o -name '*.hpp' | xargs -d '\n' -r "$tool" "${mode[@]}"
}

# compiled_files [FOLDER]...: the files of ours in the compile database, or those of them that lie
# in these folders, each once.
compiled_files() {
    python3 - build/compile_commands.json "$root" "$@" <<'PYTHON'
import json, os, sys
with open(sys.argv[1], encoding="utf-8") as database:
    entries = json.load(database)
paths = {os.path.realpath(os.path.join(e["directory"], e["file"])) for e in entries}
root = os.path.realpath(sys.argv[2])
folders = sys.argv[3:] or [f for f in os.listdir(root) if not f.startswith("build")]
wanted = tuple(os.path.join(root, folder) + os.sep for folder in folders)
print("\n".join(sorted(path for path in paths if path.startswith(wanted))))
PYTHON
}

# check_clang_tidy CHECKS [FOLDER]... Two at a time: one needs up to half a gigabyte.
check_clang_tidy() {
    local tool checks=$1
    shift
    tool=$(find_tool clang-tidy "$clang_major") || {
        echo "There is no clang-tidy $clang_major here."
        return 1
    }
    # "N warnings generated" counts what was suppressed in other people's headers. The status is
    # that of xargs (pipefail).
    compiled_files "$@" | xargs -d '\n' -r -n 2 -P 2 "$tool" --quiet -p build \
        --checks="$checks" --warnings-as-errors='*' 2>&1 |
        sed -E '/^([0-9]+ warnings? generated\.|\[[0-9/]+\] Processing file .*)$/d'
}

check_tidy_suite() {
    meson test -C build --no-rebuild --print-errorlogs --suite tidy
}

# Whether a page that we refer to is installed here says nothing about ours.
check_man_pages() {
    local page said status=0
    while read -r page; do
        said=$(mandoc -T lint -W all "$page" 2>&1 |
            grep -v -e 'referenced manual not found' -e 'outdated mandoc.db') || true
        if [[ -n $said ]]; then
            printf '%s\n' "$said"
            status=1
        fi
    done < <(project_files -path './man/*.[1-8]')
    return "$status"
}

# Everything that a shell runs, by name or by its first line.
shell_scripts() {
    project_files -name '*.sh'
    project_files ! -name '*.*' -o -path './.ci/*' | while read -r file; do
        if head -c 64 -- "$file" | head -n 1 | grep -Eaq '^#!.*[/ ](ba)?sh( |$)'; then
            printf '%s\n' "$file"
        fi
    done
}

check_shell() {
    shell_scripts | sort -u | xargs -d '\n' -r shellcheck --external-sources
}

# What ./dev check leaves to --deep. The analyzer takes about as long as all other checks together,
# the rest of these a fifth of what is left (clang-tidy 19), though every build warns of much of it
# (-Wmultistatement-macros, -Wempty-body, -Wredundant-decls, -Wnon-virtual-dtor).
left_to_deep=(
    'clang-analyzer-*'
    bugprone-assert-side-effect
    bugprone-chained-comparison
    bugprone-inc-dec-in-conditions
    bugprone-multiple-new-in-one-expression
    bugprone-multiple-statement-macro
    bugprone-not-null-terminated-result
    bugprone-suspicious-semicolon
    bugprone-suspicious-string-compare
    bugprone-swapped-arguments
    bugprone-unused-raii
    cppcoreguidelines-virtual-class-destructor
    misc-definitions-in-headers
    misc-static-assert
    misc-unused-using-decls
    modernize-use-using
    performance-type-promotion-in-math-fn
    'portability-*'
    readability-container-size-empty
    readability-redundant-control-flow
    readability-redundant-declaration
)

verb_check() {
    local argument fast=no fix=no checks folders=(common ctl daemon)
    checks=$(printf -- '-%s,' "${left_to_deep[@]}")
    for argument in "$@"; do
        case $argument in
        --fast) fast=yes ;;
        --fix) fix=yes ;;
        --deep)
            checks=''
            folders=()
            ;;
        *) usage "./dev check has no option '$argument'." ;;
        esac
    done
    need_packages build check
    set_up_tree build || die "The build directory could not be set up."

    check "format of the C++ files" check_format "$fix"
    check "layers, headers and text (suite tidy)" check_tidy_suite
    check "man pages" check_man_pages
    check "shell scripts" check_shell
    if [[ $fast == yes ]]; then
        verdict left-out "clang-tidy (--fast)"
    else
        check "clang-tidy" check_clang_tidy "$checks" "${folders[@]}"
    fi
    [[ $check_failures -eq 0 ]] || die "$check_failures of the checks failed."
}
