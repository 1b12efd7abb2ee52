#!/bin/bash
# Boots guests of device trees as they are written for Xen: its documented examples (tests/fixtures/dom0less) as they stand, with test guests as kernels, and
# trees as ImageBuilder leaves them: QEMU's own whole tree with nodes added by fdtput, as U-Boot's `fdt set` adds them. One line a case.
#
#   tests/boot/trees.sh [PATTERN]        B: the build folder; BEDPLATE: the tool
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
BEDPLATE=${BEDPLATE:-$B/bedplate}
OUT=$B/boot/trees
img=$B/guests/arm
initrd=$B/guests/initrd-arm64.cpio
linux=$B/debian/vmlinuz-arm64-6.1
mkdir -p "$OUT"
passed=0 failed=0

# tree NAME EXIT-CODE DTB [options of run...] -- REGEX...: each regular expression must be on the console; "!REGEX": must not
tree() {
    local name=$1 code=$2 options=(--dtb "$3") log=$OUT/$1.log wrong='' got
    shift 3
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    shift
    case $name in *"$pattern"*) ;; *) return ;; esac
    timeout 200 "$BEDPLATE" run --timeout 180 "${options[@]}" </dev/null >"$log" 2>&1
    got=$?
    [ $got = "$code" ] || wrong="exit code $got, not $code"
    for regex in "$@" '!\(bp\) panic' '!FAIL:' '!Kernel panic'; do
        case $regex in
            !*) grep -aqE -- "${regex#!}" "$log" && wrong="$wrong; it says \"${regex#!}\"" ;;
            *)  grep -aqE -- "$regex" "$log" || wrong="$wrong; it does not say \"$regex\"" ;;
        esac
    done
    if [ -z "$wrong" ]; then
        passed=$((passed + 1))
        echo "PASS $name"
    else
        failed=$((failed + 1))
        echo "FAIL $name: ${wrong#; } (see $log)"
    fi
}
pattern=${1:-}
blob() { dtc -q -I dts -O dtb -o "$OUT/$1.dtb" "tests/fixtures/dom0less/$1.dts" || echo "FAIL $1: dtc does not take it"; }
for f in booting evtchn static-mem tuples; do blob $f; done
head -c 100000 /dev/urandom >"$OUT/ramdisk"

# domU2 has no console: that it ends is all that is seen of it.
tree booting 0 "$OUT/booting.dtb" --module 0x4a000000="$img/psci_arm.img" --module 0x4b000000="$OUT/ramdisk" --module 0x4c000000="$img/alive.img" \
    --module 0x4d000000="$OUT/ramdisk" -- 'domU1: domain 1, 128 MiB, 2 vCPUs' 'domU2: domain 2, 64 MiB, 1 vCPU' 'TEST-RESULT: psci_arm PASS' \
    '\(bp\) domU2: powered off'
channels() { # name, ports of domU1 and domU2
    tree "$1" 0 "$OUT/$1.ports.dtb" --module 0x4a000000="$img/channel.img" --module 0x4c000000="$img/channel.img" -- \
        '\(domU1\) TEST-RESULT: channel PASS' '\(domU2\) TEST-RESULT: channel PASS'
}
for t in "evtchn 0xb 0xb" "tuples 0xc 0xd"; do
    read -r name a b <<<"$t"
    cp "$OUT/$name.dtb" "$OUT/$name.ports.dtb"
    fdtput -t s "$OUT/$name.ports.dtb" /chosen/domU1/module@4a000000 bootargs "role=ping rounds=50 label=$a"
    fdtput -t s "$OUT/$name.ports.dtb" /chosen/domU2/module@4c000000 bootargs "role=pong label=$b"
    channels "$name"
done
# Guests that only the unit address tells apart.
sed 's/^    domU\([12]\) {/    domU@\1 {/' tests/fixtures/dom0less/evtchn.dts | dtc -q -I dts -O dtb -o "$OUT/unit-addresses.dtb" -
fdtput -t s "$OUT/unit-addresses.dtb" /chosen/domU@1/module@4a000000 bootargs "role=ping rounds=50 label=0xb"
fdtput -t s "$OUT/unit-addresses.dtb" /chosen/domU@2/module@4c000000 bootargs "role=pong label=0xb"
tree unit-addresses 0 "$OUT/unit-addresses.dtb" --module 0x4a000000="$img/channel.img" --module 0x4c000000="$img/channel.img" -- \
    '\(domU-1\) TEST-RESULT: channel PASS' '\(domU-2\) TEST-RESULT: channel PASS'
tree static-mem 0 "$OUT/static-mem.dtb" --module 0x4a000000="$img/stage2.img" -- 'direct map' 'TEST-RESULT: stage2 PASS'

# As written for Xen 4.4, and with the cells that /chosen alone has; so much memory that what is not kept of the payloads is given to the other guest.
dtc -q -I dts -O dtb -o "$OUT/old.dtb" - <<'DTS'
/dts-v1/; / { chosen { #address-cells = <1>; #size-cells = <1>;
    domU1 { compatible = "xen,domain"; memory = <0 262144>; cpus = <1>; vpl011;
        module@4a000000 { compatible = "xen,linux-zimage", "xen,multiboot-module"; reg = <0x4a000000 0x20000>; }; };
    domU2 { compatible = "xen,domain"; memory = <0 262144>; cpus = <1>; vpl011;
        module@5c000000 { compatible = "xen,linux-zimage", "xen,multiboot-module"; reg = <0x5c000000 0x20000>; }; };
}; };
DTS
tree old 0 "$OUT/old.dtb" --host-memory 768 --module 0x4a000000="$img/alive.img" --module 0x5c000000="$img/alive.img" -- \
    '\(domU1\) TEST-RESULT: alive PASS' '\(domU2\) TEST-RESULT: alive PASS'

# ---- as ImageBuilder does it: modules of their own size, cells of two, <1> for what is on
own() { # file, gic version
    qemu-system-aarch64 -machine "virt,virtualization=on,gic-version=$2,dumpdtb=$1" -cpu cortex-a57 -smp 2 -m 1024 -display none -net none -serial none \
        -monitor none 2>/dev/null
}
add_domain() { # file, name, MiB, vCPUs
    fdtput -p -t s "$1" "/chosen/$2" compatible xen,domain
    fdtput -t x "$1" "/chosen/$2" '#address-cells' 2
    fdtput -t x "$1" "/chosen/$2" '#size-cells' 2
    fdtput -t x "$1" "/chosen/$2" memory 0 "$(printf %x $(($3 * 1024)))"
    fdtput -t x "$1" "/chosen/$2" cpus "$4"
    fdtput -t x "$1" "/chosen/$2" vpl011 1
}
add_module() { # file, domain, kind, address, file's name
    local node=/chosen/$2/module0x$4
    fdtput -p -t s "$1" "$node" compatible "multiboot,$3" multiboot,module
    fdtput -t x "$1" "$node" reg 0 "$4" 0 "$(printf %x "$(stat -L -c %s "$5")")"
}
# With room to grow in, as QEMU writes its own, of which it would make twice as much.
own "$OUT/own.dtb" 3
fdtput -t x "$OUT/own.dtb" /chosen '#address-cells' 2
add_domain "$OUT/own.dtb" padded 64 1
add_module "$OUT/own.dtb" padded kernel 50000000 "$img/alive.img"
dtc -q -I dtb -O dtb -S 1900000 -o "$OUT/padded.dtb" "$OUT/own.dtb"
tree padded 0 "$OUT/padded.dtb" --module 0x50000000="$img/alive.img" -- 'TEST-RESULT: alive PASS'
for gic in 2 3; do
    t=$OUT/builder$gic.dtb
    own "$t" $gic
    fdtput -t x "$t" /chosen '#address-cells' 2
    fdtput -t x "$t" /chosen '#size-cells' 2
    fdtput -t s "$t" /chosen xen,xen-bootargs 'console=dtuart dtuart=serial0 bootscrub=0 vwfi=native'
    add_domain "$t" domU0 256 2
    add_module "$t" domU0 kernel 50000000 "$linux"
    fdtput -t s "$t" /chosen/domU0/module0x50000000 bootargs 'console=ttyAMA0 bp.do=poweroff'
    add_module "$t" domU0 ramdisk 54000000 "$initrd"
    add_domain "$t" domU1 256 1
    fdtput -t s "$t" /chosen/domU1 xen,enhanced no-xenstore
    fdtput -t x "$t" /chosen/domU1 xen,static-mem 0 60000000 0 10000000
    fdtput -t x "$t" /chosen/domU1 direct-map 1
    add_module "$t" domU1 kernel 56000000 "$linux"
    fdtput -t s "$t" /chosen/domU1/module0x56000000 bootargs 'console=hvc0 bp.do=poweroff'
    add_module "$t" domU1 ramdisk 5a000000 "$initrd"
    tree "builder-gic$gic" 0 "$t" --module 0x50000000="$linux" --module 0x54000000="$initrd" --module 0x56000000="$linux" --module 0x5a000000="$initrd" -- \
        "domU0: domain [12], 256 MiB, 2 vCPUs, GICv$gic" 'domU1: domain [12].*direct map' 'BP-INIT poweroff' '\(bp\) domU0: powered off' '\(bp\) domU1: powered off'
done

# A control domain's kernel is refused, the guest beside it is not.
cp "$OUT/builder3.dtb" "$OUT/dom0.dtb"
fdtput -p -t s "$OUT/dom0.dtb" /chosen/module@58000000 compatible xen,linux-zimage xen,multiboot-module multiboot,module
fdtput -t x "$OUT/dom0.dtb" /chosen/module@58000000 reg 0 58000000 0 1000
tree dom0 2 "$OUT/dom0.dtb" --module 0x50000000="$linux" --module 0x54000000="$initrd" --module 0x56000000="$linux" --module 0x5a000000="$initrd" -- \
    '\(bp\) refused: dom0: ' '\(bp\) domU0: powered off' '\(bp\) domU1: powered off'

# A module that cannot be read, and one that wraps round, are their guests' own affair. The tool would refuse the latter: QEMU gets another tree than it.
t=$OUT/no-map.dtb
own "$t" 3
fdtput -p -t x "$t" /reserved-memory '#address-cells' 2
fdtput -t x "$t" /reserved-memory '#size-cells' 2
fdtput -t x "$t" /reserved-memory ranges
fdtput -p -t x "$t" /reserved-memory/secret@50000000 reg 0 50000000 0 200000
fdtput -t x "$t" /reserved-memory/secret@50000000 no-map
for n in 0 1 2; do
    add_domain "$t" domU$n 64 1
    add_module "$t" domU$n kernel "5${n}000000" "$img/alive.img"
done
cp "$t" "$OUT/wraps.dtb"
fdtput -t x "$OUT/wraps.dtb" /chosen/domU1/module0x51000000 reg ffffffff fffff000 0 60000000
tree no-map 2 "$t" --module 0x50000000="$img/alive.img" --module 0x51000000="$img/alive.img" --module 0x52000000="$img/alive.img" \
    --qemu-arg -dtb --qemu-arg "$OUT/wraps.dtb" -- 'refused: guest domU0: its kernel at 0x50000000.*no-map' \
    'refused: guest domU1: reg of its kernel.*wraps round' 'TEST-RESULT: alive PASS' 'domU2: powered off'

tree dom0-ramdisk 0 "$OUT/builder3.dtb" --module 0x50000000="$linux" --module 0x54000000="$initrd" --module 0x56000000="$linux" \
    --module 0x5a000000="$initrd" --qemu-arg -initrd --qemu-arg "$OUT/ramdisk" -- '\(bp\) domU0: powered off' '\(bp\) domU1: powered off'

echo "trees: $passed passed, $failed failed"
[ $failed = 0 ]
