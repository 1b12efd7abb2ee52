#!/bin/sh
# Makes what the boot tests need beside the test guests, in $B/guests: an unpacked Linux kernel, GRUB as a PVH guest.
set -eu
B=${B:-build}
out=$B/guests
here=tests/boot
mkdir -p "$out"
if [ ! -f "$out/vmlinux-6.1" ]; then
    "$here/vmlinux.sh" "$B/debian/vmlinuz-6.1" "$out/vmlinux-6.1"
fi
if [ ! -f "$out/grub-pvh.elf" ]; then
    cat > "$out/grub-pvh.cfg" <<'EOF'
echo "GRUB says hello from platform $grub_platform"
lsmmap
halt
EOF
    grub-mkimage -O i386-xen_pvh -c "$out/grub-pvh.cfg" -o "$out/grub-pvh.elf.part" -p / echo halt reboot lsmmap
    mv "$out/grub-pvh.elf.part" "$out/grub-pvh.elf"
fi
