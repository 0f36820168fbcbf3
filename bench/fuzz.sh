#!/bin/sh
# Looks for input that a reader cannot take, with Jazzer (https://github.com/CodeIntelligenceTesting/jazzer).
#
#   bench/fuzz.sh                                  lists the targets
#   bench/fuzz.sh CLASS METHOD [EXECUTIONS]        fuzzes one, 1,000,000 times if not said otherwise
#   bench/fuzz.sh all [EXECUTIONS]                 fuzzes one after the other, and prints a line for each
#
# The heap has 512 MB and one execution 20 s, so that what allocates or hangs is a finding, as is any exception but the
# reader's own. A finding ends the run with its stack trace, and its input lies in fuzz/src/test/resources, in the
# folder of the target: give it a name that says what it is, mend the reader, keep the file. Inputs that reach new code
# are kept in target/fuzz and are where the next run starts from; FUZZ_SECONDS ends a run earlier.
set -eu

home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
sources=$home/fuzz/src/test/java/oneword/fuzz
work=$home/target/fuzz
memory=/dev/shm
[ -d "$memory" ] && [ -w "$memory" ] || memory=${TMPDIR:-/tmp}

targets() {
    for file in "$sources"/*FuzzTest.java; do
        class=$(basename -- "$file" .java)
        sed -n '/@FuzzTest/{n;s/^ *void \([A-Za-z0-9]*\)(.*/'"$class"' \1/p;}' "$file"
    done
}

build() {
    mkdir -p "$work"
    [ -x "${MAVEN:=$home/.mvn/choose}" ] && MAVEN=$("$MAVEN")
    (cd "$home" && "$MAVEN" -q -B -pl fuzz -am test-compile dependency:build-classpath -Dcheckstyle.skip=true \
        -Dmdep.outputFile="$work/classpath")
}

# Fuzzes method $2 of class $1 for $3 executions; the log goes to the file $4.
fuzz() {
    mkdir -p "$work/$1.$2"
    # Jazzer takes and leaves inputs beside the working directory.
    (cd "$home/fuzz" && java -Xmx512m -XX:+UseSerialGC -Djava.io.tmpdir="$memory" -Doneword.root="$home" \
        -cp "$home/fuzz/target/test-classes:$(cat "$work/classpath")" com.code_intelligence.jazzer.Jazzer \
        --target_class="oneword.fuzz.$1" --target_method="$2" --instrumentation_includes='oneword.**' \
        --reproducer_path="$work" --max_executions="$3" --max_duration="${FUZZ_SECONDS:-86400}s" -timeout=20 \
        -max_len=16384 "$work/$1.$2") >"$4" 2>&1
}

case ${1:-} in
    '') targets ;;
    all)
        build
        targets | while read -r class method; do
            log=$work/$class.$method.log
            if fuzz "$class" "$method" "${2:-1000000}" "$log"; then result=none; else result="FOUND, see $log"; fi
            printf '%s\t%s\t%s\t%s\n' "$class" "$method" "$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$log")" "$result"
        done
        ;;
    *)
        build
        if fuzz "$1" "$2" "${3:-1000000}" /dev/stdout; then :; else exit $?; fi
        ;;
esac
