#!/bin/bash
# Owns: the count. Runs each ring and counts its tests: cmocka's own figures, one for each fuzzer, golden check and
# style check, and the PASS and FAIL lines of scripts. The last line is plain: N passed, N failed.
#   check.sh [--only style|unit|fuzz|golden|report|bad-input|boot]
set -u
cd "$(dirname "$0")/.." || exit 2
B=${B:-build}
only=
[ "${1:-}" = --only ] && only=$2
passed=0 failed=0 skipped=0 failures=()
fuzz_runs=${FUZZ_RUNS:-20000} fuzz_seconds=${FUZZ_SECONDS:-10}

log=$(mktemp) || exit 2
trap 'rm -f "$log"' EXIT

ring() { [ -z "$only" ] || [ "$only" = "$1" ]; }
title() { printf '\n== %s\n' "$1"; }
pass() { passed=$((passed + $1)); }
lose() { failed=$((failed + $1)); failures+=("$2"); }

# One test: a command that must end with 0.
one() { # name, command...
    local name=$1
    shift
    if "$@" >"$log" 2>&1; then
        printf 'PASS %s\n' "$name"
        pass 1
    else
        printf 'FAIL %s\n' "$name"
        tail -n 30 "$log"
        lose 1 "$name"
    fi
}

cmocka() { # program
    local name ok bad code
    name=$(basename "$1")
    timeout 300 "$1" >"$log" 2>&1
    code=$?
    ok=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | head -n 1)
    bad=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p' "$log" | head -n 1)
    pass "${ok:-0}"
    if [ $code = 0 ] && [ "${ok:-0}" -gt 0 ] && [ -z "$bad" ]; then
        printf 'PASS %s (%s)\n' "$name" "$ok"
    else
        printf 'FAIL %s (ended with %s)\n' "$name" $code
        grep -vE '^\[ (RUN|      OK)' "$log" | tail -n 40
        lose "${bad:-1}" "$name"
    fi
}

# Scripts print PASS, FAIL or SKIP lines, one a case. One that ends badly without a FAIL line is itself a failure.
script() { # name, command...
    local name=$1 code bad
    shift
    "$@" 2>&1 | tee "$log"
    code=${PIPESTATUS[0]}
    pass "$(grep -c '^PASS ' "$log")"
    skipped=$((skipped + $(grep -c '^SKIP ' "$log")))
    bad=$(grep -c '^FAIL ' "$log")
    [ "$bad" = 0 ] && [ "$code" != 0 ] && bad=1
    [ "$bad" = 0 ] || lose "$bad" "$name: $(sed -n 's/^FAIL \([^ ]*\).*/\1/p' "$log" | tr '\n' ' ')"
}

fuzzer() { # program: new finds go to a scratch copy, so that the corpus in the tree stays small
    local name scratch words=()
    name=$(basename "$1")
    [ -f "tests/fuzz/${name#fuzz_}.dict" ] && words=(-dict="tests/fuzz/${name#fuzz_}.dict")
    scratch=$(mktemp -d)
    [ -d "tests/fuzz/corpus/${name#fuzz_}" ] && cp -r "tests/fuzz/corpus/${name#fuzz_}/." "$scratch"
    one "$name" timeout 120 "$1" -runs="$fuzz_runs" -max_total_time="$fuzz_seconds" -seed=1 -max_len=4096 -artifact_prefix="$B/" "${words[@]}" "$scratch"
    rm -rf "$scratch"
}

ring style && { title style; one layers sh tests/layers.sh; one headers sh tests/headers.sh; one options bash tests/options.sh "$B/bedplate"; }
ring unit && { title "unit tests, under sanitizers"; for t in tests/unit/test_*.c; do cmocka "$B/tests/$(basename "$t" .c)"; done; }
ring fuzz && { title "fuzzers, $fuzz_runs inputs each"; for f in tests/fuzz/fuzz_*.c; do fuzzer "$B/fuzzers/$(basename "$f" .c)"; done; }
ring golden && { title golden; one golden sh tests/golden/golden.sh "$B/golden/acpi_tables" tests/golden/acpi; one guest-trees sh tests/golden/golden.sh "$B/golden/guest_tree" tests/golden/tree; one acpi-oracles bash tests/acpi.sh "$B/golden/acpi_tables"; one mangle bash tests/mangle.sh "$B/bedplate"; one show bash tests/show.sh "$B/golden/acpi_tables" "$B/bedplate"; one acpi-namespace bash tests/namespace.sh "$B/bedplate"; one docs-policy sh tests/docs_policy.sh; }
ring report && { title "the report, in a browser"; one report bash tests/report/report.sh; }
ring bad-input && [ -e tests/bad_input.sh ] && { title "bad input"; script bad-input bash tests/bad_input.sh; }
ring boot && { title "boot, in QEMU"; script boot bash tests/boot/boot.sh; script iso bash tests/boot/iso.sh; script trees bash tests/boot/trees.sh; }

echo
if [ ${#failures[@]} -gt 0 ]; then
    echo "failed:"
    printf '  %s\n' "${failures[@]}"
fi
[ "$skipped" = 0 ] || echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
