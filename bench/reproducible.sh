#!/bin/sh
# Builds HEAD twice, in two folders with names of different length, and compares the jars byte by byte.
#
#   bench/reproducible.sh
#
# Prints the SHA-256 of each jar and ends with exit code 1 where two differ. Needs git, Maven and what it downloads.
set -eu

home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A file mode or a locale of the machine must make no difference either.
build() (
    umask "$2"
    mkdir -p "$work/$1"
    git -C "$home" archive HEAD | tar -x -C "$work/$1"
    cd "$work/$1"
    LC_ALL=$3 TZ=$4 "$("$home/.mvn/choose")" -q -B -Dmaven.test.skip=true -Dcheckstyle.skip=true package
    cd trainer/target
    sha256sum oneword.jar lib/oneword-*.jar >"$work/$1.sums"
)

build first 022 C UTC
build a-second-folder 077 C.UTF-8 Asia/Tokyo
cat "$work/first.sums"
if ! cmp -s "$work/first.sums" "$work/a-second-folder.sums"; then
    echo "the second build differs:" >&2
    cat "$work/a-second-folder.sums" >&2
    exit 1
fi
echo "both builds are the same, byte for byte"
