#!/bin/bash
# Boots guests under the hypervisor and holds what they say against what was expected.
#
#   tests/boot/boot.sh [PATTERN...]      the cases of cases.sh whose names match one of the patterns; all without
#
# Each case is bounded in seconds; nothing else is timed. One line a case, a plain "N passed, N failed" at the end. The
# log of a case is $B/boot/NAME.log. Environment: B (build folder), BEDPLATE (the tool), VERBOSE=1 (show the console).
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
BEDPLATE=${BEDPLATE:-$B/bedplate}
OUT=$B/boot
patterns=("$@")
mkdir -p "$OUT"
passed=0 failed=0 failures=()

# What no Linux guest may say, and what no run may.
LINUX_BAD='ACPI (BIOS )?(Error|Warning|Exception)|ACPI Error|ACPI Warning|ACPI Exception|APIC error|[Ll]ost .*interrupt|nobody cared|[Uu]nstable|BUG|WARNING:|Call Trace|Kernel panic|soft lockup|rcu.*stall'
RUN_BAD='\(bp\) panic|triple fault|Assertion'
# What Linux on Arm may not say beside.
ARM_BAD='SError|Internal error|Unable to handle|Unexpected .*exception|GICv[23].*(fail|broken)|irq [0-9]+: '

# ---- what a case says ---------------------------------------------------------------------
# begin NAME SECONDS [exit code of the tool: 0 well, 2 refused, 3 crashed, 4 time-out]: SECONDS are ample for an idle machine of
# two CPUs; a busy or slow one may take three times that.
begin() {
    name=$1 bound=$((3 * $2)) code=${3:-0}
    wants=() bads=("$RUN_BAD") counts=() sames=() cfgs=() host=() steps=() identicals=() also= qemu_path=
    chosen=1
    if [ ${#patterns[@]} -gt 0 ]; then
        chosen=0
        for p in "${patterns[@]}"; do [[ $name == *$p* ]] && chosen=1; done
    fi
}
want()  { wants+=("$1"); }                      # an extended regular expression that the console must show
bad()   { bads+=("$1"); }                       # one that it must not show
often() { counts+=("$1" "$2"); }                # REGEX NUMBER: exactly so many lines of it
same()  { sames+=("$1"); }                      # REGEX: all that match are the same text, and there are at least two
# The last guest's ACPI tables, as its Linux shows them when it has booted, are byte for byte those that `bedplate acpi dump`
# makes; with iomem=relaxed in its command line also what Linux does not show: the RSDP, the lists, the gaps.
tables_identical() { identicals+=("${cfgs[-1]}"); }
allow_triple_fault() { bads=('\(bp\) panic'); }
machine() { host+=("$@"); }                     # options of `bedplate run`: --host-cpus, --host-memory
typing() { steps+=("$1" "$2"); }                # REGEX TEXT: once the console has shown the one, the other is typed

also()  { also=$1; }                            # FILE: judged with the console
qemu10() { qemu_path=$PWD/$B/debian/qemu10/bin:; }  # QEMU 10 of backports, where 7.2 has not what is tested or runs stale code

# CPUs of a PC in threads of their own, with guests at work on two of them. They keep off CPU 0, whose nested paging the others
# would spoil, and have a QEMU that runs no stale code (docs/how-it-works.md). Such guests have cpus=1-2.
side_by_side() { qemu10; machine --accel tcg,thread=multi --host-cpus 3; }

# guest NAME KEY=VALUE...: writes a configuration. Values are texts; the tool takes "1" for 1.
guest() {
    local file=$OUT/$name.$1.cfg pair
    echo "name = \"$1\"" > "$file"
    shift
    for pair in "$@"; do
        case $pair in
            modules=*|vnuma=*|hide=*|evtchn=*|static_mem=*) echo "${pair%%=*} = ${pair#*=}" ;;
            *) echo "${pair%%=*} = \"${pair#*=}\"" ;;
        esac
    done >> "$file"
    cfgs+=("$file")
}

# memory=DEFAULT, or nothing that matters where the caller says it.
memory() {
    local d=$1 pair
    shift
    for pair in "$@"; do [[ $pair == memory=* ]] && { echo "type=pvh"; return; }; done
    echo "memory=$d"
}

# test_guest PROGRAM COMMAND-LINE KEY=VALUE...: one of guests/tests, which must pass.
test_guest() {
    local program=$1 cmdline=$2
    shift 2
    guest "$program" "kernel=$PWD/$B/guests/$program.elf" "cmdline=$cmdline" "$(memory 64 "$@")" "$@"
    [ "$code" != 0 ] || want "TEST-RESULT: $program PASS"
    bad 'FAIL:'
    bad 'ERROR:'
}

# linux NAME KERNEL COMMAND-LINE KEY=VALUE...: with our initramfs. bp.do= in the command line says what it does.
linux() {
    local n=$1 kernel=$2 cmdline=$3
    shift 3
    guest "$n" "kernel=$kernel" "ramdisk=$PWD/$B/guests/initrd.cpio" "cmdline=$cmdline" "$(memory 256 "$@")" "$@"
    bad "$LINUX_BAD"
}

# The same two for Arm: guests/tests_arm and those of guests/tests that Arm has; Debian's arm64 kernels.
arm_guest() {
    local program=$1 cmdline=$2
    shift 2
    guest "$program" "kernel=$PWD/$B/guests/arm/$program.img" "cmdline=$cmdline" "$(memory 64 "$@")" "$@"
    [ "$code" != 0 ] || want "TEST-RESULT: $program PASS"
    bad 'FAIL:'
    bad 'ERROR:'
}

arm_linux() {
    local n=$1 kernel=$2 cmdline=$3
    shift 3
    guest "$n" "kernel=$kernel" "ramdisk=$PWD/$B/guests/initrd-arm64.cpio" "cmdline=$cmdline" "$(memory 256 "$@")" "$@"
    bad "$LINUX_BAD"
    bad "$ARM_BAD"
}

# ---- how it is run ------------------------------------------------------------------------
feed() {
    local i=0
    while [ $i -lt ${#steps[@]} ]; do
        until [ -f "$log" ] && grep -aqE -- "${steps[i]}" "$log"; do
            kill -0 "$1" 2>/dev/null || return
            sleep 0.2
        done
        sleep 0.3
        printf '%b' "${steps[i + 1]}"
        i=$((i + 2))
    done
    while kill -0 "$1" 2>/dev/null; do sleep 0.2; done      # an end of input is not what is tested
}

tool() {
    local PATH=$qemu_path$PATH
    local run=("$BEDPLATE" run --timeout "$bound" --log "$log" "${host[@]}" "${cfgs[@]}")
    if [ -n "${VERBOSE:-}" ]; then
        "${run[@]}" 2>&1 | tee "$out"
        return "${PIPESTATUS[0]}"
    fi
    "${run[@]}" > "$out" 2>&1
}

# Linux shows all tables but the RSDP and those that list the others. In $1.tables the host's, in $1.seen the guest's sums.
tables_differ() { # configuration
    local guest=${1%.cfg} dir=$1.tables mine='' r
    [ ${#cfgs[@]} = 1 ] || mine="\(${guest##*.}\) .*"     # several guests: each line says whose it is
    rm -rf "$dir"
    "$BEDPLATE" acpi dump "$1" -o "$dir" > "$1.dump" 2>&1 || { echo "acpi dump says $(head -n 1 "$1.dump")"; return; }
    if grep -q iomem=relaxed "$1"; then
        "$BEDPLATE" acpi dump "$1" --format raw -o "$dir/image" >> "$1.dump" 2>&1 || { echo "acpi dump says $(tail -n 1 "$1.dump")"; return; }
        r=$(tr -d '\r' < "$log" | sed -nE "s/^.*${mine}bp-check: acpi-image ([0-9]+) ([0-9a-f]{64})\$/\1 \2/p")
        truncate -s "${r% *}" "$dir/image" || { echo "no image was seen"; return; }
        [ "${r#* }" = "$(sha256sum < "$dir/image" | cut -d' ' -f1)" ] || echo "the image as a whole "
    fi
    tr -d '\r' < "$log" | sed -nE "s/^.*${mine}bp-check: acpi ([A-Z0-9]+) ([0-9a-f]{64})\$/\1 \2/p" | LC_ALL=C sort > "$1.seen"
    (cd "$dir" && for t in *.dat; do
        case $t in RSDP.dat|RSDT.dat|XSDT.dat) continue ;; esac
        echo "${t%.dat} $(sha256sum < "$t" | cut -d' ' -f1)"
    done) | LC_ALL=C sort > "$1.built"
    [ -s "$1.built" ] || echo "no table was built"
    diff "$1.built" "$1.seen" | sed -n 's/^[<>] \([A-Z0-9]*\) .*/\1/p' | LC_ALL=C sort -u | tr '\n' ' '
}

judge() {
    local r p i=0 n
    for r in "${wants[@]}"; do
        grep -aqE -- "$r" "$log" || { why="\"$r\" was not seen"; return 1; }
    done
    for r in "${bads[@]}"; do
        p=$(grep -aE -m1 -- "$r" "$log") && { why="it said \"${p:0:100}\""; return 1; }
    done
    for r in "${sames[@]}"; do
        [ "$(grep -aoE -- "$r" "$log" | wc -l)" -ge 2 ] || { why="\"$r\" was not seen twice"; return 1; }
        [ "$(grep -aoE -- "$r" "$log" | sort -u | wc -l)" = 1 ] || { why="\"$r\" changes: $(grep -aoE -- "$r" "$log" | tr '\n' ' ')"; return 1; }
    done
    for r in "${identicals[@]}"; do
        p=$(tables_differ "$r")
        [ -z "$p" ] || { why="ACPI tables not as they were built: $p($r.built, $r.seen)"; return 1; }
    done
    while [ $i -lt ${#counts[@]} ]; do
        n=$(grep -acE -- "${counts[i]}" "$log")
        [ "$n" = "${counts[i + 1]}" ] || { why="\"${counts[i]}\" came $n times, not ${counts[i + 1]}"; return 1; }
        i=$((i + 2))
    done
    return 0
}

verdict() {
    if [ "$1" = 0 ]; then
        passed=$((passed + 1))
        echo "PASS $name"
    else
        failed=$((failed + 1))
        failures+=("$name")
        echo "FAIL $name: $why ($log)"
    fi
}

# Runs the case. False: it is wrong; $why says what was missing.
attempt() {
    local fifo=$OUT/$name.in pid status
    log=$OUT/$name.log out=$OUT/$name.out why=
    rm -f "$log" "$out" "$fifo" ${also:+"$also"}
    if [ ${#steps[@]} -gt 0 ]; then
        mkfifo "$fifo"
        tool < "$fifo" &
        pid=$!
        feed "$pid" > "$fifo"
        wait "$pid"
        status=$?
        rm -f "$fifo"
    else
        tool < /dev/null
        status=$?
    fi
    [ -f "$log" ] || : > "$log"
    [ -z "$also" ] || cat "$also" >> "$log"
    if [ "$code" != any ] && [ "$status" != "$code" ]; then
        judge || true
        why="exit code $status, not $code; $why"
        [ "$status" != 4 ] || why="not done after $bound s; $why"
        return 1
    fi
    judge
}

end() {
    local result=0
    [ "$chosen" = 1 ] || return 0
    attempt || result=$?
    verdict $result
}

. tests/boot/cases.sh
. tests/boot/cases_arm.sh

[ "$failed" = 0 ] || echo "failed: ${failures[*]}"
echo "boot: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
