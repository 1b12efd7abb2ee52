#!/bin/bash
# Boots Bedplate by GRUB and Multiboot2, from one ISO, under SeaBIOS and under OVMF: the loader's memory map, module,
# command line and RSDP are the firmware's own there, not QEMU's.
#
#   tests/boot/iso.sh [BUNDLE]      what BUNDLE holds must power off by itself; without, a test guest is packed
#
# Says PASS or FAIL iso-bios and iso-uefi; the log is $B/iso/bios.log and uefi.log. Environment: B (build folder),
# BEDPLATE (the tool), OVMF_CODE and OVMF_VARS (the firmware's files), VERBOSE=1 (show the console).
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
BEDPLATE=${BEDPLATE:-$B/bedplate}
OVMF_CODE=${OVMF_CODE:-/usr/share/OVMF/OVMF_CODE_4M.fd}
OVMF_VARS=${OVMF_VARS:-/usr/share/OVMF/OVMF_VARS_4M.fd}
OUT=$B/iso
bundle=${1:-}
bound=120 failed=0
mkdir -p "$OUT"

stop() { printf 'FAIL iso: %s\n' "$1"; exit 1; }

pack() {
    local cfg=$OUT/guest.cfg
    printf 'name = "cpuid"\nkernel = "%s"\nmemory = 64\nvcpus = 1\n' "$PWD/$B/guests/cpuid.elf" > "$cfg"
    bundle=$OUT/bundle
    "$BEDPLATE" pack "$cfg" -o "$bundle" || stop "no bundle was packed"
}

make_iso() {
    local root=$OUT/root
    rm -rf "$root"
    mkdir -p "$root/boot/grub"
    cp "$B/bedplate.elf" "$root/boot/bedplate.elf" || stop "$B/bedplate.elf is missing: make hypervisor"
    cp "$bundle" "$root/boot/bundle" || stop "there is no bundle $bundle"
    cat > "$root/boot/grub/grub.cfg" <<'CFG'
serial --unit=0 --speed=115200
terminal_output serial
set timeout=0
menuentry "Bedplate" {
    multiboot2 /boot/bedplate.elf told-by-grub
    module2 /boot/bundle
    boot
}
CFG
    grub-mkrescue -o "$OUT/bedplate.iso" "$root" >"$OUT/mkrescue.log" 2>&1 || { tail -n 5 "$OUT/mkrescue.log"; stop "grub-mkrescue failed"; }
}

# The status of QEMU is 33 when the hypervisor says that all is well: isa-debug-exit with 0x10.
boot() { # name, QEMU's options for its firmware
    local name=$1 log=$OUT/$1.log code bad=
    shift
    rm -f "$log"
    timeout "$bound" qemu-system-x86_64 -machine q35 -accel tcg,thread=single -cpu max -smp 2 -m 1G -display none -serial "file:$log" -no-reboot \
        -net none -device isa-debug-exit,iobase=0xf4,iosize=4 -cdrom "$OUT/bedplate.iso" "$@" </dev/null >"$OUT/$name.qemu" 2>&1
    code=$?
    [ $code = 33 ] || bad="QEMU ended with status $code; "
    for want in '\(bp\) Bedplate ' '2 CPUs.*Multiboot2' 'powered off' 'all guests have ended'; do
        grep -aqE "$want" "$log" || bad+="no line \"$want\"; "
    done
    grep -aqE '\(bp\) panic|FAIL:|does not answer' "$log" && bad+="a panic or failure; "
    [ -z "${VERBOSE:-}" ] || cat "$log"
    if [ -z "$bad" ]; then
        printf 'PASS iso-%s\n' "$name"
    else
        printf 'FAIL iso-%s: %s\n' "$name" "${bad%; }"
        tail -n 30 "$log" "$OUT/$name.qemu"
        failed=1
    fi
}

for tool in grub-mkrescue xorriso mformat; do
    command -v $tool >/dev/null || { echo "SKIP iso: $tool is not installed (grub-pc-bin grub-efi-amd64-bin xorriso mtools)"; exit 0; }
done
[ -n "$bundle" ] || pack
make_iso
boot bios
if [ -e "$OVMF_CODE" ] && [ -e "$OVMF_VARS" ]; then
    cp "$OVMF_VARS" "$OUT/vars.fd"
    boot uefi -drive "if=pflash,format=raw,readonly=on,file=$OVMF_CODE" -drive "if=pflash,format=raw,file=$OUT/vars.fd"
else
    echo "SKIP iso-uefi: there is no $OVMF_CODE (package ovmf)"
fi
exit $failed
