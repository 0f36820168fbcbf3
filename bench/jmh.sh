#!/bin/sh
# Times the kernels with JMH: a decoder's layers and a LoRA map forward and back, InfoNCE whole and in stripes, AdamW,
# dropout, and reading of weights and sentences.
#
#   bench/jmh.sh                              all of them, about 20 minutes
#   bench/jmh.sh -lp                          lists them and their parameters
#   bench/jmh.sh InfoNce -p batch=4096        those whose name matches, with JMH's own options
#   bench/jmh.sh -rf json -rff kernels.json   results to a file
#
# -p model=FOLDER takes another model than models/opt-mini, -p precision=BF16 one precision of two. Builds first; the
# default build has no part in it.
set -eu

home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
maven=$("$home/.mvn/choose")
(cd "$home" && "$maven" -q -B -Pjmh -pl bench/jmh -am process-classes >&2)
export DJL_OFFLINE=true OPT_OUT_TRACKING=true
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Doneword.root="$home" \
    -cp "$home/bench/jmh/target/classes:$(cat "$home/bench/jmh/target/class-path")" org.openjdk.jmh.Main "$@"
