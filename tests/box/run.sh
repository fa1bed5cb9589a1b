# shellcheck shell=bash
# systemd-box run: a box for one command.

: "${boot_seconds:?}" "${timeout_status:?}"

cmd_run() {
    local limit=600 peer=0 keep=0 journal='' name=run-$$ installs=() pushes=() pulls=()
    while (($#)); do
        case $1 in
        --timeout) is_count "${2:-}" || usage "--timeout needs seconds"; limit=$2; shift 2 ;;
        --install) [[ ${2:-} ]] || usage "--install needs a package"; installs+=("$2"); shift 2 ;;
        --push) [[ ${2:-} == *:* ]] || usage "--push needs FROM:TO"; pushes+=("$2"); shift 2 ;;
        --pull) [[ ${2:-} == *:* ]] || usage "--pull needs FROM:TO"; pulls+=("$2"); shift 2 ;;
        --journal) [[ ${2:-} ]] || usage "--journal needs a file"; journal=$2; shift 2 ;;
        --peer) peer=1; shift ;;
        --keep) keep=1; shift ;;
        --) shift; break ;;
        -*) usage "unknown option '$1'" ;;
        *) break ;;
        esac
    done
    (($# >= 1)) || usage "run needs a COMMAND"
    if ((keep)); then
        say "this box is '$name'; end it with: systemd-box down $name"
    else
        # shellcheck disable=SC2064
        trap "box_down '$name'" EXIT
    fi
    run_in_box "$@"
}

# run_in_box COMMAND...: with the variables of cmd_run.
run_in_box() {
    local deadline=$((SECONDS + limit)) status=0 item
    # The box outlives the command's limit just long enough to be read out.
    box_up "$name" "$((limit + boot_seconds))" 1
    if ((${#installs[@]})); then box_install "$name" "$limit" "${installs[@]}"; fi
    for item in "${pushes[@]}"; do box_push "$name" "${item%%:*}" "${item#*:}"; done
    if ((SECONDS >= deadline)); then
        say "no time was left for the command"
        status=$timeout_status
    else
        box_exec "$name" "$((deadline - SECONDS))" "$peer" "$@" || status=$?
    fi
    for item in "${pulls[@]}"; do
        box_pull "$name" "${item%%:*}" "${item#*:}" || say "could not copy out: $item"
    done
    if [[ -n $journal ]]; then
        enter "$(leader_of "$name")" journalctl --no-pager -o short-precise >"$journal" || true
    fi
    say "exit status $status"
    exit "$status"
}
