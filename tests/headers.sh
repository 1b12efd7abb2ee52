#!/bin/sh
# Each header compiles alone, with all warnings, for the host and freestanding: whoever includes it needs nothing before it.
set -u
cd "$(dirname "$0")/.." || exit 2
flags="-std=c11 -I. -Wall -Wextra -Wconversion -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wundef -Werror
       -Wno-unused-function -D__XEN_INTERFACE_VERSION__=__XEN_LATEST_INTERFACE_VERSION__ -DBEDPLATE_VERSION=0 -fsyntax-only"
# -D_GNU_SOURCE only for what runs under an operating system; the hypervisor is built without it.
hosted='^(cli|tests|guests|hypervisor/fake)/'
bad=0 count=0
for h in $(find . \( -path './build*' -o -path ./.git \) -prune -o -type f -name '*.h' -print | sed 's,^\./,,' | sort); do
    count=$((count + 1))
    if echo "$h" | grep -qE "$hosted"; then how="-D_GNU_SOURCE"; else how="-ffreestanding -mgeneral-regs-only"; fi
    cc=gcc
    case $h in guests/lib/arm/*) cc="aarch64-linux-gnu-gcc -idirafter /usr/include" ;; esac     # their instructions are Arm's
    # shellcheck disable=SC2086
    if ! printf '#include "%s"\n#include "%s"\n' "$h" "$h" | $cc $flags $how -x c -; then
        echo "$h: does not compile alone"
        bad=$((bad + 1))
    fi
done
echo "headers: $count checked, $bad bad"
[ "$bad" = 0 ] && [ "$count" -gt 0 ]
