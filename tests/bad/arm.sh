# Read by tests/bad_input.sh, with its words: what Arm guests are given. Trees are written as for Xen; those that are refused never get to QEMU, but for
# its own tree.
arm_image() { # file: the header of an arm64 Image that takes 128 KiB
    head -c 4096 /dev/zero >"$1"
    printf '\x00\x00\x02' | put "$1" 0x10
    printf '\x0a' | put "$1" 0x18
    printf 'ARM\x64' | put "$1" 0x38
}
arm_image Image
gzip -k Image
head -c 3000 /dev/zero >rd
arm_cfg() { cfg "$@" 'kernel="Image"'; }
arm() { # as bad, of an Arm guest
    local name=$1 wants=()
    shift
    while [ "$1" != -- ]; do wants+=("$1"); shift; done
    shift
    bad "$name" "${wants[@]}" -- 'kernel="Image"' "$@"
}
takes() { # name, regex, what: accepted, and then check says so
    local name=$1 regex=$2
    shift 2
    "$tool" check "$@" >out 2>err
    grep -qE -- "$regex" out || { cat out >>err; verdict "$name" "check does not say \"$regex\""; return; }
    verdict "$name" ''
}

# ---- kernels
arm_cfg arm.cfg 'name="arm"'
takes arm-good 'kernel .*Image, entry 0x40000000' arm.cfg
cfg armgz.cfg 'name="gz"' 'kernel="Image.gz"'
takes arm-gzip 'unpacked from gzip, entry 0x40000000' armgz.cfg
# Before 8.1 QEMU runs stale code where several vCPUs run side by side (tests/bad_input.sh has the words).
cfg arm2.cfg 'name="arm"' 'kernel="Image"' 'vcpus=2'
started turns-arm-7.2 7.2.22 tcg,thread=single --host-cpus 2 arm2.cfg
started turns-arm-8.0 8.0.5 tcg,thread=single --host-cpus 2 arm2.cfg
started turns-arm-not-8.1 8.1.0 tcg --host-cpus 2 arm2.cfg
started turns-arm-not-10 10.0.2 tcg --host-cpus 2 arm2.cfg
started turns-arm-not-one-vcpu 7.2.22 tcg --host-cpus 2 arm.cfg
started turns-arm-unknown unknown tcg,thread=single --host-cpus 2 arm2.cfg
{ printf 'MZ\0\0zimg'; le32 64; le32 "$(stat -c %s Image.gz)"; head -c 48 /dev/zero; cat Image.gz; } >zboot
cfg armefi.cfg 'name="efi"' 'kernel="zboot"'
takes arm-efi 'unpacked from gzip, entry 0x40000000' armefi.cfg
{ printf 'MZ\0\0zimg'; le32 64; le32 99999; head -c 48 /dev/zero; cat Image.gz; } >zboot.cut
bad arm-efi-cut 'zboot.cut: an EFI kernel cut short' 'copy the file again' -- 'kernel="zboot.cut"'
{ printf 'MZ\0\0zimg'; le32 64; le32 4; head -c 64 /dev/zero; } >zboot.odd
bad arm-efi-packing 'zboot.odd: an EFI kernel that is packed in none of' 'give its Image' -- 'kernel="zboot.odd"'
cp Image big-endian; printf '\x0b' | put big-endian 0x18
bad arm-big-endian 'big-endian: a big-endian arm64 Image' 'little-endian' -- 'kernel="big-endian"'
cp Image no-size; printf '\0\0\0' | put no-size 0x10
bad arm-no-size 'no-size: .*does not say how much memory' 'newer kernel' -- 'kernel="no-size"'
head -c 60 Image >cut-image
bad arm-cut-image 'cut-image: 60 bytes are too few' 'copy the file again' -- 'kernel="cut-image"'
head -c 50 Image.gz >cut.gz
bad arm-cut-gzip 'cut.gz: its gzip data is cut short' 'copy the file again' -- 'kernel="cut.gz"'
{ printf '\x7fELF\x02\x01\x01'; head -c 9 /dev/zero; printf '\x02\0\xb7\0'; head -c 200 /dev/zero; } >vmlinux.arm
bad arm-elf 'vmlinux.arm: an ELF file for Arm' 'objcopy' -- 'kernel="vmlinux.arm"'
refused inspect-arm-no-size 2 'no-size: ' 'newer kernel' -- "$tool" inspect no-size
arm_cfg arm2.cfg 'name="arm2"'
refused pc-and-arm 2 'arm2.cfg: its kernel is for Arm, that of good.cfg for a PC' 'pack them apart' -- "$tool" pack good.cfg arm2.cfg -o bundle

# ---- keys
arm arm-lapic 'lapic=1 on a board without APICs' 'leave it out' -- 'lapic=1'
arm arm-power-button 'power_button=1: an Arm guest has none' 'remove it' -- 'power_button=1'
arm arm-maxvcpus 'no vCPU can come to this board' 'the same number' -- 'maxvcpus=2'
arm arm-modules '2 modules: an Arm guest takes a kernel and a ramdisk' 'remove them' -- 'ramdisk="rd"' 'modules=["rd"]'
arm arm-vuart 'vuart is "yes"' 'vuart="sbsa_uart"' -- 'vuart="yes"'
arm arm-backend-alone 'a vuart_backend without a vuart' 'sbsa_uart' -- 'vuart_backend="b"'
arm arm-backend-nobody 'vuart_backend is b, of which name there is no guest' 'hypervisor.s console' -- 'vuart="sbsa_uart"' 'vuart_backend="b"'
arm arm-gic-version 'gic_version is "v4"' '"default"' -- 'gic_version="v4"'
arm arm-gic-2-vcpus 'vcpus=9 with a GIC of version 2' 'version 3' -- 'vcpus=9' 'gic_version="v2"'
arm arm-static-form 'static_mem: entry 0 is "0x60000000"' 'write static_mem=' -- 'static_mem=["0x60000000"]'
arm arm-static-size 'static memory is 32768 KiB, but memory is 65536 KiB' 'the same size' -- 'static_mem=["base=0x60000000,size=32"]'
arm arm-static-pages 'not made of whole pages' 'multiples of 4096' -- 'static_mem=["base=0x60000100,size=64"]'
arm arm-static-twice 'meets its own at 0x60000000' 'lie apart' -- 'static_mem=["base=0x60000000,size=32","base=0x61000000,size=32"]'
arm arm-direct-map-alone 'direct-map without static memory' 'static_mem=' -- 'direct_map=1'
arm arm-direct-map-over 'RAM at 0x38000000, .* meets Xen.s grant table' 'place it elsewhere' -- 'static_mem=["base=0x38000000,size=64"]' 'direct_map=1'
arm arm-partial-tree-is-none 'guest arm-partial-tree-is-none: ' 'tree' -- 'device_tree="rd"'
arm arm-partial-tree-missing 'nowhere.dtb: cannot be opened' 'check the path' -- 'device_tree="nowhere.dtb"'
bad pc-vuart 'vuart \(vpl011\) is for Arm guests' 'uart=1' -- 'vuart="sbsa_uart"'
bad pc-gic 'gic_version is for Arm guests' 'remove it' -- 'gic_version="v3"'
bad pc-device-tree 'device_tree hands devices to Arm guests' 'remove it' -- 'device_tree="rd"'
bad cpus-list-long 'cpus has 2 entries for 1 vCPUs' 'one for each' -- 'cpus=["0","1"]'
bad cpus-list-wrong 'cpus is "1-0"' -- 'cpus=["1-0"]'

# ---- static event channels, of both kinds of guests
channel() { # name, regexes, --, the list's text
    local name=$1 wants=()
    shift
    while [ "$1" != -- ]; do wants+=("$1"); shift; done
    bad "$name" "${wants[@]}" -- "evtchn=$2"
}
channel evtchn-text 'evtchn is no list' 'write evtchn=' -- '"port=1"'
channel evtchn-nested 'evtchn: entry 0 is no text' 'write evtchn=' -- '[["port=1"]]'
channel evtchn-word 'entry 0 says "prot=1", which is none of' 'write evtchn=' -- '["prot=1"]'
channel evtchn-empty 'entry 0 has nothing behind peer=' 'write evtchn=' -- '["port=1,peer=,peer_port=2"]'
channel evtchn-twice 'entry 1 says port= twice' 'keep one' -- '["port=1,peer=b,peer_port=2","port=1,port=2"]'
channel evtchn-no-peer 'entry 0 has no peer=' 'write evtchn=' -- '["port=1,peer_port=2"]'
channel evtchn-no-number 'evtchn: port is "one", which is no number' -- '["port=one,peer=b,peer_port=2"]'
channel evtchn-port-0 "port is 0" '1 to 1023' -- '["port=0,peer=b,peer_port=2"]'
channel evtchn-port-high 'port is 1024' '1 to 1023' -- '["port=1024,peer=b,peer_port=2"]'
channel evtchn-peer-port-high 'peer port is 4096' '1 to 1023' -- '["port=1,peer=b,peer_port=0x1000"]'
channel evtchn-port-twice 'two event channels have port 0xa' 'each its own' -- '["port=10,peer=b,peer_port=2","port=0xa,peer=b,peer_port=3"]'
channel evtchn-label-twice 'two event channels are called "x"' 'own label' -- '["port=1,peer=b,peer_port=2,label=x","port=2,peer=b,peer_port=3,label=x"]'
channel evtchn-label-odd 'label has a character' 'use letters' -- '["port=1,peer=b,peer_port=2,label=a b"]'
channel evtchn-itself 'the peer of port 0x1 is the guest itself' 'another guest' -- '["port=1,peer=evtchn-itself,peer_port=2"]'
channel evtchn-nobody 'of which name there is no guest' 'add it' -- '["port=1,peer=b,peer_port=2"]'
channel evtchn-too-many 'evtchn has 33 channels, more than 32' 'give fewer' -- "[$(for i in {1..33}; do printf '"port=%u,peer=b,peer_port=2",' "$i"; done)]"
bad evtchn-xen-0 'static event channels with xen=0' 'set xen=1' -- 'xen=0' 'evtchn=["port=1,peer=b,peer_port=2"]'
cfg ping.cfg 'name="ping"' 'evtchn=["port=0xa, peer=pong, peer_port=0xb, label=ball"]'
cfg pong.cfg 'name="pong"' 'evtchn=["port=0xb,peer=ping,peer_port=10"]'
takes evtchn-good 'event channel port 0xa to port 0xb of pong, called ball' ping.cfg pong.cfg
cfg pong2.cfg 'name="pong"' 'evtchn=["port=0xb,peer=ping,peer_port=11"]'
refused evtchn-other-port 2 'ping.cfg: guest ping: .* leads to port 0xb of pong, which leads to port 0xb of ping' 'each be the other' -- "$tool" pack ping.cfg pong2.cfg -o bundle
cfg pong3.cfg 'name="pong"'
refused evtchn-one-end 2 'ping.cfg: guest ping: .* of pong, which has no channel there' 'port=0xb,peer=ping,peer_port=0xa' -- "$tool" pack ping.cfg pong3.cfg -o bundle
arm_cfg s1.cfg 'static_mem=["base=0x60000000,size=64"]'
arm_cfg s2.cfg 'static_mem=["base=0x63fff000,size=64"]'
refused static-overlap 2 's2.cfg: guest s2: its static memory at 0x63fff000, .* meets that of s1' 'each its own' -- "$tool" pack s1.cfg s2.cfg -o bundle

"$tool" start-info ping.cfg pong.cfg >out 2>err || true
grep -q 'magic .*0x336ec578' out; verdict start-info-of-the-first "$([ $? = 0 ] || echo 'no start info of ping')"
arm_cfg tellme.cfg 'name="tellme"' 'vuart="sbsa_uart"' 'acpi=1'
"$tool" start-info tellme.cfg 2>err | dtc -q -I dts -O dtb -o told.dtb - 2>>err
verdict start-info-is-source "$(fdtget told.dtb /chosen linux,uefi-system-table 2>&1 | grep -v '^[0-9 ]*$')"
rm -f told.dtb
"$tool" start-info --json tellme.cfg 2>err | python3 -c 'import json,sys; t = json.load(sys.stdin)["tree"]; assert t["properties"]["compatible"] and t["children"]' 2>>err
verdict start-info-json "$([ $? = 0 ] || echo 'not the JSON that was expected')"

# ---- trees that were written for Xen. A guest "a" with what is said: properties, nodes.
dts() { # name, properties, nodes, more of /chosen
    dtc -q -I dts -O dtb -o "$1.dtb" - <<DTS || echo "dtc does not take $1" >&2
/dts-v1/;
/ { #address-cells = <2>; #size-cells = <1>; chosen {
    a: a { compatible = "xen,domain"; #address-cells = <2>; #size-cells = <1>; memory = <0 65536>; cpus = <1>; $2
        module@4a000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0 0x4a000000 0x20000>; };
        $3 };
    $4 }; };
DTS
}
tree() { # name, regexes, --, properties, nodes, more of /chosen
    local name=$1 wants=()
    shift
    while [ "$1" != -- ]; do wants+=("$1"); shift; done
    dts "$name" "${2-}" "${3-}" "${4-}"
    refused "$name" 2 "$name\\.dtb" "${wants[@]}" -- "$tool" run --dtb "$name.dtb" --module 0x4a000000=Image
    rm -f "$name.dtb"
}
b='b: b { compatible = "xen,domain"; xen,enhanced; memory = <65536>; }; '
tree tree-no-reg 'guest a: its ramdisk \(node r\) has no reg' 'give its address' -- '' 'r { compatible = "multiboot,ramdisk"; };'
tree tree-short-reg 'reg of its ramdisk \(node r\) has 8 bytes' '#address-cells' -- '' 'r { compatible = "multiboot,ramdisk"; reg = <1 2>; };'
tree tree-unknown-compatible 'guest a: node x has a compatible that is not known \("xen,new"\)' 'remove the node' -- '' 'x { compatible = "xen,new"; };'
tree tree-unknown-property 'guest a: unknown property xen,enhnced' 'did you mean xen,enhanced' -- 'xen,enhnced;'
tree tree-capabilities 'guest a: property capabilities is 2' 'remove it' -- 'capabilities = <2>;'
tree tree-shared-memory 'guest a: node s is static shared memory' 'remove it' -- '' 's { compatible = "xen,domain-shared-memory-v1"; };'
tree tree-no-file 'its ramdisk is at 0x4b000000: say which file' '--module 0x4b000000=FILE' -- '' 'r { compatible = "multiboot,ramdisk"; reg = <0 0x4b000000 1>; };'
beyond='r { compatible = "multiboot,ramdisk"; reg = <0xff00 0 0x1000>; };'
tree tree-module-beyond 'guest a: its ramdisk at 0xff0000000000, 0x1000 bytes, ends beyond 0x' 'a lower place' -- '' "$beyond"
dts beyond '' "$beyond" ''
refused tree-module-outside 2 'beyond.dtb: guest a: its ramdisk at 0xff0000000000, .* lies outside the machine.s RAM' 'load it elsewhere' -- \
    "$tool" run --dtb beyond.dtb --host-memory 512 --module 0x4a000000=Image --module 0xff0000000000=rd
rm -f beyond.dtb
head -c 1050000 /dev/zero >large
tree tree-large 'the machine.s tree would have 10[5-9].... bytes, and QEMU can hand over 1038576' 'smaller' -- 'somebody,elses = /incbin/("large");'
rm -f large
tree tree-link-to-itself 'node e: the peer of port 10 is the guest itself' 'another guest' -- 'xen,enhanced;' 'e: e { compatible = "xen,evtchn-v1"; xen,evtchn = <10 &e>; };'
tree tree-link-dangling 'node e: xen,evtchn links to phandle 0x63' 'other end' -- 'xen,enhanced;' 'e: e { compatible = "xen,evtchn-v1"; xen,evtchn = <10 99>; };'
tree tree-tuple-not-whole 'node e of /chosen: xen,evtchn is not made of whole tuples' '16 bytes' -- 'xen,enhanced;' '' "e { compatible = \"xen,evtchn\"; xen,evtchn = <1 &a 2>; };"
tree tree-tuple-dangling 'names phandle 0x63, which no node has' "guests' nodes" -- 'xen,enhanced;' '' 'e { compatible = "xen,evtchn"; xen,evtchn = <1 &a 2 99>; };'
tree tree-tuple-no-guest 'names node c, which is no guest' "guests' nodes" -- 'xen,enhanced;' '' 'e { compatible = "xen,evtchn"; xen,evtchn = <1 &a 2 &c>; }; c: c { };'
tree tree-static-outside 'static memory at 0x30000000, .* lies outside the machine.s RAM' 'xen,static-mem' -- 'xen,static-mem = <0 0x30000000 0x4000000>;'
tree tree-static-over-module 'static memory at 0x48000000 meets a module of a at 0x4a000000' 'load that elsewhere' -- 'xen,static-mem = <0 0x48000000 0x4000000>;'
tree tree-no-kernel 'guest b: it has no kernel' 'multiboot,kernel' -- '' '' "$b"
tree tree-no-memory 'guest b: it has no property memory' 'KiB' -- '' '' 'b { compatible = "xen,domain"; };'
tree tree-one-name 'guest a: two guests have this name' 'bedplate,name' -- '' '' 'c { compatible = "xen,domain"; bedplate,name = "a"; #address-cells = <2>;
    memory = <0 65536>; module@4a000000 { compatible = "multiboot,kernel"; reg = <0 0x4a000000 0x20000>; }; };'
dts machine '' '' ''
refused tree-module-too-large 2 'machine.dtb: guest a: its kernel has 0x20000 bytes in the tree \(reg\), but .*large.img has 0x30000' 'make reg so large' -- \
    bash -c 'cp Image large.img; truncate -s 196608 large.img; "$0" run --dtb machine.dtb --module 0x4a000000=large.img; c=$?; rm large.img; exit $c' "$tool"
refused tree-module-nowhere 2 'no guest has a module at 0x4b000000' 'remove it' -- "$tool" run --dtb machine.dtb --module 0x4a000000=Image --module 0x4b000000=rd
refused tree-module-twice 1 '--module 0x4a000000 is there twice' 'keep one' -- "$tool" run --dtb machine.dtb --module 0x4a000000=Image --module 0x4a000000=Image
refused tree-module-form 1 '--module takes ADDRESS=FILE' -- "$tool" run --dtb machine.dtb --module Image
refused tree-and-cfg 1 '--dtb and configurations' 'one or the other' -- "$tool" run --dtb machine.dtb arm.cfg
refused module-without-tree 1 '--module without --dtb' 'add --dtb' -- "$tool" run --module 0x4a000000=Image arm.cfg
dtc -q -I dtb -O dts -o machine.dts machine.dtb
refused tree-source 2 'machine.dts: is a tree.s source' 'dtc' -- "$tool" run --dtb machine.dts
refused tree-is-none 2 'rd: the machine.s device tree is none' 'dtc' -- "$tool" run --dtb rd
head -c 200 machine.dtb >cut.dtb
refused tree-cut 2 'cut.dtb: the machine.s device tree is cut short' 'copy it again' -- "$tool" run --dtb cut.dtb
cp machine.dtb odd.dtb; printf '\xff\xff' | put odd.dtb 0x38
refused tree-damaged 2 'odd.dtb: the machine.s device tree is damaged' 'make it again' -- "$tool" run --dtb odd.dtb
printf '/dts-v1/; / { chosen { }; };' | dtc -q -I dts -O dtb -o none.dtb -
refused tree-without-guests 2 'none.dtb: the machine.s device tree has no guest' 'xen,domain' -- "$tool" run --dtb none.dtb
printf '/dts-v1/; / { };' | dtc -q -I dts -O dtb -o none.dtb -
refused tree-without-chosen 2 'none.dtb: the machine.s device tree has no /chosen' 'put the guests there' -- "$tool" run --dtb none.dtb
sed 's,chosen {,uart { }; &,' machine.dts | dtc -q -I dts -O dtb -o more.dtb -
refused tree-with-devices 2 'more.dtb: node /uart: .*only its /chosen can be' 'whole tree' -- "$tool" run --dtb more.dtb --module 0x4a000000=Image
refused no-qemu-arm 5 'qemu-system-aarch64 is not there' 'install' -- env PATH=/nowhere "$tool" run --dtb machine.dtb --module 0x4a000000=Image
refused gic-version-option 1 '--gic-version takes a whole number from 2 to 3' -- "$tool" run --gic-version 4 arm.cfg
refused start-info-gic-version 1 '--gic-version takes 2 or 3' -- "$tool" start-info --gic-version v3 arm.cfg
rm -f Image.gz zboot* big-endian no-size cut-image cut.gz machine.* none.dtb more.dtb odd.dtb cut.dtb
