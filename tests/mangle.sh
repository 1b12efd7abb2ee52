#!/bin/bash
# mangle.sh [--accept] TOOL [FILE...]: the hardware domain's sets before oracles. A machine of our own (tests/fixtures/acpi/machine,
# compiled by iasl), whose decisions are also compared with tests/golden/mangle, the real machines of tests/fixtures/acpi, and those named.
#   iasl         takes each table that is told anew apart and must make the same bytes of its text again, without a complaint
#   acpiexec     loads the new set; each name in STAO is an object of its namespace
#   cmp          what is kept has the machine's bytes; made again from itself, the set is the same
#   the roots    list every table of the set, but those that the FADT points at, and no other
set -u
accept=
[ "${1:-}" = --accept ] && { accept=1; shift; }
cd "$(dirname "$0")/.." || exit 2
tool=$(realpath "$1")
shift
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
bad=0 sets=0

complain() { echo "mangle.sh: $*" >&2; bad=1; }

# The n-byte little-endian number at an offset of a file.
number() { od -An -v -tu1 -j "$2" -N "$3" "$1" | awk '{ v = 0; for (i = NF; i > 0; i--) v = v * 256 + $i; printf "%d", v }'; }

again() { # set, table: through iasl and back
    local dir=$1/again
    mkdir -p "$dir"
    cp "$1/$2.dat" "$dir/$2.dat"
    (cd "$dir" && iasl -d "$2.dat" && iasl "$2.dsl") >"$dir/$2.log" 2>&1
    grep -q '^Compilation successful. 0 Errors, 0 Warnings, 0 Remarks' "$dir/$2.log" || { complain "$1: iasl complains about $2"; grep -iE 'error|warn|remark' "$dir/$2.log" | head -5 >&2; }
    # iasl writes its own name over the maker's, at 28, and sums anew.
    cmp -l "$1/$2.dat" "$dir/$2.aml" 2>&1 | awk '$1 != 10 && ($1 < 29 || $1 > 36)' >"$dir/differs"
    [ -s "$dir/differs" ] && { complain "$1: iasl makes another $2"; head -5 "$dir/differs" >&2; }
}

roots() { # set: how many tables each root lists
    local want
    want=$(find "$1" -maxdepth 1 -name '*.dat' ! -name 'RSDP*' ! -name 'RSDT*' ! -name 'XSDT*' ! -name 'DSDT*' ! -name 'FACS*' | wc -l)
    [ $((($(number "$1/RSDT.dat" 4 4) - 36) / 4)) = "$want" ] || complain "$1: the RSDT does not list $want tables"
    [ $((($(number "$1/XSDT.dat" 4 4) - 36) / 8)) = "$want" ] || complain "$1: the XSDT does not list $want tables"
}

# The AML loads as it did before, and has all that STAO names. acpiexec waits a second at its end.
load() { # set
    local names name
    (cd "$1" && acpiexec -di -b 'paths;quit' DSDT.dat $(ls | grep -E '^(SSDT|FACP|FACS|APIC|STAO)[0-9]*\.dat$')) >"$1/loaded" 2>&1
    grep -qE '[1-9][0-9]* ACPI AML tables successfully acquired and loaded' "$1/loaded" || complain "$1: acpiexec does not load it"
    [ -e "$1/STAO.dat" ] || return
    names=$(tail -c +38 "$1/STAO.dat" | tr '\0' '\n' | sed -E 's/_+(\.|$)/\1/g; s/^\\//')
    for name in $names; do
        awk -v name="$name" '$3 == name || $2 == name || $NF == name { found = 1 } END { exit !found }' "$1/loaded" || complain "$1: STAO names $name, which acpiexec does not know"
    done
}

# What the tool says it kept is what was there: by the sums of the machine's own tables.
kept() { # set, sums of the machine's tables
    local file
    for file in $(find "$1" -maxdepth 1 -name '*.dat' ! -name 'RSDP.dat' ! -name '[RX]SDT.dat' ! -name 'APIC.dat' ! -name 'FACP.dat' ! -name 'STAO.dat'); do
        grep -q "$(sha256sum <"$file")" "$2" || complain "$file is no table of the machine's"
    done
}

# What was made is a machine's set too: made again, it is the same, and hides the same.
twice() { # set, options...
    local set=$1
    shift
    mkdir "$set/given"
    cp "$set"/*.dat "$set/given"
    "$tool" acpi mangle --from "$set/given" -o "$set/twice" "$@" >/dev/null 2>"$work/err" || { complain "$set: refused the second time: $(cat "$work/err")"; return; }
    cmp "$set/APIC.dat" "$set/twice/APIC.dat" >&2 || complain "$set: another MADT the second time"
    [ -e "$set/STAO.dat" ] || return
    cmp <(tail -c +37 "$set/STAO.dat" | tr '\0' '\n' | sort) <(tail -c +37 "$set/twice/STAO.dat" | tr '\0' '\n' | sort) >&2 || complain "$set: another STAO the second time"
}

check() { # name, what, folder of the machine's tables, options...
    local name=$1 what=$2 tables=$3 file table
    shift 3
    "$tool" acpi mangle --from "$what" -o "$work/$name" "$@" >"$work/$name.txt" 2>"$work/err" || { complain "$name: refused: $(cat "$work/err")"; return; }
    for file in "$tables"/*; do sha256sum <"$file"; done >"$work/sums"
    sets=$((sets + 1))
    for table in APIC STAO FACP; do [ -e "$work/$name/$table.dat" ] && again "$work/$name" $table; done
    roots "$work/$name"
    load "$work/$name"
    kept "$work/$name" "$work/sums"
    twice "$work/$name" "$@"
}

golden() { # name: the decisions of a set that was checked
    local file=tests/golden/mangle/$1.txt
    if [ "$accept" ]; then
        cmp -s "$work/$1.txt" "$file" || { cp "$work/$1.txt" "$file"; echo "mangle.sh: took $file"; }
    elif ! diff -u "$file" "$work/$1.txt"; then
        complain "$file differs; if the new text is right: make golden-accept"
    fi
}

spcr() { # name, whether STAO takes the UART of SPCR from the domain
    [ "$(number "$work/$1/STAO.dat" 36 1)" = "$2" ] || complain "$1: STAO's byte is not $2"
}

compile() { # to a folder, files
    local to=$1 file
    shift
    mkdir -p "$to"
    for file in "$@"; do
        iasl -p "$work/compiled" "$file" >"$work/log" 2>&1 || { complain "$file: iasl does not take it"; tail -n 5 "$work/log" >&2; }
        mv "$work/compiled.aml" "$to/$(basename "$file" .asl | tr a-z A-Z).dat"
    done
}

compile "$work/machine" tests/fixtures/acpi/machine/*.asl
check own-4 "$work/machine" "$work/machine" --vcpus 4 --uart COM1
golden own-4
spcr own-4 1        # SPCR names the hypervisor's UART
check own-300 "$work/machine" "$work/machine" --vcpus 300 --uart 0x2f8 --no-xen --pic --unknown keep --hide PNP0303 --hide '\_SB.PCI0.NIC0'
golden own-300
spcr own-300 0      # SPCR names another
# A hypervisor below hides devices already.
compile "$work/nested" tests/fixtures/acpi/machine/*.asl tests/fixtures/acpi/nested/*.asl
check own-nested "$work/nested" "$work/nested" --vcpus 4 --uart COM1
golden own-nested

machine() { # texts of acpidump, perhaps compressed: one machine together
    local name vcpus file
    name=$(basename "$1" | sed 's/\..*//')
    mkdir -p "$work/real-$name"
    for file in "$@"; do
        case $file in
            *.xz) xz -dc "$file" ;;
            *) cat "$file" ;;
        esac
        echo
    done >"$work/real-$name.txt"
    (cd "$work/real-$name" && acpixtract -a "../real-$name.txt") >/dev/null 2>&1
    for vcpus in 1 4 260; do check "$name-$vcpus" "$work/real-$name.txt" "$work/real-$name" --vcpus $vcpus --uart COM1; done
    grep 'nobody has judged' "$work/$name-1.txt" >&2 && complain "$name: a table without a row"
}
# The machines' AML stands where the namespace reader's tests have it, all else in rest/.
for file in tests/fixtures/acpi/rest/*.xz; do machine "$file" "tests/fixtures/acpi/$(basename "$file")"; done
for file in "$@"; do machine "$file"; done

echo "mangle.sh: $sets sets, $([ $bad = 0 ] && echo all good || echo some bad)"
exit $bad
