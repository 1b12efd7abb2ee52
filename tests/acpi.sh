#!/bin/bash
# acpi.sh PROGRAM: the generated tables before two oracles. iasl takes each table apart and must make the same bytes of
# its text again (but for the checksum and the compiler's own name), without an error or a warning; acpiexec loads
# them all together and evaluates what the DSDT declares.
set -u
program=$1 bad=0 checked=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

complain() { echo "acpi.sh: $1: $2" >&2; bad=1; }

# Without byte 9 (checksum) and bytes 28..35 (creator).
essence() { { head -c 9 "$1"; tail -c +11 "$1" | head -c 18; tail -c +37 "$1"; } | sha256sum; }

round_trip() { # configuration, table
    local table=$2 base=${2%.dat}
    iasl -d "$table" >"$base.log" 2>&1 || { complain "$1" "iasl -d $(basename "$table") failed"; cat "$base.log" >&2; return; }
    grep -qiE 'error|warning|invalid|unknown' "$base.log" && { complain "$1" "iasl -d $(basename "$table") complains"; cat "$base.log" >&2; }
    mkdir -p "$work/again"
    iasl -p "$work/again/$(basename "$base")" "$base.dsl" >"$base.log" 2>&1
    grep -q '0 Errors, 0 Warnings, 0 Remarks' "$base.log" || { complain "$1" "iasl complains about $(basename "$table")"; cat "$base.log" >&2; }
    [ "$(essence "$table")" = "$(essence "$work/again/$(basename "$base").aml")" ] || complain "$1" "$(basename "$table") comes back different from iasl"
}

execute() { # configuration, processors, uart
    local out optional
    cp "$work"/DSDT.dat "$work"/FACP.dat "$work"/exec/
    for optional in APIC FACS; do
        [ -f "$work/$optional.dat" ] && cp "$work/$optional.dat" "$work/exec/"
    done
    out=$(acpiexec -b "execute \\_S5;execute \\_SB.C000._UID;objects;namespace" "$work"/exec/*.dat 2>&1) || complain "$1" "acpiexec failed"
    # acpiexec tries the GPEs of every machine that is not hardware-reduced, and complains where there are none.
    out=$(grep -v '(aetests-' <<<"$out")
    grep -qiE 'error|exception|failed|warning|AE_' <<<"$out" && { complain "$1" "acpiexec complains"; grep -iE 'error|exception|failed|warning|AE_' <<<"$out" >&2; }
    grep -q 'Integer. = 0000000000000005' <<<"$out" || complain "$1" "\\_S5 does not evaluate to sleep type 5"
    [ "$(grep -cE '^ *[0-9]+ +C[0-9A-F]{3} Device' <<<"$out")" = "$2" ] || complain "$1" "not $2 processor devices"
    [ "$(grep -cE '^ *[0-9]+ +COM1 Device' <<<"$out")" = "$3" ] || complain "$1" "not $3 UART devices"
}

for vcpus in 1 2 4 128 254 255 256 512; do
    for apics in lapic=0,ioapic=0 lapic=1,ioapic=0 lapic=1,ioapic=1; do
        for rest in uart=0,xen=1 uart=1,xen=0; do
            # The big ones differ in their counts only: one shape is enough.
            [ $vcpus -gt 4 ] && [ $rest$apics != uart=1,xen=0lapic=1,ioapic=1 ] && continue
            config=vcpus=$vcpus,$apics,$rest
            rm -rf "${work:?}"/*; mkdir -p "$work/exec"
            "$program" "$config" "$work" || { complain "$config" "no tables"; continue; }
            for table in "$work"/*.dat; do
                round_trip "$config" "$table"
            done
            uart=${rest#uart=}
            execute "$config" $vcpus "${uart%%,*}"
            checked=$((checked + 1))
        done
    done
done
[ $bad = 0 ] && [ $checked -gt 0 ] && { echo "acpi.sh: $checked configurations, all tables good"; exit 0; }
exit 1
