#!/bin/sh
# Fails when a file includes something that is not below it (docs/how-it-works.md draws the layers). Siblings do not see each
# other, an architecture is seen through hypervisor/arch.h only, and includes are written from the root.
set -u
cd "${1:-$(dirname "$0")/..}" || exit 2

find . \( -path './build*' -o -path ./.git \) -prune -o -type f \( -name '*.[chS]' -o -name '*.asm' \) -print | sort |
sed 's,^\./,,' | xargs -r grep -HnE '^[[:space:]]*[#%][[:space:]]*include[[:space:]]*"' |
awk -F: '
# The unit a path belongs to: hypervisor is split by folder, its top-level files and the other roots are one each.
function unit(path,    part, n) {
    n = split(path, part, "/")
    if (path ~ /^hypervisor\/arch(_x86|_arm)?\.h$/) return "hypervisor/arch.h"
    if (part[1] == "hypervisor") return n > 2 ? part[1] "/" part[2] : "hypervisor/*.c"
    return part[1]
}
function rank(u) { return u in level ? level[u] : -1 }
function complain(why) { print where ": " why; bad++ }
BEGIN {
    level["lib"] = 0
    level["platform"] = 1
    level["start_info"] = level["acpi"] = level["loader"] = level["hypervisor/devices"] = level["hypervisor/insn"] = 2
    level["hypervisor/arch.h"] = 3
    level["hypervisor/core"] = level["hypervisor/x86"] = level["hypervisor/arm"] = level["hypervisor/kvm"] = 4
    level["hypervisor/fake"] = 4
    level["hypervisor/machine"] = level["hypervisor/xen"] = 5
    level["hypervisor/builder"] = 6
    level["hypervisor/*.c"] = level["cli"] = level["guests"] = 9
    level["tests"] = 10
    arch["hypervisor/x86"] = arch["hypervisor/arm"] = arch["hypervisor/kvm"] = arch["hypervisor/fake"] = 1
}
{
    where = $1 ":" $2
    split($0, quoted, "\"")
    from = unit($1); to = unit(quoted[2]); count++
    if (rank(from) < 0) { complain("unknown layer " from ": give it a level in tests/layers.sh"); next }
    if (from == to) next
    if ($1 ~ /\.asm$/ && quoted[2] !~ /\//) next                    # nasm -I finds the neighbour
    if (rank(to) < 0) { complain("\"" quoted[2] "\" is not written from the root, or of no layer"); next }
    if (quoted[2] == "hypervisor/main.h" && from in arch) next       # the one door: entry code jumps through it, once
    if (to in arch && from != "tests")                              # a unit test may look inside one
        complain(from " may not include " to ": an architecture is seen through hypervisor/arch.h only")
    else if (rank(from) <= rank(to))
        complain(from " may not include " to)
}
END { print "layers: " count + 0 " includes checked, " bad + 0 " bad"; exit bad || !count }'
