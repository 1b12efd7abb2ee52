#!/bin/sh
# Prints mkcpio's list for the initramfs: busybox under all its names, our /init and what it needs.
set -eu
here=$(dirname "$0")
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
