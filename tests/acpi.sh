#!/bin/bash
# acpi.sh [--all] PROGRAM: the generated tables before two oracles and a walk, over a grid of configurations.
#   the walk     (PROGRAM --grid) every address, port, line and CPU that a table names is the platform's, and the other way round
#   iasl         takes each table apart and must make the same bytes of its text again, without an error, warning or remark
#   acpiexec     loads each set whole, evaluates every object with its own checks, converts every resource template there and back
# Many configurations share tables: what is the same, byte for byte, is proven once. The last line says how many of each.
# By default: every combination of toggles and devices for three numbers of vCPUs, and the numbers where encodings change for four
# shapes; under a minute of CPU time. --all: the walk over every combination for each of 1..512 vCPUs; iasl and acpiexec over each
# toggle and device alone, off and on, for each of 1..512 vCPUs, and over every combination for eight of them. An hour.
set -u
all=
[ "${1:-}" = --all ] && { all=all; shift; }
program=$(realpath "$1") bad=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
jobs=$(nproc)

complain() { echo "acpi.sh: $*" >&2; bad=1; }

# One configuration a line; those that contradict themselves (an IOMMU without a bus, an IOAPIC without local APICs) are refused
# by platform_check and counted.
configurations() { # default, all, walk
    awk -v which="$1" '
    function key(i) { return substr(item[i], 1, index(item[i], "=") - 1) }
    function toggles(head, i,    values, v) {                   # crosses what item[i..items] list
        if (i > items) { print head; return }
        for (v = split(substr(item[i], index(item[i], "=") + 1), values, "/"); v > 0; v--)
            toggles(head "," key(i) "=" values[v], i + 1)
    }
    function one(head, on, other,    i, values, n) {            # each at its first or its last value, but for one of them
        for (i = 1; i <= items; i++) {
            n = split(substr(item[i], index(item[i], "=") + 1), values, "/")
            head = head "," key(i) "=" values[(i == other ? !on : on) ? n : 1]
        }
        print head
    }
    function each(head,    i) { for (i = 0; i <= items; i++) { one(head, 0, i); one(head, 1, i) } }
    function board(n, b,    both) {
        both = "xen=0/1 pcie=0/1 viommu=0/1 tpm=0/1 nodes=0/1/3 hide=0/2 "
        if (b == "virt") both = both "gic=3/2 its=0/1 pl011=0/1"
        else both = both "lapic=1/0 ioapic=0/1 uart=0/1 button=0/1 maxvcpus=0/" (n < 509 ? n + 3 : 512)
        items = split(both, item, " ")
        return (b == "virt" ? "virt=1," : "") "vcpus=" n
    }
    function shapes(n,    many) {
        print "vcpus=" n ",lapic=1,xen=1"
        print "vcpus=" n ",lapic=0,xen=1,uart=1"
        many = ",pcie=1,viommu=1,tpm=1,nodes=16,hide=2,memory=5000,"
        print "vcpus=" n many "lapic=1,ioapic=1,uart=1,button=1,maxvcpus=" (n < 400 ? n + 100 : 512)
        print "virt=1,vcpus=" n many "gic=3,its=1,pl011=1,xen=1"
    }
    function channels(    n) {                                  # where the sizes of what holds them change
        for (n = 0; n <= 32; n++) {
            print "vcpus=1,lapic=1,xen=1,channels=" n
            print "virt=1,vcpus=1,gic=3,xen=1,channels=" n ",rings=" n % 9
        }
    }
    function cross(n) { toggles(board(n, "pc"), 1); toggles(board(n, "virt"), 1) }
    function some(list,    n, i, count) { n = split(list, count, " "); for (i = 1; i <= n; i++) cross(count[i]) }
    BEGIN {
        if (which == "default") {
            some("1 3 256")
            channels()
            n = split("2 4 7 8 9 15 16 17 63 64 65 127 128 129 253 254 255 257 400 512", count, " ")
            for (i = 1; i <= n; i++) shapes(count[i])
            exit
        }
        for (n = 1; n <= 512; n++) {
            if (which == "walk") cross(n)
            else { shapes(n); each(board(n, "pc")); each(board(n, "virt")) }
        }
        if (which == "all") some("1 2 3 8 17 128 256 511")
        channels()
    }'
}

# iasl 20200925 knows VIOT by no more than its header; the walk reads it.
tables() { (cd "$work" && find . -maxdepth 1 -name '*.dat' ! -name 'VIOT-*' -printf '%f\n' | sort); }

# Definition blocks one by one, because iasl takes all that it is given together for one namespace; the others in bunches.
with_iasl() { # suffix, options
    tables | sed "s/dat\$/$1/" | grep '^DSDT' | (cd "$work" && xargs -r -P "$jobs" -n 1 iasl ${2:-})
    tables | sed "s/dat\$/$1/" | grep -v '^DSDT' | (cd "$work" && xargs -r -P "$jobs" -n 100 iasl ${2:-})
}

round_trip() {
    with_iasl dat -d >"$work/apart.log" 2>&1
    grep -iE 'error|warning|invalid|unknown' "$work/apart.log" >"$work/complaints" &&
        { complain "iasl -d complains"; sort "$work/complaints" | uniq -c >&2; }
    with_iasl dsl >"$work/again.log" 2>&1
    grep -E 'Error|Warning|Remark|^Compilation failed' "$work/again.log" |
        grep -v '^Compilation successful. 0 Errors, 0 Warnings, 0 Remarks' >"$work/complaints" &&
        { complain "iasl complains"; sort "$work/complaints" | uniq -c >&2; }
    tables | sed 's/\.dat$//' | "$program" --same "$work" || complain "iasl makes other tables of what it took apart"
}

# Complaints, none when all is good. Registers read as all ones (-fv), which ends the loop that looks for CPUs with news.
run_acpiexec() { # configuration, tables, commands, last command
    local out
    # shellcheck disable=SC2086
    out=$(cd "$work" && acpiexec -fv 0xff -b "test predefined;test objects;integrity;resources;$3$4" $2 2>&1) || echo "$1: acpiexec failed"
    # Not faults: acpiexec tries the GPEs of every machine that is not hardware-reduced, and _SRS, which none of these devices has.
    grep -vE '\(aetests-|returned AE_OK|AcpiSetCurrentResources failed: AE_NOT_FOUND' <<<"$out" |
        grep -iE 'error|exception|failed|warning|AE_|mismatch|could not' | sed "s/^/$1: /"
    grep -qE 'Evaluated [1-9][0-9]* predefined names' <<<"$out" || echo "$1: acpiexec evaluated nothing"
    grep -qE 'Verified [1-9][0-9]* namespace nodes' <<<"$out" || echo "$1: acpiexec looked at no namespace"
    [ "$(grep -c '^Evaluating \\' <<<"$out")" = "$(tr -cd ';' <<<"$3" | wc -c)" ] || echo "$1: acpiexec left methods out"
}

# Told to quit, acpiexec is done at once, but at times before a notification is, and complains of memory in use. Without, it waits a
# second first: that is left to those with complaints, and decides.
execute() { # line of "sets"
    local config tables commands
    IFS=$'\t' read -r config tables commands <<<"$1"
    [ -z "$(run_acpiexec "$config" "$tables" "$commands" quit)" ] || run_acpiexec "$config" "$tables" "$commands" ""
}
export -f run_acpiexec execute
export work

configurations "${all:-default}" | "$program" --grid "$work" >"$work/counts" || complain "the walk complains"
[ "$all" ] && { configurations walk | nice "$program" --walk || complain "the walk complains"; }
round_trip
tr '\n' '\0' <"$work/sets" | xargs -0 -r -P "$jobs" -n 1 bash -c 'execute "$1"' - >"$work/executed" 2>&1
[ -s "$work/executed" ] && { complain "acpiexec complains"; sort "$work/executed" | head -40 >&2; }
echo "acpi.sh: $(cat "$work/counts"), $([ $bad = 0 ] && echo all good || echo "some bad")"
exit $bad
