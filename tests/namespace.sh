#!/bin/bash
# namespace.sh TOOL [MACHINE...]: the AML namespace reader before two oracles. For each machine (acpidump's text, .xz of it, or a
# folder of tables; without any: those in tests/fixtures/acpi) every name that `bedplate acpi namespace --all` lists is compared with
# those that iasl's disassembly declares, and with the namespace of acpiexec, which runs what is conditional; and \_S5_ with what
# acpiexec evaluates it to.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
tool=$(realpath "$1") || exit 1
shift
[ $# -gt 0 ] || set -- "$here"/fixtures/acpi/*.txt.xz
bad=0 machines=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

unpack() { # machine, to a folder of lower-case .dat files
    local t name
    case $1 in
        *.xz) xz -dc "$1" >"$2/dump.txt" && (cd "$2" && acpixtract -a dump.txt) ;;
        *.txt) cp "$1" "$2/dump.txt" && (cd "$2" && acpixtract -a dump.txt) ;;
        *) for t in "$1"/*; do
               name=$(basename "$t" .dat)
               case $name in
                   DSDT|SSDT*|FACP|FACS) cp "$t" "$2/${name,,}.dat" ;;
               esac
           done ;;
    esac >/dev/null 2>&1
}

for machine in "$@"; do
    name=$(basename "${machine%.xz}" .txt)
    rm -rf "${work:?}"/*
    unpack "$machine" "$work" || { echo "namespace.sh: $name: cannot be unpacked" >&2; bad=1; continue; }
    cd "$work" || exit 1
    mapfile -t tables < <(printf '%s\n' dsdt.dat ssdt*.dat | sort -V)
    [ -e "${tables[-1]}" ] || unset 'tables[-1]'
    "$tool" acpi namespace --all --json "${tables[@]}" >ours.json || { bad=1; continue; }
    # What acpixtract has taken apart must be the same as what our own reader of dumps finds.
    if [ -e dump.txt ]; then
        "$tool" acpi namespace --all --json dump.txt | sed '/"tables"/,/^  \]/d' >a
        sed '/"tables"/,/^  \]/d' ours.json >b
        cmp -s a b || { echo "namespace.sh: $name: the dump gives other names than its tables" >&2; bad=1; }
    fi
    "$tool" acpi s5 --json "${tables[@]}" >s5.json 2>s5.log
    # With the DSDT's names known where the two agree, so that iasl need not guess how many arguments its methods take.
    for t in "${tables[@]}"; do
        [ "$t" != dsdt.dat ] && iasl -e dsdt.dat -d "$t" >iasl.log 2>&1 && continue
        iasl -d "$t" >iasl.log 2>&1 || { echo "namespace.sh: $name: iasl cannot disassemble $t" >&2; tail -n 5 iasl.log >&2; bad=1; }
    done
    acpiexec -di -b 'namespace;execute \_S5;quit' "${tables[@]}" >acpiexec.txt 2>&1
    python3 "$here/namespace.py" "$name" "${SHOW:-20}" || bad=1
    machines=$((machines + 1))
    cd / || exit 1
done
[ $bad = 0 ] && [ $machines -gt 0 ] && { echo "namespace.sh: $machines machines, every name as iasl and acpiexec have it"; exit 0; }
exit 1
