#!/bin/sh
# list.sh [amd64|arm64]: prints mkcpio's list for the initramfs of that architecture: busybox under all its names, our /init and
# what it needs, what of guests/linux was built for it, and a few modules of each of its kernels in $B/debian, unpacked into
# $B/guests/modules: the power button's way to user space, event channels in user space, a disk on virtio-mmio.
set -eu
here=$(dirname "$0")
B=${B:-build}
arch=${1:-amd64}
own=${BUSYBOX:-/bin/busybox}            # runs here and knows its names: Debian's are the same on each architecture
case $arch in
    amd64) busybox=$own kernels='6*' ;;
    arm64) busybox=$B/debian/arm64/bin/busybox kernels='arm64-*' ;;
    *) echo "list.sh: no architecture $arch: say amd64 or arm64" >&2; exit 2 ;;
esac
for d in bin sbin usr usr/bin usr/sbin dev proc sys tmp root etc; do echo "dir /$d 755"; done
echo "node /dev/console 600 5 1"
echo "node /dev/null 666 1 3"
echo "file /bin/busybox 755 $busybox"
"$own" --list-full | LC_ALL=C sort | grep -v '^bin/busybox$' | while read -r applet; do echo "link /$applet /bin/busybox"; done
echo "file /init 755 $here/init"
for script in check stress uarts disk; do echo "file /bin/bp-$script 755 $here/$script"; done
for program in "$B/guests/linux-$arch"/*; do
    [ -f "$program" ] || continue
    echo "file /bin/${program##*/} 755 $program"
    [ "${program##*/}" != bp-channel ] || for name in bp-ping bp-pong; do echo "link /bin/$name /bin/bp-channel"; done
done
echo "file /etc/profile 644 $here/profile"
# busybox's acpid runs this for the key KEY_POWER.
for d in /etc/acpi /etc/acpi/PWRF /lib /lib/modules; do echo "dir $d 755"; done
echo "file /etc/acpi/PWRF/00000080 755 $here/power-button"
for tree in "$B"/debian/$kernels/lib/modules/*; do
    [ -d "$tree" ] || continue
    version=${tree##*/}
    mkdir -p "$B/guests/modules/$version"
    echo "dir /lib/modules/$version 755"
    for module in acpi/button input/evdev xen/xen-evtchn virtio/virtio virtio/virtio_ring virtio/virtio_mmio block/virtio_blk; do
        to=$B/guests/modules/$version/${module#*/}.ko from=$tree/kernel/drivers/$module.ko
        if [ -f "$from.xz" ]; then xz -dc "$from.xz" > "$to"; elif [ -f "$from" ]; then cp "$from" "$to"; else continue; fi
        echo "file /lib/modules/$version/${module#*/}.ko 644 $to"
    done
done
