#!/bin/sh
# What a newcomer's first hour relies on, by the command line alone, in a folder that is not the repository.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=.ci/checks.sh
. "$root/.ci/checks.sh"
oneword=$root/oneword
trace='^[[:space:]]+at |^Exception in|^Caused by|[a-z]Exception:'
pairs=configs/quickstart/pairs.tsv
sentences=configs/quickstart/demo.txt
mkdir "$area/work"
cd "$area/work"

# A command of the program that must fail: with status $2, a message that matches $3 and no stack trace.
refuses() {
    expect "$@"
    also "  without a stack trace" lacks "$trace"
    check "  and with an empty standard output" [ ! -s "$area/out" ]
}

# True if the file $1 is a NumPy array of float32 whose bytes are as many as its shape says.
is_whole_npy() {
    header=$(od -An -tu2 -j8 -N2 "$1" | tr -d ' ')
    shape=$(head -c "$((10 + header))" "$1" | LC_ALL=C tr -cd '[:print:]' | sed -n "s/.*'<f4'.*'shape': (\([0-9]*, [0-9]*\)).*/\1/p")
    [ -n "$shape" ] && [ "$(wc -c <"$1")" -eq "$((10 + header + 4 * ${shape%,*} * ${shape#*, }))" ]
}

expect "the version is told" 0 "[0-9]+\.[0-9]+\.[0-9]+" "$oneword" --version
refuses "an unknown command is refused" 2 "evalute" "$oneword" evalute

# Turkish has a comma in its numbers and an i of its own: the files must not.
expect "the quickstart trains" 0 "" \
    env ONEWORD_JAVA_OPTS='-Duser.language=tr -Duser.country=TR' \
    "$oneword" train --config quickstart.yaml --set run.root="$area/runs"
also "it shows no stack trace" lacks "$trace"
check "it leaves nothing in the working directory" [ -z "$(ls -A)" ]
set -- "$area"/runs/*/
check "it makes one run folder" [ "$#" -eq 1 ]
run=${1%/}
if [ ! -d "$run/checkpoints" ]; then
    report 1 "the run has checkpoints, which all that follows needs"
    exit 1
fi
for file in config.yaml environment.json metrics.jsonl log.txt results.json; do
    check "the run has $file" [ -s "$run/$file" ]
done
set -- "$run"/events.out.tfevents.*
check "the run has events for TensorBoard" [ -s "$1" ]
check "every line of the metrics is an object" [ -z "$(grep -Ev '^\{.*\}$' "$run/metrics.jsonl" 2>&1)" ]
check "the metrics have losses" grep -Eq '"loss": ?[0-9]+(\.[0-9]+)?(E-?[0-9]+)?[,}]' "$run/metrics.jsonl"
set -- "$run"/checkpoints/step-*/
for file in adapter_config.json adapter_model.safetensors optimizer.safetensors trainer_state.json manifest.json; do
    check "a checkpoint has $file" [ -s "$1$file" ]
done
check "nothing unfinished is left" [ -z "$(find "$run/checkpoints" -name '.*' 2>&1)" ]
best=$run/best
[ -d "$best" ] || best=$run/checkpoints/$(cat "$best" || :)
check "the best checkpoint is named" [ -s "$best/adapter_model.safetensors" ]

expect "the best checkpoint is evaluated" 0 "[0-9]" \
    "$oneword" evaluate --model models/opt-mini --adapter "$best" --tasks "$pairs" --output scores.json
check "its scores are written" grep -Eq '"spearman" ?: ?-?[0-9]' scores.json
expect "it embeds to JSON lines" 0 "" \
    "$oneword" embed --model models/opt-mini --adapter "$best" --input "$sentences" --output vectors.jsonl
check "one line for each sentence" [ "$(wc -l <vectors.jsonl)" -eq "$(wc -l <"$root/$sentences")" ]
expect "it embeds to NumPy" 0 "" \
    "$oneword" embed --model models/opt-mini --adapter "$best" --input "$sentences" --output vectors.npy
check "the array is whole" is_whole_npy vectors.npy
# shellcheck disable=SC2016 # the inner shell expands them
expect "it embeds standard input" 0 "" \
    sh -c '"$0" embed --model models/opt-mini --adapter "$1" --input - --output again.npy <"$2"' \
    "$oneword" "$best" "$root/$sentences"
check "the vectors are the same" cmp vectors.npy again.npy

before=$(cksum <"$run/metrics.jsonl")
refuses "a second run in the same folder is refused" 1 "$(basename "$run")" \
    "$oneword" train --config quickstart.yaml --set run.root="$area/runs" --set run.name="$(basename "$run")"
check "the first run is left alone" [ "$(cksum <"$run/metrics.jsonl")" = "$before" ]

sed 's/^\( *\)learning_rate:/\1learnig_rate:/' "$root/configs/quickstart.yaml" >misspelt.yaml
check "(the key is misspelt)" grep -q learnig_rate misspelt.yaml
refuses "a misspelt key is refused" 2 "learnig_rate.*learning_rate" \
    "$oneword" train --config misspelt.yaml --set run.root="$area/misspelt"
check "  in one message" [ "$(grep -c learnig_rate "$area/err")" -eq 1 ]
check "  before anything is written" [ ! -e "$area/misspelt" ]
refuses "a missing model is refused" '[12]' "no/such/model" \
    "$oneword" embed --model ./no/such/model --input "$root/$sentences" --output none.npy
check "  and nothing is written" [ ! -e none.npy ]

"$oneword" train --config quickstart.yaml --set training.max_steps=1000000 --set run.root="$area/long" \
    --set run.name=long >"$area/out" 2>"$area/err" &
training=$!
waited=0
until [ -s "$area/long/long/metrics.jsonl" ] || [ "$waited" -ge 120 ] || ! kill -0 "$training" 2>/dev/null; do
    sleep 1
    waited=$((waited + 1))
done
kill -TERM "$training" || :
for _ in $(seq 60); do ! kill -0 "$training" 2>/dev/null || sleep 1; done
kill -KILL "$training" 2>/dev/null || :
status=0
wait "$training" || status=$?
check "SIGTERM ends a training with exit 143 (exit $status)" [ "$status" -eq 143 ]
also "  without a stack trace" lacks "$trace"

[ "$failures" -eq 0 ]
