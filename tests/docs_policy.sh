#!/bin/sh
# docs_policy.sh [--print|--accept]: the hardware domain's policy table in docs/acpi.md is told from acpi/firmware/policy.c and from nowhere
# else. Without an option: fails when the copy between the marks differs. --print writes the table; --accept puts it into the document.
# Always: the document names every table whose inside `show` tells as bytes.
set -u
cd "$(dirname "$0")/.." || exit 2
source=acpi/firmware/policy.c document=docs/acpi.md
begin='<!-- begin: sh tests/docs_policy.sh --accept -->' end='<!-- end -->'
want=$(mktemp) || exit 2
have=$(mktemp) || exit 2
trap 'rm -f "$want" "$have"' EXIT

# One row of the table is one line of the source: WORD("SIGN", "reason"). What is no such row, but begins like one, is an error.
table() {
    awk -F'"' '
    BEGIN {
        print "| signature | | why |\n|---|---|---|"
        word["KEEP("] = "keep"; word["UART("] = "keep, unless it names the hypervisor\x27s UART"; word["REPLACE("] = "replace"; word["DROP("] = "drop"
    }
    /^static const struct acpi_policy rows/ { inside = 1; next }
    inside && /^};/ { exit bad }
    inside {
        macro = $1
        gsub(/[ \t]/, "", macro)
        if (!(macro in word) || NF != 5 || $3 != ", " || $5 != "),") { print FILENAME ":" FNR ": no row: " $0 > "/dev/stderr"; bad = 1; next }
        signature = $2
        sub(/ +$/, "", signature)
        reason = $4
        gsub(/\|/, "\\|", reason)
        print "| `" signature "` | " word[macro] " | " reason " |"
    }
    END { if (!inside) { print FILENAME ": no rows" > "/dev/stderr"; exit 1 } }' "$source"
}
table >"$want" || exit 1

case ${1:-} in
    --print) cat "$want"; exit ;;
    --accept)
        awk -v begin="$begin" -v end="$end" -v table="$want" '
        $0 == end { skip = 0 }
        !skip { print }
        $0 == begin { skip = 1; while ((getline line < table) > 0) print line }' "$document" >"$have" && cat "$have" >"$document" ;;
esac
awk -v begin="$begin" -v end="$end" '$0 == end { inside = 0 } inside { print } $0 == begin { inside = 1 }' "$document" >"$have" || exit 1
diff -u "$have" "$want" || { echo "docs_policy.sh: $document differs from $source: sh tests/docs_policy.sh --accept" >&2; exit 1; }
bytes=$(sed -n "/and what is behind as bytes:/,/\.\$/p" "$document" | grep -o '`....`' | tr -d '`' | sort)
titles=$({ sed -n 's/^ *ONLY_TITLE("\(....\)".*/\1/p' acpi/show/describe_other.c; echo SLIC; } | sort)
[ "$bytes" = "$titles" ] || { echo "docs_policy.sh: $document: its list of tables told as bytes is not that of acpi/show/describe_other.c and SLIC" >&2; exit 1; }
