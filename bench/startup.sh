#!/bin/sh
# Times ./oneword from its launch to the end of the first training step of opt-mini, and of its parts.
#
#   bench/startup.sh [ROUNDS]        5 rounds unless it is said; the first warms the caches and is left out
#
# Prints JSON: seconds of each round from the launch until metrics.jsonl has its first step, the seconds of that step
# itself, and those of `oneword --version` (launcher and Java alone). Nothing is evaluated. Environment variables such as
# ONEWORD_JAVA_OPTS go through.
set -eu

home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
rounds=${1:-5}
area=$(mktemp -d)
trap 'rm -rf "$area"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

now() {
    date +%s.%N
}

since() {
    awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.3f", b - a }'
}

first_step() {
    begin=$(now)
    "$home/oneword" train --config quickstart.yaml --set evaluation.every=0 --set 'evaluation.tasks=[]' \
        --set training.max_steps=1 --set checkpoint.every=0 --set "run.root=$area" --set "run.name=$1" \
        >"$area/out" 2>"$area/err" &
    child=$!
    until grep -q '"loss"' "$area/$1/metrics.jsonl" 2>/dev/null; do
        if ! kill -0 "$child" 2>/dev/null; then
            cat "$area/err" >&2
            exit 1
        fi
        sleep 0.01
    done
    whole=$(since "$begin")
    wait "$child"
    step=$(sed -n 's/.*"seconds":\([0-9.eE-]*\).*/\1/p' "$area/$1/metrics.jsonl" | head -n 1)
    begin=$(now)
    "$home/oneword" --version >/dev/null
    version=$(since "$begin")
}

first_step warm
all= steps= versions=
round=1
while [ "$round" -le "$rounds" ]; do
    first_step "round-$round"
    all="$all${all:+, }$whole" steps="$steps${steps:+, }$step" versions="$versions${versions:+, }$version"
    round=$((round + 1))
done
printf '{"to_first_step_seconds": [%s], "first_step_seconds": [%s], "version_seconds": [%s]}\n' "$all" "$steps" "$versions"
