#!/bin/sh
# Kills training runs at random moments, five times in all: what they leave in the end must be what the same run leaves
# undisturbed, bit for bit. bench/Kills.java says more, and does it a hundred times.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$root"
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
seed=${SEED:-$(date +%s)}
echo "with SEED=$seed"
exec "$java" -cp trainer/target/oneword.jar bench/Kills.java --ci --kills 5 --seed "$seed" --variants fp32-on
