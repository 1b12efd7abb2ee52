#!/bin/sh
# Prints mkcpio's list for the initramfs: busybox under all its names, our /init and what it needs; of each kernel in $B/debian
# the modules that bring the power button to user space, unpacked into $B/guests/modules.
set -eu
here=$(dirname "$0")
B=${B:-build}
busybox=${BUSYBOX:-/bin/busybox}
for d in bin sbin usr usr/bin usr/sbin dev proc sys tmp root etc; do echo "dir /$d 755"; done
echo "node /dev/console 600 5 1"
echo "node /dev/null 666 1 3"
echo "file /bin/busybox 755 $busybox"
"$busybox" --list-full | LC_ALL=C sort | grep -v '^bin/busybox$' | while read -r applet; do echo "link /$applet /bin/busybox"; done
echo "file /init 755 $here/init"
echo "file /bin/bp-check 755 $here/check"
echo "file /bin/bp-stress 755 $here/stress"
echo "file /etc/profile 644 $here/profile"
# busybox's acpid runs this for the key KEY_POWER.
for d in /etc/acpi /etc/acpi/PWRF /lib /lib/modules; do echo "dir $d 755"; done
echo "file /etc/acpi/PWRF/00000080 755 $here/power-button"
for tree in "$B"/debian/*/lib/modules/*; do
    [ -d "$tree" ] || continue
    version=${tree##*/}
    mkdir -p "$B/guests/modules/$version"
    echo "dir /lib/modules/$version 755"
    for module in acpi/button input/evdev; do
        to=$B/guests/modules/$version/${module#*/}.ko from=$tree/kernel/drivers/$module.ko
        if [ -f "$from.xz" ]; then xz -dc "$from.xz" > "$to"; elif [ -f "$from" ]; then cp "$from" "$to"; else continue; fi
        echo "file /lib/modules/$version/${module#*/}.ko 644 $to"
    done
done
