#!/bin/bash
# What the tool is given, good and bad. Bad input, one line a case: what the tool or the hypervisor is given, and what it is to say. Each must end with the exit
# code named, with exactly one sentence on stderr that names the file, the fault and the way out, and leave no file behind.
set -u
cd "$(dirname "$0")/.." || exit 2
root=$PWD
B=$(realpath "${B:-build}")
tool=${BEDPLATE:-$B/bedplate}
linux=$B/debian/vmlinuz-6.1
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
passed=0 failed=0

verdict() { # name, what is wrong ("" for nothing)
    if [ -z "$2" ]; then
        passed=$((passed + 1))
        echo "PASS $1"
    else
        failed=$((failed + 1))
        echo "FAIL $1: $2"
        sed 's/^/    /' err
    fi
}

# refused NAME CODE REGEX... -- command: each regular expression must match the one line on stderr.
refused() {
    local name=$1 code=$2 wrong='' regex wants=() before after got
    shift 2
    while [ "$1" != -- ]; do wants+=("$1"); shift; done
    shift
    before=$(ls -A)
    timeout 60 "$@" </dev/null >out 2>err
    got=$?
    after=$(ls -A)
    [ $got = "$code" ] || wrong="exit code $got, not $code"
    [ "$(wc -l <err)" = 1 ] || wrong="$wrong; $(wc -l <err) lines on stderr, not 1"
    [ -s out ] && wrong="$wrong; something on stdout"
    [ "$before" = "$after" ] || wrong="$wrong; it left files: $(comm -13 <(echo "$before") <(echo "$after") | tr '\n' ' ')"
    for regex in "${wants[@]}"; do
        grep -qE -- "$regex" err || wrong="$wrong; it does not say \"$regex\""
    done
    verdict "$name" "${wrong#; }"
}
: >out; : >err

# A configuration: cfg NAME LINE...; kernel=good.elf and memory=64 unless LINEs have a kernel or memory.
cfg() {
    local file=$1
    shift
    printf '%s\n' "$@" >"$file"
    grep -q '^kernel' "$file" || echo 'kernel="good.elf"' >>"$file"
    grep -qE '^(# )?(memory|maxmem)' "$file" || echo 'memory=64' >>"$file"
}
# One guest whose text is LINE...: bad NAME REGEX... -- LINE...; through pack, so that "no file" means something.
bad() {
    local name=$1 wants=()
    shift
    while [ "$1" != -- ]; do wants+=("$1"); shift; done
    shift
    cfg "$name.cfg" "$@"
    refused "$name" 2 "$name\\.cfg" "${wants[@]}" -- "$tool" pack "$name.cfg" -o bundle
}
kernel() { # file, nasm options: a kernel with a fault
    nasm -f bin -o "$1" "${@:2}" "$root/tests/bad/kernel.asm"
}
bad_kernel() { # name, nasm options, --, regexes
    local name=$1 options=()
    shift
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    shift
    kernel "$name.elf" "${options[@]}"
    bad "$name" "$@" -- "kernel=\"$name.elf\""
}

# ---- without a fault, so that the faults below are what is refused
kernel good.elf
cfg good.cfg 'name="good"'
"$tool" pack good.cfg -o good.bundle >/dev/null 2>err && [ -s good.bundle ]; verdict good-is-good "$([ -s err ] && echo refused)"

# ---- kernels in every wrapping come out as they went in
pack_with() { # how, file: on stdout
    case $1 in
        lzma)      xz --format=lzma -c <"$2" ;;
        lz4)       lz4 -q -l -c <"$2" ;;
        lz4-frame) lz4 -q -c <"$2" ;;
        xz)        xz --check=crc32 --x86 --lzma2=dict=32MiB -c <"$2" ;;
        *)         "$1" -c <"$2" ;;
    esac
}
le32() { printf "\\x$(printf %02x $(($1 & 255)))\\x$(printf %02x $(($1 >> 8 & 255)))\\x$(printf %02x $(($1 >> 16 & 255)))\\x$(printf %02x $(($1 >> 24 & 255)))"; }
put() { dd of="$1" bs=1 seek=$(($2)) conv=notrunc status=none; }
bzimage() { # payload, output: the header's fields that matter, and the unpacked size that the kernel's build appends
    head -c 1024 /dev/zero >"$2"
    printf '\x01' | put "$2" 0x1f1
    printf '\x55\xaa' | put "$2" 0x1fe
    printf 'HdrS\x0f\x02' | put "$2" 0x202
    le32 $(($(stat -c %s "$1") + 4)) | put "$2" 0x24c
    { cat "$1"; le32 "$(stat -c %s large.elf)"; head -c 100 /dev/zero; } >>"$2"
}
comes_out() { # name, file
    "$tool" inspect --extract extracted "$2" >out 2>err
    verdict "$1" "$(cmp -n "$(stat -c %s large.elf)" large.elf extracted 2>&1)"
    rm -f extracted
}
{ cat good.elf; for i in 1 2 3 4 5 6 7 8; do cat "$(command -v bash)"; done; } >large.elf     # more than one block of LZ4
for how in gzip bzip2 xz lzma lz4 lz4-frame zstd; do
    pack_with $how large.elf >large.packed
    comes_out "unpacks-$how" large.packed
    bzimage large.packed large.bz
    [ $how = lz4-frame ] || comes_out "unpacks-bzimage-$how" large.bz
done
bzimage large.elf large.bz
comes_out unpacks-bzimage-uncompressed large.bz
rm -f large.*

# ---- kernels
echo "just text, long enough to be looked at as a header of something" >text
cp "$(command -v bash)" no-note.elf
mkdir folder; : >empty; mkfifo fifo
bad not-elf 'text: not an ELF file' 'give a kernel' -- 'kernel="text"'
bad empty-kernel 'empty: is empty' 'name a file' -- 'kernel="empty"'
bad no-kernel-file 'nowhere: cannot be opened: No such file' 'check the path' -- 'kernel="nowhere"'
bad folder-as-kernel 'folder: is no regular file' 'name a file' -- 'kernel="folder"'
bad fifo-as-kernel 'fifo: is no regular file' -- 'kernel="fifo"'
bad no-pvh-note 'no-note.elf: no PHYS32_ENTRY note' 'CONFIG_PVH' 'notes it has: none' -- 'kernel="no-note.elf"'
bad_kernel other-note -DNOTE=6 -- 'no PHYS32_ENTRY note' 'notes it has: GUEST_OS'
bad_kernel truncated-segment -DFILE_SIZE=0x1000 -DMEMORY_SIZE=0x1000 -- 'truncated-segment.elf: cut short: segment 1' 'copy the file again'
bad_kernel file-beyond-memory -DMEMORY_SIZE=8 -- 'segment 1 takes 0x8 bytes' 'build or copy it again'
bad_kernel overlapping-segments -DSECOND=0x100800 -- 'overlapping segments: 0x100000\.\.0x100fff and 0x100800'
bad_kernel wrapping-segment -DSECOND=0xfffffffffffff800 -- 'wraps round'
bad_kernel segment-outside-ram -DSECOND=0x8000000 -- 'segment at 0x8000000' 'outside guest RAM' 'memory=129 or more'
bad_kernel segment-in-the-hole -DSECOND=0xfee00000 -- 'segment at 0xfee00000' 'outside guest RAM' 'link the kernel elsewhere'
bad_kernel segment-over-reserved -DSECOND=0xa0000 -- 'segment at 0xa0000' 'outside guest RAM'
bad_kernel entry-outside -DENTRY=0x200000 -- 'entry 0x200000 lies outside the kernel'
bad_kernel entry-in-data -DENTRY=0x101000 -- 'entry 0x101000 lies outside the kernel'
head -c 100 good.elf >cut.elf
bad cut-headers 'cut.elf: ' 'copy the file again|give' -- 'kernel="cut.elf"'
head -c 4000000 "$linux" >cut-bzimage
bad cut-bzimage 'cut-bzimage: a bzImage cut short' 'copy the file again' -- 'kernel="cut-bzimage"'
cp "$linux" damaged-bzimage
head -c 65536 /dev/zero | dd of=damaged-bzimage bs=1 seek=3000000 conv=notrunc status=none
bad damaged-bzimage 'damaged-bzimage: ' 'copy (the file|it) again' -- 'kernel="damaged-bzimage"'
for how in gzip bzip2 xz lzma lz4 zstd; do
    pack_with $how no-note.elf >"packed.$how"
    head -c 300000 "packed.$how" >"cut.$how"
    bad "cut-$how" "cut.$how: its $how data is (cut short|damaged)" 'copy the file again' -- "kernel=\"cut.$how\""
    bad "packed-$how" "packed.$how: no PHYS32_ENTRY note" -- "kernel=\"packed.$how\""
done

# ---- memory, vCPUs, ramdisk
truncate -s 70M big
bad ramdisk-too-large 'ramdisk' 'does not fit' 'memory=[0-9]+ is enough' -- 'ramdisk="big"'
truncate -s 3G huge
cfg huge.cfg 'ramdisk="huge"'
refused ramdisk-is-judged-before-it-is-copied 2 'ramdisk.* does not fit' -- timeout 5 "$tool" pack huge.cfg -o bundle
cfg huge.cfg 'ramdisk="huge"' 'memory=6000'
timeout 5 "$tool" check huge.cfg >out 2>err; verdict ramdisk-is-not-copied-to-check "$([ $? = 0 ] || echo 'it is refused or takes long')"
rm huge
bad no-ramdisk 'nowhere.img: cannot be opened' -- 'ramdisk="nowhere.img"'
bad memory-0 'memory is 0' 'memory=256' -- 'memory=0'
bad memory-absent 'does not say how much memory' 'memory=256' -- '# memory'
bad memory-negative 'line 1: .*negative' 'give 0 or more' -- 'memory=-64'
bad memory-negative-text 'memory is negative' -- 'memory="-64"'
bad memory-no-number 'memory is "lots", which is no number' -- 'memory="lots"'
bad memory-beyond 'memory is 2000000 MiB, more than' 'give less' -- 'memory=2000000'
bad memory-far-beyond 'memory is 99999999999999999999' 'give at most' -- 'memory=99999999999999999999'
bad maxmem-contradicts 'maxmem=128 contradicts memory=64' -- 'memory=64' 'maxmem=128'
bad vcpus-0 'vcpus is 0' 'give at least 1' -- 'vcpus=0'
bad vcpus-negative 'negative' -- 'vcpus="-1"'
bad vcpus-too-many 'vcpus is 513: give at most 512' -- 'vcpus=513'
bad vcpus-far-too-many 'vcpus is 9999999999: give at most 512' -- 'vcpus=9999999999'
bad maxvcpus-0 'maxvcpus is 0' 'give at least 1' -- 'maxvcpus=0'
bad maxvcpus-too-many 'maxvcpus is 513: give at most 512' -- 'maxvcpus=513' 'ioapic=1'
bad maxvcpus-less 'maxvcpus=2 is less than vcpus=3' 'remove maxvcpus' -- 'vcpus=3' 'maxvcpus=2'
bad maxvcpus-without-acpi 'maxvcpus=4 with acpi=0: nothing could tell' 'set acpi=1' -- 'maxvcpus=4' 'acpi=0' 'ioapic=1'
bad maxvcpus-without-ioapic 'maxvcpus=4 with ioapic=0: nothing could interrupt' 'set ioapic=1' -- 'maxvcpus=4'
cfg hungry.cfg 'memory=900000'
refused memory-over-this-machine 2 'memory' 'this machine has' 'give' -- "$tool" run --accel tcg hungry.cfg

# ---- keys
bad unknown-key 'line 1: unknown key memroy: did you mean memory\?' -- 'memroy=64' 'memory=64'
bad unknown-key-far 'line 1: unknown key frobnicate: remove it \(configuration.md' -- 'frobnicate=1'
bad unknown-key-after-semicolon 'unknown key vcpu: did you mean vcpus\?' -- 'name="x"; vcpu=1'
bad unknown-key-after-list 'line 3: unknown key lapci: did you mean lapic\?' -- 'modules=[ "good.elf a=b",' '  "good.elf" ]' 'lapci=1'
bad key-of-xl 'line 1: disk is a key of xl that has no meaning here' 'remove it' -- 'disk=[ "phy:x" ]'
bad ioapic-without-lapic 'ioapic=1 with lapic=0' 'set lapic=1 or ioapic=0' -- 'lapic=0' 'ioapic=1'
bad xen-0-lapic-0 'xen=0 with lapic=0' 'set lapic=1 or xen=1' -- 'xen=0' 'lapic=0'
bad xenstore-without-xen 'xenstore=1 with xen=0' 'set xen=1 or xenstore=0' -- 'xen=0' 'xenstore=1'
bad start-info-0-xen-0 'start_info_version=0 with xen=0' -- 'xen=0' 'start_info_version=0'
bad cmdline-and-extra 'cmdline and extra contradict' -- 'cmdline="a"' 'extra="b"'
bad set-twice 'vcpus is set twice, on lines 1 and 2' -- 'vcpus=1' 'vcpus=2'
bad toggle-of-two 'lapic is 2: give at most 1' -- 'lapic=2'
bad type-hvm 'type is "hvm"' 'write type="pvh"' -- 'type="hvm"'
bad wrong-action 'on_crash is "explode"' '"destroy", "restart" or "preserve"' -- 'on_crash="explode"'
bad list-for-text 'kernel is a list' -- 'kernel=[ "a" ]'
bad text-for-list 'modules is no list' 'write modules=' -- 'modules="a"'
bad too-many-modules 'more than 8 modules' 'give fewer' -- "modules=[ $(printf '"good.elf", %.0s' 1 2 3 4 5 6 7 8 9) ]"
bad name-with-space 'a character that is none of' 'rename it' -- 'name="my guest"'
bad name-too-long 'name is longer than 63' 'shorten it' -- "name=\"$(printf 'n%.0s' {1..64})\""
bad cmdline-too-long 'command line of its kernel is longer than 4095' 'shorten it' -- "cmdline=\"$(printf 'n%.0s' {1..4096})\""
bad cpus-wrong 'cpus is "0-"' -- 'cpus="0-"'
bad cpus-none 'leaves no CPU' -- 'cpus="1,^1"'
bad syntax 'line 1: cannot be understood near' -- 'name = = "x"'
bad python 'line 1: cannot be understood near' -- 'import os'
bad windows-line-ends 'has Windows line ends \(CR LF\)' 'sed -i' -- $'name="x"\r'
bad byte-order-mark 'begins with a byte order mark' 'save it' -- $'\xef\xbb\xbfname="x"'
bad no-control-bytes 'line 1: cannot be understood near `\?\[31m64' -- $'memory=\e[31m64'
cfg octal.cfg 'memory="064"' 'vcpus="0x2"'
"$tool" check --json octal.cfg 2>err | tr -d ' \n' >out
verdict numbers-are-decimal "$(grep -q '"memory_mib":64,' out || echo 'memory is not 64 MiB'; grep -q '"vcpus":2,' out || echo 'it has not two vCPUs')"
cfg bytes.cfg $'cmdline="bad \xff utf \xc3\xa9 \xed\xa0\x80 \xf0\x9f\x98\x80 cut \xe2\x82"'
for what in 'check --json' 'start-info --json'; do
    "$tool" $what bytes.cfg 2>err | python3 -c 'import sys, json; sys.exit("bad \ufffd utf \xe9 \ufffd\ufffd\ufffd \U0001f600 cut \ufffd\ufffd" not in json.dumps(json.loads(sys.stdin.buffer.read().decode()), ensure_ascii=False))' 2>>err
    verdict "json-is-utf-8-${what%% *}" "$([ $? = 0 ] || echo 'it is not the text with U+FFFD for what is none')"
done

# ---- virtual NUMA, hidden devices, the power button
nodes() { # name, regexes, --, the list: of a guest with 64 MiB and four vCPUs, two of them to come
    local name=$1 wants=()
    shift
    while [ "$1" != -- ]; do wants+=("$1"); shift; done
    bad "$name" "${wants[@]}" -- 'vcpus=2' 'maxvcpus=4' 'ioapic=1' "vnuma=$2"
}
a='[ "size=32", "vcpus=0-1" ]'
nodes vnuma-text 'vnuma is no list' 'write vnuma=\[ \[' -- '"size=64"'
nodes vnuma-flat 'node 0 is no list' 'write vnuma=\[ \[' -- '[ "size=64", "vcpus=0-3" ]'
nodes vnuma-unknown-word 'node 1 says "mem=32"' 'none of pnode= size= vcpus= vdistances=' -- "[ $a, [ \"mem=32\" ] ]"
nodes vnuma-nested 'node 0 says "\["' 'none of pnode=' -- '[ [ [ "size=64" ] ] ]'
nodes vnuma-twice 'node 0 says size= twice' 'keep one' -- '[ [ "size=64", "size=64" ] ]'
nodes vnuma-no-size 'node 1 has no memory' 'size=256' -- "[ $a, [ \"vcpus=2-3\" ] ]"
nodes vnuma-size-no-number 'vnuma: size is "half", which is no number' -- '[ [ "size=half" ] ]'
nodes vnuma-pnode-no-number 'vnuma: pnode is "x", which is no number' -- '[ [ "pnode=x" ] ]'
nodes vnuma-too-little '16 MiB less than memory=64' 'add up to it' -- "[ $a, [ \"size=16\", \"vcpus=2-3\" ] ]"
nodes vnuma-too-much 'nodes 0 to 1 have more than memory=64' 'add up to it' -- "[ $a, [ \"size=33\", \"vcpus=2-3\" ] ]"
nodes vnuma-vcpu-nowhere 'vCPU 2 is in no node' 'name it in the vcpus=' -- "[ $a, [ \"size=32\", \"vcpus=3\" ] ]"
nodes vnuma-vcpu-twice 'vCPU 1 is in node 0 and in node 1' 'put it into one' -- "[ $a, [ \"size=32\", \"vcpus=1-3\" ] ]"
nodes vnuma-vcpu-beyond 'are "2-4", but the guest has vCPUs 0 to 3' 'maxvcpus' -- "[ $a, [ \"size=32\", \"vcpus=2-4\" ] ]"
nodes vnuma-vcpus-wrong 'vcpus of node 0 are "1-"' 'write numbers and ranges' -- '[ [ "size=64", "vcpus=1-" ] ]'
nodes vnuma-distances-few 'node 0 has 1 vdistances for 2 nodes' 'itself included' -- "[ [ \"size=32\", \"vcpus=0-1\", \"vdistances=10\" ], [ \"size=32\" ] ]"
nodes vnuma-distances-many 'node 0 has 3 vdistances for 1 nodes' 'itself included' -- '[ [ "size=64", "vcpus=0-3", "vdistances=10,20,30" ] ]'
nodes vnuma-distances-wrong 'vdistances of node 0 are "near"' 'write numbers' -- '[ [ "vdistances=near" ] ]'
nodes vnuma-distance-to-itself 'node 0 is 20 from itself' '10' -- '[ [ "size=64", "vcpus=0-3", "vdistances=20" ] ]'
nodes vnuma-distance-small 'node 1 is 10 from node 0' 'give 11 to 254' -- "[ $a, [ \"size=32\", \"vcpus=2-3\", \"vdistances=10,10\" ] ]"
nodes vnuma-too-many 'vnuma has 17 nodes, more than 16' 'give fewer' -- "[ $(printf '[ "size=4" ], %.0s' {1..17}) ]"
cfg nodes.cfg 'vcpus=2' 'maxvcpus=5' 'ioapic=1' 'uart=1' 'hide=[ "\\_SB.COM1", "_SB_.C004" ]' \
    'vnuma=[ [ "vcpus=0-1,4", "size=40", "vdistances=10,21" ], [ "pnode=1", "size=24", "vcpus=2,3" ], ]'
"$tool" check --json nodes.cfg 2>err | tr -d ' \n' >out
wrong=''
for part in '"maxvcpus":5,' '"power_button":true,' '"hide":["\\_SB.COM1","\\_SB_.C004"]' \
    '"vnuma":[{"memory_mib":40,"vcpus":[0,1,4],"distances":[10,21]},{"memory_mib":24,"vcpus":[2,3],"distances":[20,10]}]'; do
    grep -qF "$part" out || wrong="$wrong; it does not say $part"
done
verdict nodes-come-through "${wrong#; }"
bad vnuma-without-acpi 'vnuma with acpi=0' 'set acpi=1 or remove vnuma' -- 'acpi=0' 'vnuma=[ [ "size=64", "vcpus=0" ] ]'
bad vnuma-of-no-vcpus 'vcpus is 0' 'give at least 1' -- 'vcpus=0' 'vnuma=[ [ "size=64", "vcpus=0" ] ]'
bad hide-text 'hide is no list' 'write hide=' -- 'hide="COM1"'
bad hide-nested 'hide has an entry that is no text' 'write hide=' -- 'hide=[ [ "COM1" ] ]'
bad hide-no-path 'hide: "\\_SB.COM12" is no ACPI path' 'write it as' -- 'hide=[ "\\_SB.COM12" ]'
bad hide-nobody 'hide names \\_SB.COM2, but the guest.s tables have no such device' 'acpi dump' -- 'uart=1' 'hide=[ "_SB.COM1", "_SB.COM2" ]'
bad hide-no-uart 'hide names \\_SB.COM1, but' 'or remove it' -- 'hide=[ "_SB.COM1" ]'
bad hide-no-device 'hide names \\_SB, but' 'or remove it' -- 'hide=[ "_SB" ]'
bad hide-too-many 'hide names 17 devices, more than 16' 'name fewer' -- "hide=[ $(printf '"_SB.COM1", %.0s' {1..17}) ]"
bad hide-without-acpi 'hide with acpi=0' 'set acpi=1 or remove hide' -- 'acpi=0' 'hide=[ "_SB.COM1" ]'
bad power-button-without-acpi 'power_button=1 with acpi=0' 'set acpi=1 or remove' -- 'acpi=0' 'power_button=1'
bad power-button-without-ioapic 'power_button=1 with ioapic=0' 'set ioapic=1 or remove' -- 'power_button=1'
bad power-button-of-two 'power_button is 2: give at most 1' -- 'power_button=2'

# ---- files as a whole
refused no-config 2 'nowhere.cfg: cannot be opened: No such file' 'check the path' -- "$tool" pack nowhere.cfg -o bundle
refused binary-config 2 'good.elf: is no text but a binary file' 'name a configuration' -- "$tool" check good.elf
cfg one.cfg 'name="twin"'
cfg two.cfg 'name="twin"'
refused two-of-one-name 2 'two.cfg: guest twin: one.cfg has a guest of this name' 'another name' -- "$tool" pack one.cfg two.cfg -o bundle
cfg bad.cfg 'vcpus=0'
refused one-bad-of-two 2 'bad.cfg: guest bad: vcpus is 0' -- "$tool" pack good.cfg bad.cfg -o bundle
refused output-nowhere 2 'nowhere/bundle: cannot be written: No such file' 'choose another place' -- "$tool" pack good.cfg -o nowhere/bundle
refused output-is-folder 2 'folder: is no regular file' -- "$tool" pack good.cfg -o folder
cp good.bundle kept
refused output-is-kept 2 'vcpus is 0' -- "$tool" pack bad.cfg -o kept
cmp -s good.bundle kept; verdict output-was-kept "$(cmp good.bundle kept 2>&1)"
refused inspect-text 2 'text: not an ELF file' -- "$tool" inspect text
cfg no-acpi.cfg 'acpi=0'
refused acpi-of-none 2 'no-acpi.cfg: .*no ACPI tables' 'set acpi=1' -- "$tool" acpi dump no-acpi.cfg

# ---- a guest's tables: each form comes out as it went in, and what cannot be written is refused
cfg forms.cfg 'kernel="not-there"' 'vcpus=2' 'ioapic=1' 'uart=1'
"$tool" acpi dump forms.cfg -o forms >out 2>err; verdict dump-needs-no-kernel "$([ -s err ] && echo refused; [ -s forms/DSDT.dat ] || echo no DSDT)"
"$tool" acpi dump forms.cfg --format acpidump -o forms.txt && (cd forms && acpixtract -a ../forms.txt) >out 2>err
for file in forms/[A-Z]*.dat; do
    name=$(basename "$file" .dat)
    verdict "acpixtract-$name" "$(cmp "$file" "forms/${name,,}.dat" 2>&1)"
done
"$tool" acpi dump forms.cfg --format raw -o forms.raw
reads_back() { # file, an option of show, an option of dump: the same lines, but for the two that count
    "$tool" acpi show forms.$1 ${2:-} 2>err | head -n -2 >one
    "$tool" acpi dump forms.cfg ${3:-} >two
    verdict "image-$1-read-back" "$(cmp one two 2>&1)"
}
reads_back raw --hex '--format hex'
reads_back txt
"$tool" acpi dump forms.cfg --format asl -o sources >out 2>err; verdict asl-of-each "$(for t in APIC DSDT FACP; do grep -q "Signature.*\"$t\"" sources/$t.dsl || echo no $t; done)"
refused dump-unknown-form 1 '--format jsn is none' 'did you mean json' -- "$tool" acpi dump forms.cfg --format jsn
refused dump-two-formats 1 'two formats exclude each other' 'give one' -- "$tool" acpi dump forms.cfg --format hex --json
refused dump-two-formats-again 1 'two formats exclude each other' -- "$tool" acpi dump forms.cfg --json --format raw
refused dump-two-guests 1 'write `bedplate acpi dump CFG`' -- "$tool" acpi dump forms.cfg good.cfg
refused dump-without-iasl 5 'iasl cannot be run: No such file' 'install acpica-tools' -- env PATH=/nowhere "$tool" acpi dump forms.cfg --format asl -o other
refused report-nowhere 1 'write `bedplate acpi report CFG -o FILE.html`' -- "$tool" acpi report forms.cfg
refused report-no-such-guest 2 'absent.cfg: ' -- "$tool" acpi report absent.cfg -o report.html
refused report-against-nobody 2 'absent: ' -- "$tool" acpi report good.cfg --against absent -o report.html
refused report-no-folder 2 'nodir/report.html: cannot be written: No such file' 'choose another place with -o' -- "$tool" acpi report good.cfg -o nodir/report.html
"$tool" acpi report good.cfg -o good.html >/dev/null
"$tool" acpi report good.cfg -o - >two 2>err; verdict report-on-stdout "$(cmp good.html two 2>&1; [ -e ./- ] && echo a file is called -)"
"$tool" acpi dump forms.cfg --format json >one
"$tool" acpi dump forms.cfg --format json -o - >two 2>err; verdict dump-on-stdout "$(cmp one two 2>&1; [ -e ./- ] && echo a file is called -)"
refused dump-folder-on-stdout 2 '^bedplate: -: standard output cannot take this: name a file' -- "$tool" acpi dump forms.cfg -o -
refused pack-on-stdout 2 '^bedplate: -: standard output cannot take this: name a file' -- "$tool" pack good.cfg -o -
refused extract-on-stdout 2 '^bedplate: -: standard output cannot take this: name a file' -- "$tool" inspect good.elf --extract -
refused report-output-full 5 'standard output cannot be written' -- sh -c 'exec "$0" acpi report good.cfg -o - >/dev/full' "$tool"
refused report-full-disk 2 '/dev/full' 'name a file with -o' -- "$tool" acpi report good.cfg -o /dev/full
refused dump-into-file 2 'forms.txt: cannot be made: it is a file' 'name another folder' -- "$tool" acpi dump forms.cfg -o forms.txt
refused dump-nowhere 2 'nowhere/tables: cannot be made: No such file' 'name another folder' -- "$tool" acpi dump forms.cfg -o nowhere/tables
refused dump-text-nowhere 2 'nowhere/text: cannot be written: No such file' 'another place' -- "$tool" acpi dump forms.cfg --format acpidump -o nowhere/text
refused dump-text-over-folder 2 'forms: is no regular file' -- "$tool" acpi dump forms.cfg --format json -o forms
mkdir -p halfway/FACP.dat
refused dump-all-or-none 2 'halfway/FACP.dat: is no regular file' -- "$tool" acpi dump forms.cfg -o halfway
verdict dump-left-none "$(find halfway -type f)"
full() { bash -c 'trap "" XFSZ; ulimit -f 1; exec "$@"' - "$@"; }      # a file may have 1024 bytes
export -f full
cfg large.cfg 'kernel="not-there"' 'vcpus=200'
echo before >held
refused dump-disk-full 2 'held: cannot be written: File too large' 'another place' -- bash -c 'full "$@"' - "$tool" acpi dump large.cfg --format json -o held
verdict dump-kept-what-was "$(echo before | cmp - held 2>&1)"
refused dump-folder-disk-full 2 'made/[A-Z]*.dat: cannot be written: File too large' -- bash -c 'full "$@"' - "$tool" acpi dump large.cfg -o made

# ---- any machine's tables
unreadable() { # name, regexes..., --, what to read
    local name=$1 wants=()
    shift
    while [ "$1" != -- ]; do wants+=("$1"); shift; done
    refused "tables-$name" 2 "${wants[@]}" -- "$tool" acpi show "$2"
}
mended() { sed "$1" forms.txt >broken.txt; }
mended '2s/: 5/: G/';                 unreadable wrong-digit 'broken.txt: line 2: .*not two hex digits' 'take the text from acpidump anew' -- broken.txt
mended '3d';                          unreadable gap 'broken.txt: line 3: offset 0x20 where 0x10 is due' 'lines are missing' -- broken.txt
mended '3s/ [0-9A-F][0-9A-F]  .*//';  unreadable short-line 'broken.txt: line 4: .*fewer than 16' -- broken.txt
mended '1s/RSDP/RSDPS/';              unreadable odd-name 'broken.txt: line 1: .*four characters' -- broken.txt
mended '1s/0x/0xZ/';                  unreadable odd-address 'broken.txt: line 1: .*address' -- broken.txt
mended '1d';                          unreadable no-header 'broken.txt: line 1: bytes without a table' -- broken.txt
mended 1q;                            unreadable no-bytes 'broken.txt: line 1: .*no bytes' -- broken.txt
unreadable no-tables 'forms.cfg: no table.s header' 'give the text of acpidump' -- forms.cfg
unreadable elf 'good.elf: offset 0: no ACPI table begins here' -- good.elf
unreadable nowhere 'nowhere: cannot be read: No such file' 'check the path' -- nowhere
: >empty; unreadable empty 'empty: is empty' -- empty
truncate -s 100M large; unreadable large 'large: is more than the 32 MiB' 'tables only' -- large
xz -k forms.txt; unreadable compressed 'forms.txt.xz: is compressed' 'xz -dc' -- forms.txt.xz
cat forms.txt forms.txt >broken.txt; unreadable two-machines 'broken.txt: line [0-9]*: a second RSDP' 'one machine' -- broken.txt
cat forms/DSDT.dat good.elf >broken.dat; unreadable no-table-behind 'broken.dat: offset 0x[0-9a-f]*: no ACPI table' -- broken.dat
mkdir nothing; unreadable empty-folder 'nothing: no table is in this folder' -- nothing
refused show-nothing 1 'no tables are named' 'or - for standard input' -- "$tool" acpi show
refused show-two-forms 1 'exclude each other' 'give one of them' -- "$tool" acpi show --hex --json forms.raw
refused show-unknown-option 1 'acpi show: --loud' -- "$tool" acpi show --loud forms.raw
shows() { # name, exit code, its last line, what to show...
    local name=$1 code=$2 last=$3 got
    shift 3
    "$tool" acpi show "$@" >out 2>err
    got=$?
    verdict "$name" "$([ $got = "$code" ] || echo "exit code $got, not $code"; [ -s err ] && echo 'something on stderr'
        [ "$(tail -n 1 out)" = "$last" ] || echo "it ends with: $(tail -n 1 out)")"
}
shows show-good 0 '8 tables, 0 faults' forms.raw
cp forms/APIC.dat broken.dat
printf '\377' | dd of=broken.dat bs=1 seek=9 conv=notrunc status=none
shows show-faulty 2 '1 table, 1 fault' broken.dat
"$tool" acpi show --faults broken.dat >out 2>err; verdict show-which-fault "$(grep -q '^APIC, byte 0x9: Checksum: wrong' out || echo not said)"
"$tool" acpi show --json forms.raw | python3 -c 'import json, sys; t = json.load(sys.stdin); assert t["fault_count"] == 0 and len(t["tables"]) == t["count"]' 2>err
verdict show-json "$(cat err)"
"$tool" acpi show --json forms.raw >one; "$tool" acpi dump forms.cfg --json >two; verdict json-of-one-shape "$(cmp one two 2>&1)"
"$tool" acpi show --json broken.dat | python3 -c '
import json, sys
t = json.load(sys.stdin)
wrong = [f for f in t["tables"][0]["fields"] if "fault" in f]
assert t["fault_count"] == 1 and [f["name"] for f in wrong] == ["Checksum"] and wrong[0]["offset"] == 9
assert bytes.fromhex(t["tables"][0]["bytes"]) == open("broken.dat", "rb").read()' 2>err
verdict json-of-a-fault "$(cat err)"
"$tool" acpi show - <forms.txt >out 2>err; verdict show-stdin "$([ -s err ] && echo refused; grep -q '^RSDP at' out || echo 'no RSDP')"
rm -rf held forms forms.* sources halfway broken.* large nothing one two

# ---- usage
refused no-command 1 'see `bedplate --help`' -- "$tool"
refused unknown-command 1 'pakc is no command: did you mean pack' -- "$tool" pakc
refused no-output 1 'no file to write' -- "$tool" pack good.cfg
refused unknown-option 1 '--frob' -- "$tool" check --frob good.cfg
refused timeout-no-number 1 '--timeout takes a whole number' -- "$tool" run --timeout soon good.cfg
refused no-qemu 5 'qemu-system-x86_64 is not there' 'install' -- env PATH=/nowhere "$tool" run --accel tcg --timeout 10 good.cfg

# ---- CPUs side by side or by turns: of a QEMU that tells a version and shows how it was started.
mkdir fake
printf '#!/bin/sh\n[ "$1" = --version ] && echo "QEMU emulator version $VERSION (Debian 1:$VERSION)" || echo "started $* "\n' >fake/qemu-system-x86_64
chmod +x fake/qemu-system-x86_64
cp fake/qemu-system-x86_64 fake/qemu-system-aarch64
started() { # name, QEMU's version, the accelerator it is to be given, options and configuration of run
    local name=$1 version=$2 accelerator=$3
    shift 3
    env VERSION="$version" PATH="$PWD/fake:$PATH" timeout 60 "$tool" run "$@" </dev/null >out 2>err
    verdict "$name" "$(grep -q -- " -accel $accelerator " out || echo "it is not started with -accel $accelerator: $(head -n 1 out)"
        [ "$accelerator" = tcg,thread=single ] && ! grep -q 'its CPUs take turns, as .*how-it-works' err && [ -z "${quiet:-}" ] && echo 'it does not say so')"
}
cfg several.cfg 'name="several"' 'vcpus=2'
started turns-pc 10.0.2 tcg,thread=single --accel tcg --host-cpus 2 several.cfg
started turns-pc-one-vcpu 7.2.22 tcg,thread=single --accel tcg --host-cpus 2 good.cfg
started turns-not-on-one-cpu 7.2.22 tcg --accel tcg --host-cpus 1 several.cfg
started turns-not-when-told 7.2.22 tcg,thread=multi --accel tcg,thread=multi --host-cpus 2 several.cfg
quiet=1 started turns-when-told 10.0.2 tcg,thread=single --accel tcg,thread=single --host-cpus 2 several.cfg
refused accel-unknown 1 '--accel takes kvm, tcg, .*not tgc' -- "$tool" run --accel tgc good.cfg

# ---- the hardware domain's tables, from a machine of our own
mkdir machine
for file in "$root"/tests/fixtures/acpi/machine/*.asl; do
    name=$(basename "$file" .asl)
    iasl -p machine/compiled "$file" >/dev/null 2>&1 && mv machine/compiled.aml "machine/${name^^}.dat"
done
mangle_refused() { # name, code, regexes..., --, options after --from machine
    local name=$1 code=$2 wants=()
    shift 2
    while [ "$1" != -- ]; do wants+=("$1"); shift; done
    shift
    refused "mangle-$name" "$code" "${wants[@]}" -- "$tool" acpi mangle "$@"
}
without() { # machine's folder less tables...
    rm -rf some; cp -r machine some
    for name in "$@"; do rm -f "some/$name.dat"; done
}
"$tool" acpi mangle --from machine --vcpus 2 -o made >/dev/null 2>err; verdict mangle-good-is-good "$([ -s err ] && echo refused; [ -s made/STAO.dat ] || echo no STAO)"
mangle_refused no-from 1 'write `bedplate acpi mangle --from' -- --vcpus 2
mangle_refused no-vcpus 1 'write `bedplate acpi mangle --from' -- --from machine
mangle_refused vcpus-0 1 '--vcpus 0' '1 to 512' -- --from machine --vcpus 0
mangle_refused vcpus-513 1 '--vcpus 513' '1 to 512' -- --from machine --vcpus 513
"$tool" acpi mangle --from machine --vcpus 010 >out 2>err; verdict mangle-vcpus-decimal "$(grep -qE '^changes +MADT .* become 10[;,]' out || head -n 3 out)"
mangle_refused vcpus-text 1 '--vcpus 2x' 'give such a number' -- --from machine --vcpus 2x
mangle_refused uart-0 1 '--uart 0: no address' 'COM1 to COM4' -- --from machine --vcpus 2 --uart 0
mangle_refused uart-com5 1 '--uart COM5: no address' -- --from machine --vcpus 2 --uart COM5
mangle_refused unknown-what 1 '--unknown perhaps: write keep or drop' -- --from machine --vcpus 2 --unknown perhaps
mangle_refused hide-no-path 2 'machine: .*COM9: no device of the machine.s AML has this path' 'namespace' -- --from machine --vcpus 2 --hide '\_SB.COM9'
for path in '\_S5' '\_SB.PCI0.LPCB.HPET._CRS' '\_SB.PCI0.LPCB.UAR2._CRS' '\_GPE' '\_SB'; do
    mangle_refused "hide-no-device-$path" 2 'no device of the machine.s AML has this path' -- --from machine --vcpus 2 --hide "$path"
done
mangle_refused hide-no-id 2 'machine: PNP0C0F: no device .* _HID or _CID' -- --from machine --vcpus 2 --hide PNP0C0F
mangle_refused from-nowhere 2 'nowhere' -- --from nowhere --vcpus 2 -o made2
without FACP; mangle_refused no-fadt 2 'some: there is no FADT' 'give the whole set' -- --from some --vcpus 2 -o made2
without DSDT; mangle_refused no-dsdt 2 'some: there is no DSDT' -- --from some --vcpus 2 -o made2
without APIC; mangle_refused no-madt 2 'some: there is no MADT' -- --from some --vcpus 2 -o made2
without; head -c 80 machine/APIC.dat >some/APIC.dat
mangle_refused cut-madt 2 'MADT|APIC' -- --from some --vcpus 2 -o made2
mangle_refused output-in-a-file 2 'good.cfg: cannot be made: it is a file' 'name another folder' -- --from machine --vcpus 2 -o good.cfg
mangle_refused output-nowhere 2 'nowhere/made: cannot be made' 'name another folder' -- --from machine --vcpus 2 -o nowhere/made
mkdir -p taken/HPET.dat taken/STAO.dat
mangle_refused output-taken 2 'taken/STAO.dat: is no regular file' -- --from machine --vcpus 2 -o taken
verdict mangle-all-or-none "$(ls -A taken | grep -vE '^(HPET|STAO).dat$' | tr '\n' ' ')"
# ---- the names of a machine's AML
names() { refused "namespace-$1" "$2" "$3" "$4" -- "$tool" acpi namespace "${@:5}"; }
names no-file 1 'write `bedplate acpi namespace FILE' ''
names option 1 '--frob' '' --frob machine
names no-aml 2 'APIC.dat: no DSDT or SSDT' 'give them too' machine/APIC.dat
names two-dsdts 2 'DSDT.dat and the others: 2 DSDTs' 'one machine only' machine/DSDT.dat machine/DSDT.dat
names nowhere 2 'nowhere: cannot be read' 'check the path' nowhere
refused s5-no-file 1 'write `bedplate acpi s5 FILE' -- "$tool" acpi s5
refused s5-absent 2 'SSDT1.dat: \\_S5_ is not there' 'give all of the machine.s SSDTs' -- "$tool" acpi s5 machine/SSDT1.dat
echo 'DefinitionBlock ("", "DSDT", 2, "A", "B", 1) { Method (\_S5) { Return (Package () { 5, 5 }) } }' >method.asl
iasl method.asl >out 2>&1; refused s5-method 2 'method.aml: \\_S5_ is a method' -- "$tool" acpi s5 method.aml
echo 'DefinitionBlock ("", "DSDT", 2, "A", "B", 1) { Name (X, 1) Name (\_S5, Package () { X, 5 }) }' >name.asl
iasl name.asl >out 2>&1; refused s5-no-constant 2 'name.aml: \\_S5_ is no package that begins with two constant' -- "$tool" acpi s5 name.aml
# PM1 control registers that only the FADT's 64-bit fields tell, and a hardware-reduced machine.
cat >fadt.py <<'EOF'
import struct, sys
t = bytearray(open('machine/FACP.dat', 'rb').read())
def put(at, form, *v): struct.pack_into(form, t, at, *v)
put(64, '<II', 0, 0)
put(172, '<BBBBQ', 1, 16, 0, 2, 0xb004)
put(184, '<BBBBQ', 0, 16, 0, 2, 0xfed80404)
put(244, '<BBBBQ', 0, 8, 0, 1, 0xfed80500)
if sys.argv[1] == 'reduced':
    put(112, '<I', struct.unpack_from('<I', t, 112)[0] | 1 << 20)
t[9] = -(sum(t) - t[9]) & 0xff
open('facp-%s.dat' % sys.argv[1], 'wb').write(t)
EOF
python3 fadt.py wide; "$tool" acpi s5 machine/DSDT.dat machine/SSDT*.dat facp-wide.dat >out 2>err
verdict s5-wide-registers "$(cat err; for want in '0x[0-9a-f]{4} to PM1a_CNT \(port 0xb004\)' '0x[0-9a-f]{4} to PM1b_CNT \(address 0xfed80404\)'; do grep -qE "$want" out || echo "not told: $want"; done)"
"$tool" acpi s5 --json machine/DSDT.dat machine/SSDT*.dat facp-wide.dat >out 2>err
verdict s5-wide-registers-json "$(cat err; python3 -c 'import json
w = json.load(open("out"))[0]["writes"]
assert [(x["register"], x["space"], x["address"]) for x in w] == [("PM1a_CNT", "port", 0xb004), ("PM1b_CNT", "memory", 0xfed80404)], w
assert all(x["value"] >> 13 == 1 for x in w)' 2>&1)"
python3 fadt.py reduced; "$tool" acpi s5 machine/DSDT.dat machine/SSDT*.dat facp-reduced.dat >out 2>err
verdict s5-reduced "$(cat err; grep -q 'to SLEEP_CONTROL_REG (address 0xfed80500)' out || echo 'not told'; grep PM1 out)"
# Damage is told as far as it goes: what can be read is printed, what is wrong and what follows from it is said.
finds() { # name, regex in what is printed, regex of the one sentence on stderr ("": none) --, command: it ends with 2
    local name=$1 found=$2 said=$3 got
    shift 4
    timeout 60 "$@" </dev/null >out 2>err
    got=$?
    verdict "$name" "$([ $got = 2 ] || echo "exit code $got, not 2"; grep -qE -- "$found" out || echo "it does not print \"$found\""
        [ "$(wc -l <err)" = "${said:+1}" ] || [ -z "$said$(cat err)" ] || echo "$(wc -l <err) lines on stderr"
        [ -z "$said" ] || grep -qE -- "$said" err || echo "it does not say \"$said\"")"
}
python3 - <<'END' 2>err
import struct
def table(name, body, revision=2, length=None):
    t = bytearray(struct.pack('<4sIBB6s8sI4sI', name.encode(), 36 + len(body) if length is None else length, revision, 0, b'OEM', b'TABLE', 1, b'TEST', 1) + body)
    t[9] = -sum(t) & 255
    return bytes(t)
def rsdp(rsdt):
    r = bytearray(struct.pack('<8sB6sBI', b'RSD PTR ', 0, b'OEM', 0, rsdt))
    r[8] = -sum(r) & 255
    return bytes(r)
def package(op, body):                          # a PkgLength of four bytes counts itself
    n = len(body) + 4
    return op + bytes([0xc0 | n & 15, n >> 4 & 255, n >> 12 & 255, n >> 20]) + body
def text(tables):                               # as acpidump has them
    with open('high.txt', 'w') as f:
        for name, at, t in tables:
            f.write('%s @ 0x%016X\n' % (name, at))
            for i in range(0, len(t), 16):
                f.write('    %04X: %s\n' % (i, ' '.join('%02X' % b for b in t[i:i + 16])))
            f.write('\n')
def write(name, data):
    open(name, 'wb').write(data)
s5 = b'\x08_S5_\x12\x06\x02\x0a\x05\x0a\x05'
ssdt = table('SSDT', b'')
write('self.raw', (rsdp(0xe0020) + bytes(12) + table('RSDT', struct.pack('<II', 0xe0020, 0xe0060), 1)).ljust(0x60, b'\0') + ssdt)
high = 1 << 32
text([('RSDP', 0xe0000, rsdp(0xf0000)), ('RSDT', 0xf0000, table('RSDT', struct.pack('<I', 0xf1000), 1)),
      ('XSDT', 0xf0100, table('XSDT', struct.pack('<QQ', 0xf1000, high), 1)), ('SSDT', 0xf1000, ssdt), ('SSDT', high, table('SSDT', s5))])
deep = b''
for i in range(10000):
    deep = package(b'\x10', b'ABCD' + deep)
write('deep.dat', table('DSDT', s5 + deep))
write('past.dat', table('DSDT', s5 + b'\x5b\x82\x3fDEV1\x08_UID\x0a\x07'))     # the device says 63 bytes, of which 14 are there
write('cut.dat', table('DSDT', s5 + s5)[:-len(s5)])
write('zero.dat', table('DSDT', s5, length=0))
END
verdict damage-is-made "$(cat err)"
show() { finds "show-$1" "$2" '' -- "$tool" acpi show --faults "${@:3}"; }
show rsdt-itself '^RSDT at 0xe0020, byte 0x24: Entry: points at itself' self.raw
show xsdt-unreached '^XSDT at 0xf0100: nothing points at it: an RSDP of revision 0 has an RSDT only' high.txt
show xsdt-above-4g '^XSDT at 0xf0100: the XSDT lists 1 that the RSDT does not, the first at 0x100000000, above 4 GiB' high.txt
show two-dsdts '^2 tables are called DSDT: an operating system takes one' machine/DSDT.dat machine/DSDT.dat
show past-the-end '^DSDT, byte 0x30: Damaged: Device: its PkgLength reaches beyond' past.dat
show deep '^DSDT, byte 0x[0-9a-f]*: Scope \(ABCD\): nested deeper than 64: what it declares is not told' deep.dat
show cut '^DSDT, byte 0x4: Length: cut: only 48 of 60 bytes are there' cut.dat
show zero-length '^DSDT, byte 0x4: Length: less than the 36 bytes of its header' zero.dat
listed() { finds "namespace-$1" "$2" "$3" -- "$tool" acpi namespace --all "$1.dat"; }
listed past '^\\DEV1\._UID .*7' 'past.dat: table 0 \(DSDT\), byte 0x30: its PkgLength reaches past the end .* names may be missing: .*anew'
listed deep '^\\ABCD ' 'deep.dat: table 0 \(DSDT\), byte 0x[0-9a-f]*: nested deeper than 64: passed over, so names may be missing: .*anew'
listed cut '^\\_S5_ ' 'cut.dat: table 0 \(DSDT\): its end is missing: .* names are missing: .*anew'
listed zero '^path' 'zero.dat: table 0 \(DSDT\): its length is less than .* names are missing: .*anew'
for name in past deep cut; do
    finds "s5-$name" '^\\_S5_  SLP_TYPa 5, SLP_TYPb 5' "$name.dat: table 0 \(DSDT\).* names (are|may be) missing: .*anew" -- "$tool" acpi s5 $name.dat
done
rm -f method.a* name.a* past.dat deep.dat cut.dat zero.dat self.raw high.txt
rm -rf machine some made taken

. "$root/tests/bad/arm.sh"
. "$root/tests/bad/tool.sh"

# ---- what only the hypervisor sees. It says its sentence on the console; the tool says which of its lines to read.
boots() { # name, regex on the console, options of `bedplate run`
    local name=$1 regex=$2 wrong=''
    shift 2
    timeout 90 "$tool" run --accel tcg --timeout 60 "$@" good.cfg </dev/null >out 2>err
    local got=$?
    [ $got = 2 ] || wrong="exit code $got, not 2"
    grep -qE -- "\\(bp\\) .*$regex" out || wrong="$wrong; the console does not say \"$regex\""
    cat out >>err
    verdict "$name" "${wrong#; }"
}
size=$(stat -c %s good.bundle)
head -c $((size - 4096)) good.bundle >cut.bundle
boots bundle-cut-short 'the bundle is cut short: .*copy it again' --qemu-arg -initrd --qemu-arg cut.bundle
head -c 200 good.bundle >stub.bundle
boots bundle-cut-in-tree 'the bundle is cut short: .*copy it again' --qemu-arg -initrd --qemu-arg stub.bundle
cp good.bundle other.bundle
at=$(LC_ALL=C grep -obUaP '\x00\x00\x00\x04....\x00\x00\x00\x01\x00\x00\x00\x03' other.bundle | head -n 1 | cut -d: -f1)
printf '\x63' | dd of=other.bundle bs=1 seek=$((at + 11)) conv=notrunc status=none
boots bundle-of-another-revision 'the bundle is of revision 99, this hypervisor reads 1: .*same release' --qemu-arg -initrd --qemu-arg other.bundle
boots bundle-is-none 'the bundle is none: .*bedplate pack' --qemu-arg -initrd --qemu-arg text
boots host-too-small 'memory=64 is more than the host has free' --host-memory 48
boots host-without-svm 'no guest can run on this machine: .*SVM' --qemu-arg -cpu --qemu-arg qemu64,-svm
cfg good.cfg 'name="good"' 'cpus="7"'
boots host-without-that-cpu 'cpus= names only CPUs that this host does not have' --host-cpus 2

. "$root/tests/bad/arm_boot.sh"

echo "bad-input: $passed passed, $failed failed"
[ $failed = 0 ]
