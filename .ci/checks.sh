# Sourced by the checks beside it: each prints `ok` or `not ok` and what was checked, line by line.
# shellcheck shell=sh

own_path=$PATH
area=$(CDPATH='' cd -- "$(mktemp -d)" && pwd -P)
trap 'PATH=$own_path; chmod -R u+w "$area"; rm -rf "$area"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
failures=0

# Reports the check named $2: passed if $1 is 0; otherwise with what the last command wrote.
report() {
    if [ "$1" -eq 0 ]; then
        echo "ok $2"
    else
        echo "not ok $2"
        failures=$((failures + 1))
        sed 's/^/    /' "$area/out" "$area/err" | tail -n 60
    fi
}

# Checks that the command $2... succeeds.
check() {
    name=$1
    shift
    if "$@"; then report 0 "$name"; else report 1 "$name"; fi
}

# Runs $4..., whose exit status must match $2 and whose output or errors must have a line that matches $3, if any.
expect() {
    name=$1 wanted_status=$2 wanted_line=$3
    shift 3
    status=0
    "$@" >"$area/out" 2>"$area/err" || status=$?
    verdict=0
    echo "$status" | grep -Exq "$wanted_status" || verdict=1
    [ -z "$wanted_line" ] || cat "$area/out" "$area/err" | grep -Eq -- "$wanted_line" || verdict=1
    report "$verdict" "$name (exit $status)"
}

# Checks that what the last command wrote has ($2 = has) or lacks ($2 = lacks) a line that matches $3.
also() {
    if cat "$area/out" "$area/err" | grep -Eq -- "$3"; then found=has; else found=lacks; fi
    check "$1" [ "$found" = "$2" ]
}
