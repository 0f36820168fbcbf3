#!/bin/sh
# Faults that need a real machine: a full and a read-only disk, two processes, a folder that vanishes, too little memory.
#
#   ./oneword --version; sh bench/faults.sh
#
# Prints ok or not ok, line by line. The disks are small tmpfs and the memory a control group, which only root may make:
# otherwise these checks say that they are skipped. bench/Kills.java does the deaths and signals at random moments.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=.ci/checks.sh
. "$root/.ci/checks.sh"
export OMP_NUM_THREADS=1 DJL_OFFLINE=true OPT_OUT_TRACKING=true RUST_FLAVOR=cpu LC_ALL=C.UTF-8
trace='^[[:space:]]+at |^Exception in|^Caused by|[a-z]Exception:'
disk=$area/disk
group=/sys/fs/cgroup/memory/oneword-faults-$$
mkdir "$disk"

end() {
    umount "$disk" 2>/dev/null || :
    rmdir "$group" 2>/dev/null || :
    chmod -R u+w "$area"
    rm -rf "$area"
}
trap end EXIT

cat >"$area/tiny.yaml" <<END_OF_CONFIG
model: {name: models/opt-mini, precision: fp32, device: cpu}
lora: {rank: 8, alpha: 8, dropout: 0.1}
data: {train: configs/quickstart/triples.csv, limit: 40}
training: {batch_size: 4, micro_batch_tokens: 120, learning_rate: 1e-2, warmup_steps: 2, max_steps: 8}
checkpoint: {every: 2, keep: 2}
END_OF_CONFIG

oneword() {
    # shellcheck disable=SC2086 # options are words
    java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 ${heap:-} -Doneword.home="$root" -jar "$root/trainer/target/oneword.jar" "$@"
}

train() {
    oneword train --config "$area/tiny.yaml" "$@"
}

# True if the newest checkpoints of two runs are the same.
same() {
    for file in adapter_model.safetensors optimizer.safetensors trainer_state.json; do
        cmp "$1/checkpoints/step-000008/$file" "$2/checkpoints/step-000008/$file" || return 1
    done
}

expect "an undisturbed run" 0 "" train --set run.root="$area" --set run.name=calm
calm=$area/calm

echo "# A disk that is full: a tmpfs that grows until the run is done"
if mount -t tmpfs -o size=64k tmpfs "$disk" 2>/dev/null; then
    size=64 refusals=0 status=1
    while [ "$status" -ne 0 ] && [ "$size" -lt 30000 ]; do
        mount -o remount,size="${size}k" "$disk"
        status=0
        if [ -f "$disk/run/config.yaml" ]; then
            oneword train --resume "$disk/run" >"$area/out" 2>"$area/err" || status=$?
        else
            train --set run.root="$disk" --set run.name=run >"$area/out" 2>"$area/err" || status=$?
        fi
        if [ "$status" -ne 0 ]; then
            refusals=$((refusals + 1))
            grep -q "No space left on device" "$area/err" || report 1 "  at $size KiB the disk is said to be full"
            also "  at $size KiB it ends without a stack trace (exit $status)" lacks "$trace"
        fi
        size=$((size * 5 / 3))
    done
    check "the run is done on a disk of $size KiB, after $refusals refusals" [ "$status" -eq 0 ]
    check "it was refused before" [ "$refusals" -gt 2 ]
    check "it came to the same end" same "$calm" "$disk/run"

    echo "# A disk that may not be written"
    mount -o remount,ro "$disk"
    expect "going on is refused" 1 "Read-only file system" oneword train --resume "$disk/run"
    also "  without a stack trace" lacks "$trace"
    expect "a new run is refused" 1 "Read-only file system" train --set run.root="$disk" --set run.name=new
    also "  without a stack trace" lacks "$trace"
    expect "reading is not" 0 "" oneword export --checkpoint "$disk/run" --format peft --output "$area/exported"
    umount "$disk"
else
    echo "skipped: a tmpfs may not be mounted here"
fi

echo "# Two processes and one run"
begin_long_run() {
    train --set training.max_steps=100000 --set run.root="$area" --set run.name="$1" >"$area/long" 2>&1 &
    long=$!
    waited=0
    until [ -d "$area/$1/checkpoints/step-000002" ] || [ "$waited" -ge 600 ]; do
        sleep 0.2
        waited=$((waited + 1))
    done
}
# The process that holds the run, behind the shell that runs it in the background.
holder() {
    cat "$area/$1/.lock"
}
begin_long_run shared
expect "the second one is refused" 1 "is being written by process $(holder shared)" oneword train --resume "$area/shared"
also "  without a stack trace" lacks "$trace"
kill -KILL "$(holder shared)"
wait "$long" || :
oneword train --resume "$area/shared" >"$area/out" 2>&1 &
again=$!
waited=0
until grep -q '^resumed' "$area/out" || [ "$waited" -ge 300 ]; do
    sleep 0.2
    waited=$((waited + 1))
done
check "the lock of a dead process does not hold it" grep -q '^resumed' "$area/out"
kill -KILL "$(holder shared)"
wait "$again" || :

echo "# A folder that is deleted under a run"
begin_long_run deleted
rm -rf "$area/deleted"
status=0
wait "$long" || status=$?
cp "$area/long" "$area/out"
check "the run ends (exit $status)" [ "$status" -eq 1 ]
also "it says why" has "was moved or deleted"
also "  without a stack trace" lacks "$trace"
check "it does not make the folder again" [ ! -e "$area/deleted" ]

echo "# Too little memory"
heap=-Xmx6m
expect "a Java heap that is too small is named" 1 "out of memory: .*heap.*6 MiB" train --set run.root="$area" --set run.name=heap
also "  without a stack trace" lacks "$trace"
heap=
large="--set data.limit=0 --set training.batch_size=128 --set training.micro_batch_tokens=20000 --set training.max_steps=2"
# shellcheck disable=SC2086 # options are words
limited() (
    ulimit -v "$1"
    train $large --set run.root="$area" --set run.name="address-space-$1"
)
expect "with less than libtorch needs it does not begin" 1 "native library cannot be loaded" limited 5000000
also "  without a stack trace" lacks "$trace"
expect "with little address space steps start again with less" 0 "memory ran out; it starts again" limited 6500000
if mkdir "$group" 2>/dev/null && echo 900000000 >"$group/memory.limit_in_bytes"; then
    # shellcheck disable=SC2086,SC2016 # options are words; the inner shell expands them
    in_group() (
        exec sh -c 'echo $$ >"$0/tasks" && exec "$@"' "$group" java -XX:+UseSerialGC -Doneword.home="$root" \
            -jar "$root/trainer/target/oneword.jar" train --config "$area/tiny.yaml" $large \
            --set run.root="$area" --set run.name=group
    )
    expect "in a group of 900 MB the kernel does not end it" 0 "memory ran out; it starts again" in_group
else
    echo "skipped: a control group may not be made here"
fi

[ "$failures" -eq 0 ]
