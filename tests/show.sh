#!/bin/bash
# show.sh ACPI_TABLES TOOL: tables of guests (ACPI_TABLES writes them) and of the machine in tests/fixtures, told by TOOL and by iasl.
set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for file in "$here"/golden/acpi/*.txt; do
    name=$(basename "$file" .txt)
    mkdir "$work/$name"
    "$1" "$name" "$work/$name"
done
mkdir "$work/machine"
for file in "$here"/fixtures/acpi/machine/*.asl; do
    case $(basename "$file") in dsdt* | ssdt* | oem* | zzzz* | facs*) continue ;; esac
    iasl -p "$work/machine/$(basename "$file" .asl)" "$file" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
done
find "$work" \( -name '*.dat' -o -name '*.aml' \) ! -name 'DSDT*' ! -name 'SSDT*' ! -name 'FACS*' -print0 | sort -z >"$work/all"
xargs -0 python3 "$here/show.py" "$2" <"$work/all"
