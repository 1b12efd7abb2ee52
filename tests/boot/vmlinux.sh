#!/bin/sh
# vmlinux.sh BZIMAGE OUT: the ELF kernel out of a bzImage compressed with LZ4, as Debian's are: payload_offset and
# payload_length of the setup header (Documentation/arch/x86/boot.rst), counted from the end of the setup sectors.
set -eu
field() { od -An -v -tu"$2" -j"$1" -N"$2" "$bz" | tr -d ' '; }
bz=$1
setup=$(($(field 497 1)))
[ "$setup" = 0 ] && setup=4
start=$(((setup + 1) * 512 + $(field 584 4)))
length=$(field 588 4)
magic=$(od -An -v -tx4 -j"$start" -N4 "$bz" | tr -d ' ')
if [ "$magic" != 184c2102 ]; then
    echo "$bz: its payload is not LZ4 (magic $magic): take another kernel for this test" >&2
    exit 1
fi
# The last four bytes are the unpacked size, no part of the LZ4 stream.
tail -c +$((start + 1)) "$bz" | head -c $((length - 4)) | lz4 -dc > "$2.part"
mv "$2.part" "$2"
