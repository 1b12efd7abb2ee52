#!/bin/sh
# golden.sh [--accept] PROGRAM DIRECTORY: a file's name in DIRECTORY is a configuration (CONFIGURATION.txt); its text is
# what PROGRAM prints for it. Ends with 1 when one differs.
accept=
[ "$1" = --accept ] && { accept=1; shift; }
program=$1 dir=$2 bad=0 seen=0
new=$(mktemp) || exit 1
trap 'rm -f "$new"' EXIT
for file in "$dir"/*.txt; do
    config=$(basename "$file" .txt)
    "$program" "$config" >"$new" || { echo "golden: $program $config failed" >&2; bad=1; continue; }
    seen=$((seen + 1))
    if [ "$accept" ]; then
        cmp -s "$new" "$file" || { cat "$new" >"$file"; echo "golden: took $file"; }
    elif ! diff -u "$file" "$new"; then
        echo "golden: $file differs; if the new text is right: make golden-accept" >&2
        bad=1
    fi
done
[ "$seen" -gt 0 ] || { echo "golden: no *.txt in $dir" >&2; bad=1; }
[ "$bad" = 0 ] && echo "golden: $seen files as they should be"
exit $bad
