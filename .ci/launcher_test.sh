#!/bin/sh
# What the launcher promises, each against a copy of it beside a pretended java and mvn.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=.ci/checks.sh
. "$root/.ci/checks.sh"
unset JAVA_HOME ONEWORD_JAVA_OPTS JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS DJL_OFFLINE OPT_OUT_TRACKING \
    RUST_FLAVOR LC_ALL LC_CTYPE LANG || :

builds() {
    wc -l <"$area/builds" | tr -d ' '
}

# A fresh copy of the launcher at $area/the house, not yet built, its Java and Maven in $area/tools.
lay_ground() {
    PATH=$own_path
    cd "$area"
    house="$area/the house"
    tools=$area/tools
    rm -rf "$house" "$tools" "$area/elsewhere"
    mkdir -p "$house/.mvn" "$house/data/src/main/java" "$house/trainer/src/main/java" "$tools" "$area/elsewhere"
    cp "$root/oneword" "$house/"
    cp "$root/.mvn/choose" "$house/.mvn/"
    touch "$house/pom.xml" "$house/data/pom.xml" "$house/data/src/main/java/A.java"
    : >"$area/builds"
    for tool in cat chmod cp dirname env find grep head ln mkdir mv ps readlink rm sed sh sleep tail touch tr uname unzip \
        wc; do
        ! path=$(command -v "$tool") || [ ! -x "$path" ] || ln -s "$path" "$tools/$tool"
    done
    pretend_java 17.0.1
    pretend_mvn 3.9.9
    PATH=$tools
}

pretend_java() {
    cat >"$tools/java" <<END
#!/bin/sh
if [ "\$*" = -version ]; then
    echo 'Picked up JAVA_TOOL_OPTIONS: -Dversion=1' >&2
    echo 'openjdk version "$1" 2021-10-19' >&2
    exit 0
fi
echo "process \$\$"
echo "folder \$(pwd -P)"
echo "environment DJL_OFFLINE=\$DJL_OFFLINE OPT_OUT_TRACKING=\$OPT_OUT_TRACKING RUST_FLAVOR=\$RUST_FLAVOR MALLOC_TRIM_THRESHOLD_=\$MALLOC_TRIM_THRESHOLD_"
for word; do echo "word [\$word]"; done
exit 7
END
    chmod +x "$tools/java"
}

# A Maven of version $1 that builds after the commands $2.
pretend_mvn() {
    cat >"$tools/mvn" <<END
#!/bin/sh
if [ "\$*" = -version ]; then
    echo 'Apache Maven $1 (0123456789abcdef)'
    exit 0
fi
${2:-:}
[ "\$(pwd -P)" = "$house" ] || exit 1
echo mvn "\$@" >>"$area/builds"
mkdir -p trainer/target
echo jar >trainer/target/oneword.jar
END
    chmod +x "$tools/mvn"
}

newer() {
    touch -t 203012312359 "$1"
}

older() {
    touch -t 202001010000 "$1"
}

lay_ground
expect "the first launch builds and passes the exit code on" 7 "^oneword: building.* 150 MB" "$house/oneword"
check "it says so once" [ "$(grep -c '^oneword: ' "$area/err")" -eq 1 ]
check "it builds once" [ "$(builds)" -eq 1 ]
expect "the second launch builds nothing" 7 "word \[a b\]" "$house/oneword" 'a b' '*' ''
also "it says nothing itself" lacks "^oneword:"
also "words with blanks and patterns arrive whole" has "^word \[\*\]"
also "empty words arrive" has "^word \[\]"
also "the program is told its folder" has "^word \[-Doneword.home=$house\]"
also "nothing leaves the machine unasked" has "DJL_OFFLINE=true OPT_OUT_TRACKING=true RUST_FLAVOR=cpu"
also "no option of a later Java is passed to Java 17" lacks "native-access|unsafe-memory"

cd "$area/elsewhere"
expect "the working directory stays the caller's" 7 "^folder $area/elsewhere\$" "$house/oneword"
mkdir -p links/more
ln -s "../../the house/oneword" links/relative
ln -s "$area/elsewhere/links/relative" links/more/absolute
ln -s more links/folder
expect "it is found through a relative link" 7 "home=$house\]" links/relative
expect "it is found through links to links" 7 "home=$house\]" links/folder/absolute
PATH=$area/elsewhere/links/more:$tools
expect "it is found through a link on the PATH" 7 "home=$house\]" absolute
PATH=$tools
cd "$area"
expect "CDPATH does not mislead it" 7 "home=$house\]" env CDPATH="$area" "the house/oneword"

process=$(sh -c 'echo $$; exec "$0"' "$house/oneword" 2>&1) || :
check "it becomes the Java process, so that signals reach it" \
    [ "$(echo "$process" | sed -n 1p)" = "$(echo "$process" | sed -n 's/^process //p')" ]

cd "$area/elsewhere"
touch ./-Db=1
expect "ONEWORD_JAVA_OPTS is split into words, and that is all" 7 "^word \[-Db=\*\]" env ONEWORD_JAVA_OPTS='-Xmx1g -Db=*' "$house/oneword"
expect "a collector of the user's own replaces ours" 7 "UseZGC" env ONEWORD_JAVA_OPTS=-XX:+UseZGC "$house/oneword"
also "there is only one" lacks "UseSerialGC"
expect "the heap begins small" 7 "Xms64m" "$house/oneword"
expect "a heap of the user's own size replaces ours" 7 "Xmx1g" env ONEWORD_JAVA_OPTS=-Xmx1g "$house/oneword"
also "there is only one size" lacks "Xms64m"
expect "the user's environment wins" 7 "DJL_OFFLINE=false" env DJL_OFFLINE=false "$house/oneword"
expect "the allocator keeps its heap" 7 "MALLOC_TRIM_THRESHOLD_=536870912" "$house/oneword"
expect "unless the user says otherwise" 7 "MALLOC_TRIM_THRESHOLD_=4096" env MALLOC_TRIM_THRESHOLD_=4096 "$house/oneword"

for source in pom.xml data/pom.xml data/src/main/java/A.java; do
    older "$house/trainer/target/oneword.jar"
    older "$house/data/src/main/java"
    for other in pom.xml data/pom.xml data/src/main data/src/main/java data/src/main/java/A.java trainer/src/main \
        trainer/src/main/java; do
        older "$house/$other"
    done
    touch "$house/$source"
    expect "a newer $source builds again" 7 "^oneword: building" "$house/oneword"
done
touch "$house/trainer/target/oneword.jar"
older "$house/trainer/target/oneword.jar"
for other in pom.xml data/pom.xml data/src/main data/src/main/java/A.java trainer/src/main trainer/src/main/java; do
    older "$house/$other"
done
rm "$house/data/src/main/java/A.java"
expect "a deleted source builds again" 7 "^oneword: building" "$house/oneword"
mkdir -p "$house/data/src/test" "$house/runs/quick"
newer "$house/data/src/test"
newer "$house/runs/quick"
expect "tests and runs do not" 7 "word" "$house/oneword"
also "it builds nothing for them" lacks "building"

mkdir -p "$house/trainer/target/lib"
echo old >"$house/trainer/target/lib/oneword-data-1.jar"
exec 3<"$house/trainer/target/lib/oneword-data-1.jar"
pretend_mvn 3.9.9 "echo new >>trainer/target/lib/oneword-data-1.jar"
touch "$house/pom.xml"
expect "a source changed again builds again" 7 "^oneword: building" "$house/oneword"
check "a run that reads the old libraries keeps them" [ "$(cat <&3)" = old ]
exec 3<&-

lay_ground
pretend_mvn 3.9.9 "touch '$house/pom.xml'; sleep 0.1"
"$house/oneword" >"$area/out" 2>&1 || :
pretend_mvn 3.9.9
expect "what changes during a build is built by the next launch" 7 "^oneword: building" "$house/oneword"

lay_ground
pretend_mvn 3.9.9 "sleep 1"
"$house/oneword" >"$area/first" 2>&1 &
"$house/oneword" >"$area/second" 2>&1 &
wait
cat "$area/first" "$area/second" >"$area/out"
check "of two launches at once one builds" [ "$(builds)" -eq 1 ]
check "and both run" [ "$(grep -c '^process' "$area/out")" -eq 2 ]

lay_ground
mkdir -p "$house/target" "$house/trainer/target"
echo "999999999 $(uname -n)" >"$house/target/launcher.lock"
echo half >"$house/trainer/target/oneword.jar"
expect "the lock of a dead build does not block" 7 "^oneword: building" "$house/oneword"
check "what it left half written is built anew" [ "$(cat "$house/trainer/target/oneword.jar")" = jar ]

lay_ground
pretend_mvn 3.9.9 "echo started >'$area/maven'; sleep 10; echo unharmed >'$area/maven'"
"$house/oneword" >"$area/out" 2>"$area/err" &
launch=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s "$area/maven" ] || sleep 1; done
kill -TERM "$launch"
status=0
wait "$launch" || status=$?
check "SIGTERM ends a build with exit 143" [ "$status" -eq 143 ]
check "its Maven ends with it" [ "$(cat "$area/maven")" = started ]
check "its lock goes with it" [ ! -e "$house/target/launcher.lock" ]

lay_ground
pretend_mvn 3.9.9 "echo '[ERROR] A.java:[3,5] cannot find symbol'; exit 1"
expect "a broken build is shown" 1 "cannot find symbol" "$house/oneword"
also "its log is named" has "^oneword: .*$house/target/launcher-build.log"
also "the way out is named" has "start again"
also "the program does not start" lacks "^process"
pretend_mvn 3.9.9 "echo '[ERROR] Could not transfer artifact x'; exit 1"
expect "a lack of network is named" 1 "^oneword: .*network" "$house/oneword"
check "a broken build leaves no lock" [ ! -e "$house/target/launcher.lock" ]

lay_ground
pretend_mvn 3.6.3
printf '#!/bin/sh\nmkdir -p trainer/target; echo "wrapper $*" >trainer/target/oneword.jar\n' >"$house/mvnw"
chmod +x "$house/mvnw"
expect "a Maven that is too old gives way to the wrapper" 7 "^oneword: building" "$house/oneword"
check "the wrapper builds" grep -q '^wrapper .*package' "$house/trainer/target/oneword.jar"
rm "$tools/mvn"
touch "$house/pom.xml"
expect "so does a missing one" 7 "^oneword: building" "$house/oneword"
rm -f "$tools/unzip"
touch "$house/pom.xml"
expect "without unzip the wrapper is not tried" 1 "^oneword: Maven 3.8 .*unzip" "$house/oneword"
for version in 3.8.0 3.10.1 4.0.0; do
    pretend_mvn "$version"
    check "Maven $version is good enough" [ "$("$house/.mvn/choose")" = "$tools/mvn" ]
done

lay_ground
rm "$tools/java"
expect "a missing Java is named in one line" 1 "^oneword: Java 17 or newer .*JAVA_HOME" "$house/oneword"
check "and in no more" [ "$(cat "$area/out" "$area/err" | wc -l)" -eq 1 ]
for version in 11.0.20 1.8.0_392 16-ea; do
    pretend_java "$version"
    expect "Java $version is too old" 1 "^oneword: Java 17 or newer .*$tools/java is $version:" "$house/oneword"
done
pretend_java 25.0.1
expect "Java 25 is allowed its native calls" 7 "native-access=ALL-UNNAMED" "$house/oneword"

mkdir -p "$area/jdk/bin"
mv "$tools/java" "$area/jdk/bin/"
rm -f "$house/trainer/target/oneword.jar"
echo 'JAVA_VERSION="21.0.4"' >"$area/jdk/release"
expect "JAVA_HOME is used, and a Java without a compiler cannot build" 1 "JDK.*$area/jdk has no compiler" \
    env JAVA_HOME="$area/jdk" "$house/oneword"
touch "$area/jdk/bin/javac"
chmod +x "$area/jdk/bin/javac"
pretend_mvn 3.9.9 "[ \"\$JAVA_HOME\" = '$area/jdk' ] || exit 1"
expect "Maven gets the Java that runs the program" 7 "^process" env JAVA_HOME="$area/jdk" "$house/oneword"
rm "$area/jdk/bin/java"
pretend_java 17
expect "a JAVA_HOME without Java gives way to the PATH" 7 "^process" env JAVA_HOME="$area/jdk" "$house/oneword"

PATH=$own_path
newer "$house/pom.xml"
chmod -R a-w,a+rX "$area"
guest=
if [ -w "$house" ]; then
    guest="setpriv --reuid=65534 --regid=65534 --clear-groups"
fi
if [ -z "$guest" ] || $guest test ! -w "$house" 2>/dev/null; then
    chmod u+w "$area" "$area/out" "$area/err"
    # shellcheck disable=SC2086 # words
    expect "a tree that cannot be written to runs as it was built" 7 "^process" $guest env PATH="$tools" "$house/oneword"
    also "it says that sources are newer" has "^oneword: .*newer"
    chmod u+w "$house/trainer/target"
    rm -f "$house/trainer/target/oneword.jar"
    chmod a-w "$house/trainer/target"
    # shellcheck disable=SC2086 # words
    expect "nor can it be built" 1 "^oneword: cannot build in $house: " $guest env PATH="$tools" "$house/oneword"
fi
chmod -R u+w "$area"

[ "$failures" -eq 0 ]
