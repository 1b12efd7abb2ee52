# Read by tests/bad_input.sh at its end, with its words: what only the hypervisor on Arm sees.
boots_arm() { # name, regex on the console, configuration, options of `bedplate run`
    local name=$1 regex=$2 wrong='' file=$3
    shift 3
    timeout 90 "$tool" run --timeout 60 "$@" "$file" </dev/null >out 2>err
    local got=$?
    [ $got = 2 ] || wrong="exit code $got, not 2"
    grep -qE -- "\\(bp\\) .*$regex" out || wrong="$wrong; the console does not say \"$regex\""
    cat out >>err
    verdict "$name" "${wrong#; }"
}
arm_image Image
arm_cfg arm.cfg 'name="arm"'
"$tool" pack arm.cfg -o arm.bundle >/dev/null
boots_arm arm-given-a-pcs-bundle "guest good: it is a guest for a PC, which this machine is not: give it a kernel of this machine's kind" arm.cfg --qemu-arg -initrd --qemu-arg good.bundle
boots pc-given-an-arm-bundle "arm: .*Arm" --qemu-arg -initrd --qemu-arg arm.bundle
boots_arm arm-bundle-is-none 'the bundle is none: .*bedplate pack' arm.cfg --qemu-arg -initrd --qemu-arg text
head -c 4096 arm.bundle >arm.cut
boots_arm arm-bundle-cut-short 'the bundle is cut short: .*copy it again' arm.cfg --qemu-arg -initrd --qemu-arg arm.cut
cp arm.bundle arm.odd
printf '\0' | put arm.odd $(($(stat -c %s arm.odd) - 4096 + 0x12))
boots_arm arm-image-damaged-in-the-bundle 'guest arm: kernel: an arm64 Image that does not say how much memory' arm.cfg --qemu-arg -initrd --qemu-arg arm.odd
arm_cfg v2.cfg 'name="v2"' 'gic_version="v2"'
boots_arm arm-other-gic 'v2: it asks for a GIC of version 2, and this host.s is 3: leave gic_version out' v2.cfg --gic-version 3
arm_cfg fixed.cfg 'name="fixed"' 'static_mem=["base=0x40000000,size=64"]'
boots_arm arm-static-over-hypervisor 'guest fixed: its static memory at 0x40000000, .* is not all free RAM .* choose another place' fixed.cfg
boots_arm arm-host-too-small 'memory=64 is more than the host has free' arm.cfg --host-memory 40
arm_cfg pinned.cfg 'name="pinned"' 'cpus="7"'
boots_arm arm-host-without-that-cpu 'cpus= names only CPUs that this host does not have' pinned.cfg --host-cpus 2
boots_arm arm-host-without-el2 'EL2|virtualization' arm.cfg --qemu-arg -machine --qemu-arg virtualization=off --timeout 20
