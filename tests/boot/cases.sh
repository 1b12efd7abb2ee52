# The cases of boot.sh: what must boot, and how each ends. Read by boot.sh, which explains the words.
K61=$PWD/$B/debian/vmlinuz-6.1
K612=$PWD/$B/debian/vmlinuz-6.12
KELF=$PWD/$B/guests/vmlinux-6.1
tests/boot/images.sh || exit 1

# ---- one-page test guests ------------------------------------------------------------------
yes BEDPLATE-MODULE | head -c 100000 > "$OUT/module"

begin entry 30
test_guest entry "memory=64 module=100000" "ramdisk=$PWD/$OUT/module"
end

begin entry-elf32 30
guest entry "kernel=$PWD/$B/guests/entry.elf32" "cmdline=memory=64" memory=64
want "TEST-RESULT: entry PASS"
end

begin entry-v0 30
test_guest entry "v0" start_info_version=0
end

begin entry-no-acpi 30
test_guest entry "memory=64 acpi=0" acpi=0
end

begin entry-modules 30
test_guest entry "memory=64 module=100000 module-cmdline=two-words" "modules=[ \"$PWD/$OUT/module two-words\" ]"
end

for toggles in "lapic=0 ioapic=0" "lapic=1 ioapic=0" "lapic=1 ioapic=1"; do
    read -r l i <<< "$toggles"
    begin "cpuid-${l/=/}-${i/=/}" 30
    test_guest cpuid "$l $i vcpus=2" "$l" "$i" vcpus=2
    end
done

begin cpuid-xen0 30
test_guest cpuid "ioapic=1" xen=0 uart=1 ioapic=1
wants=("TEST-RESULT: cpuid SKIP")
end

for t in hypercalls evtchn timer grant; do
    begin $t 30
    test_guest $t ""
    end
done

begin evtchn-fifo 30
test_guest evtchn "abi=fifo"
end

begin evtchn-no-lapic 30
test_guest evtchn "" lapic=0
end

begin vcpu-up-no-lapic 60
test_guest vcpu_up "vcpus=4" vcpus=4 lapic=0
end

begin vcpu-up-lapic 60
test_guest vcpu_up "vcpus=3" vcpus=3
end

for n in 1 2 4; do
    begin smp-$n 60
    test_guest smp "vcpus=$n" vcpus=$n
    end
done

begin smp-xen0 60
test_guest smp "vcpus=2" vcpus=2 xen=0 uart=1
end

for x in 0 1; do
    begin lapic-xen$x 30
    test_guest lapic "" xen=$x uart=1
    end
    begin ioapic-xen$x 30
    test_guest ioapic "" xen=$x uart=1 ioapic=1
    end
    begin mmio-xen$x 30
    test_guest mmio "" xen=$x uart=1 ioapic=1
    end
    begin acpi-xen$x 30
    test_guest acpi "vcpus=2 ioapic=1 uart=1" xen=$x uart=1 ioapic=1 vcpus=2
    want "powered off"
    end
done

begin acpi-reset 30
test_guest acpi "end=reset" on_reboot=destroy
want "acpi: reboot"
end

begin xen0 30
test_guest xen0 "" xen=0 uart=1
end

begin zero 30
test_guest zero ""
end

begin console-ring 30
test_guest console ""
typing "waiting for input" "bedplate\r"
end

begin big-memory 120
machine --host-memory 7168
test_guest big_memory "memory=5632" memory=5632
end

begin many-vcpus 120
machine --host-cpus 2
test_guest vcpu_up "vcpus=16" vcpus=16
end

begin fair 120
machine --host-cpus 2
test_guest fair "vcpus=6" vcpus=6
end

for n in 1 4; do
    begin fpu-$n 60
    test_guest fpu "vcpus=$n" vcpus=$n
    end
done

# ---- CPUs emulated side by side -------------------------------------------------------------
for t in fpu fair smp vcpu_up; do
    begin $t-side-by-side 120
    side_by_side
    test_guest $t "vcpus=4" vcpus=4 cpus=1-2
    end
done

# ---- how a guest may end --------------------------------------------------------------------
begin crash 30 3
test_guest crash ""
bads=('\(bp\) panic')
end

begin crash-preserved 20 4
guest crash "kernel=$PWD/$B/guests/crash.elf" memory=64 on_crash=preserve
allow_triple_fault
want "preserved"
end

# A guest that boots twenty times: a clean start each time, and the memory all comes back.
begin reboot-20 120
test_guest reboot "times=20" on_reboot=restart
typing 'life 1: press a key' '\x1dd'
typing 'exits:' 'g'
typing 'life 21: press a key' '\x1dd'
typing 'started 21 times' 'g'
often 'rebooted' 20
same 'free [0-9]+ KiB, held'
end

# ---- Linux ----------------------------------------------------------------------------------
checked() {
    want "BP-CHECK-DONE"
    want "BP-FACT nproc $1"
    bad "BP-FACT apic_errors [A-Z]+: [1-9]"
    bad "BP-FACT acpi .*checksum [1-9]"
    tables_identical
}

begin linux-6.1-bzimage 60
linux linux "$K61" "console=hvc0 bp.do=check"
checked 1
end

begin linux-6.1-vmlinux 60
linux linux "$KELF" "console=hvc0 bp.do=check"
checked 1
end

begin linux-6.12 60
linux linux "$K612" "console=hvc0 iomem=relaxed bp.do=check" vcpus=2
checked 2
end

for n in 2 4; do
    begin linux-lapic-$n 90
    linux linux "$K61" "console=hvc0 bp.do=check" vcpus=$n
    checked $n
    end
    begin linux-ioapic-$n 90
    linux linux "$K61" "console=hvc0 bp.do=check" vcpus=$n ioapic=1
    checked $n
    end
done

begin linux-no-lapic 60
linux linux "$K61" "console=hvc0 bp.do=check" lapic=0
checked 1
want "BP-FACT clockevent pit"
end

begin linux-6.12-no-lapic 60
linux linux "$K612" "console=ttyS0 iomem=relaxed bp.do=check" lapic=0 uart=1
checked 1
end

# No tables: a Linux without the code for MP tables, as Debian's cloud kernels, then takes no local APIC for granted, so it gets 8259s.
begin linux-no-acpi 60
linux linux "$K61" "console=hvc0 acpi=off bp.do=check" acpi=0 lapic=0
want "BP-CHECK-DONE"
want "BP-FACT nproc 1"
bad "bp-check: acpi [A-Z]"
end

two_nodes='vnuma=[ [ "size=128", "vcpus=0,3", "vdistances=10,15" ], [ "size=192", "vcpus=1-2", "vdistances=17,10" ] ]'
for k in 6.1 6.12; do
    begin linux-vnuma-$k 90
    linux linux "$PWD/$B/debian/vmlinuz-$k" "console=hvc0 bp.do=check" memory=320 vcpus=4 "$two_nodes"
    checked 4
    want "SRAT: Node 0 PXM 0 .mem 0x0+-0x0*7ffffff"
    want "SRAT: Node 1 PXM 1 .mem 0x0*8000000-0x0*13ffffff"
    want "BP-FACT node 0 cpus 0,3 memory_kib [0-9]+ distances 10 15"
    want "BP-FACT node 1 cpus 1-2 memory_kib [0-9]+ distances 17 10"
    end

    begin linux-all-$k 90
    relaxed=$([ $k = 6.1 ] || echo iomem=relaxed)      # 6.1 as Debian builds it lets nobody read the tables' memory
    linux linux "$PWD/$B/debian/vmlinuz-$k" "console=hvc0 $relaxed bp.do=check" memory=320 vcpus=2 maxvcpus=4 ioapic=1 uart=1 xenstore=1 "$two_nodes" \
        'hide=[ "_SB.COM1" ]'
    checked 2
    want "BP-FACT node 1 cpus 1 "
    end
done

# A guest without the Xen ABI measures its TSC against the PIT, in loops that QEMU's emulation is too slow and too uneven for,
# unless its clock counts instructions. That wants one host CPU (QEMU 7.2 live-locks with more).
counted_clock() { machine --accel tcg --host-cpus 1 --qemu-arg -icount --qemu-arg shift=1,sleep=off; }

begin linux-xen0 180
counted_clock
linux linux "$K61" "console=ttyS0 bp.do=check" xen=0 uart=1 ioapic=1 vcpus=2
checked 2
end

begin linux-xen0-no-ioapic 180
counted_clock
linux linux "$K61" "console=ttyS0 bp.do=check" xen=0 uart=1
checked 1
end

begin linux-uart-and-hvc 60
linux linux "$K61" "console=ttyS0 bp.do=check" uart=1 ioapic=1
checked 1
end

begin linux-big 120
machine --host-memory 7168
linux linux "$K61" "console=hvc0 bp.do=check" memory=5632
checked 1
want "BP-FACT memory_kib 5[0-9]{6}"
end

begin linux-stress-4 150
machine --host-cpus 2
linux linux "$K61" "console=hvc0 bp.do=stress bp.rounds=3" vcpus=4
want "BP-STRESS-DONE 3 rounds on 4 CPUs"
end

begin linux-side-by-side 150
side_by_side
linux linux "$K612" "console=hvc0 bp.do=check" vcpus=4 cpus=1-2
checked 4
end

begin linux-stress-side-by-side 150
side_by_side
linux one "$K61" "console=hvc0 bp.do=stress bp.rounds=3" vcpus=3 cpus=1-2
linux two "$K612" "console=hvc0 bp.do=stress bp.rounds=2" vcpus=2 ioapic=1 cpus=1-2
want "\(one\) BP-STRESS-DONE 3 rounds on 3 CPUs"
want "\(two\) BP-STRESS-DONE 2 rounds on 2 CPUs"
end

begin linux-shell 60
linux linux "$K61" "console=hvc0 quiet"
typing "[#] " "echo bed\"\"plate; uname -s\r"
typing "bedplate" "poweroff\r"
want "powered off"
end

begin linux-shell-uart 60
counted_clock
linux linux "$K61" "console=ttyS0 quiet" uart=1 ioapic=1 xen=0
typing "[#] " "echo bed\"\"plate\r"
typing "bedplate" "poweroff\r"
want "powered off"
end

begin grub-pvh 60
# It asks a xenstore for its disks and waits for the answer: an empty one says that there are none.
guest grub "kernel=$PWD/$B/guests/grub-pvh.elf" memory=128 xenstore=1
want "GRUB says hello"
want "base_addr = 0x100000, length = 0x7f00000, available RAM"
bad "error:"
want "grub: (powered off|crashed)"
end

# ---- several guests -------------------------------------------------------------------------
begin three-linux 150 3
machine --host-cpus 2
linux first "$K61" "console=hvc0 bp.do=poweroff" vcpus=2
linux second "$K61" "console=hvc0 bp.do=crash" lapic=0
bads=("$RUN_BAD" '\((first|third)\).*('"$LINUX_BAD"')')
linux third "$K61" "console=ttyS0 bp.do=reboot" ioapic=1 uart=1 on_reboot=destroy
bads=("$RUN_BAD" '\((first|third)\).*('"$LINUX_BAD"')')
want "2 CPUs, clock"
want "first: powered off"
want "second: crashed"
want "third: reboot"
end

begin linux-beside-poke 200 any
machine --host-cpus 2
linux steady "$K61" "console=hvc0 bp.do=stress bp.rounds=4" vcpus=2
test_guest poke "seed=1 rounds=2000 lives=20" on_crash=restart
wants=('\(steady\) BP-STRESS-DONE' 'steady: powered off' '\(poke\) life 1[0-9], round' 'poke: powered off; destroyed')
bads=('\(bp\) panic' '\(steady\).*('"$LINUX_BAD"')')
end

for seed in 2 3; do
    begin poke-$seed 120 any
    test_guest poke "seed=$seed rounds=2000 lives=20" on_crash=restart
    wants=("poke: powered off; destroyed")
    bads=('\(bp\) panic')
    end
done

begin bad-guest-in-bundle 60 2
machine --host-memory 512
test_guest hypercalls ""
guest huge "kernel=$PWD/$B/guests/cpuid.elf" memory=900
want "huge: .*memory"
want "TEST-RESULT: hypercalls PASS"
end

# ---- the console of the host ------------------------------------------------------------------
begin keys 60
linux one "$K61" "console=hvc0 quiet"
linux two "$K61" "console=hvc0 quiet"
typing '\(one\).*[#] ' '\x1d?'
typing 'this help' '\x1dd'
typing 'two: domain' '\x1dn'
typing 'input goes to two' 'echo here-is-tw""o\r'
typing '\(two\).*here-is-two' 'poweroff\r'
typing 'two: powered off' '\x1d1'
typing 'input goes to one' 'poweroff\r'
want 'exits:'
end

begin key-quit 60 any
linux one "$K61" "console=hvc0 quiet"
typing '[#] ' '\x1dq'
want 'switched off at the console'
end

# ---- the power button, CPUs that come and go ---------------------------------------------------
for k in 6.1 6.12; do
    begin power-button-$k 60
    linux linux "$PWD/$B/debian/vmlinuz-$k" "console=hvc0 quiet" ioapic=1
    typing '[#] ' '\x1ds'
    want 'linux: power button pressed'
    want 'BP-POWER-BUTTON'
    want 'linux: powered off'
    end
done

# One CPU comes, works, and goes; then another comes in its place. Numbers are Linux's: the one that came is online when it says so.
for k in 6.1 6.12; do
    begin cpu-hotplug-$k 120
    machine --host-cpus 2
    linux linux "$PWD/$B/debian/vmlinuz-$k" "console=hvc0" ioapic=1 vcpus=1 maxvcpus=3
    typing '[#] ' '\x1d+'
    typing 'CPU1 has been hot-added' 'echo 1 > /sys/devices/system/cpu/cpu1/online; taskset 2 sh -c "sleep 0.1; echo on-\x24(nproc)-CPUs"\r'
    typing 'on-2-CPUs' '\x1d+'
    typing 'CPU2 has been hot-added' '\x1d-'
    typing 'linux: CPU 2 is unplugged' '\x1d-'
    typing 'linux: CPU 1 is unplugged' 'echo left-\x24(nproc)\r'
    typing 'left-1' '\x1d-'
    typing 'one CPU left' '\x1d+'
    typing 'one CPU left' 'until echo 1 > /sys/devices/system/cpu/cpu1/online; do sleep 0.2; done; echo again-\x24(nproc)\r'
    typing 'again-2' 'poweroff\r'
    want 'linux: powered off'
    end
done

# As many as there can be: a DSDT of 47 KB, of whose processors Linux takes those that its local APIC's ids reach.
begin cpu-hotplug-512 120
linux linux "$K612" "console=hvc0" ioapic=1 vcpus=2 maxvcpus=512
typing '[#] ' '\x1d+'
typing 'CPU2 has been hot-added' '\x1dd'
typing '509 vCPUs more' '\x1ds'
want 'linux: powered off'
end

begin events 60
test_guest events "" ioapic=1
typing 'events: press s' '\x1ds'
end

for x in 0 1; do
    begin events-cpus-xen$x 60
    machine --host-cpus 2
    test_guest events "max=3" ioapic=1 vcpus=1 maxvcpus=3 xen=$x uart=1
    typing 'events: press s' '\x1ds'
    typing 'events: press \+' '\x1d+'
    typing 'events: press -' '\x1d-'
    typing 'events: press \+ again' '\x1d+'
    end
done

# Where no interrupt controller could carry the button's event, a guest that knows Xen listens to its xenstore; another cannot be asked.
for l in 0 1; do
    begin xen-shutdown-lapic$l 60
    linux linux "$K61" "console=hvc0 quiet" lapic=$l xenstore=1
    typing '[#] ' '\x1ds'
    want 'asked through xenstore to power off'
    want 'linux: powered off'
    end
done

begin no-power-button 60
linux linux "$K61" "console=hvc0 quiet"
typing '[#] ' '\x1ds'
typing 'it has no .*ioapic=1.*xenstore=1.*; k ends it' 'poweroff\r'
want 'linux: powered off'
end

# A restarted guest has as many CPUs as at first.
begin cpu-hotplug-restart 90
linux linux "$K61" "console=hvc0" ioapic=1 vcpus=1 maxvcpus=4 on_reboot=restart
typing '[#] ' '\x1d+'
typing 'CPU1 has been hot-added' 'echo before-\x24(cat /sys/devices/system/cpu/present); reboot\r'
typing 'linux: rebooted' 'echo after-\x24(cat /sys/devices/system/cpu/present); poweroff\r'
want 'before-0-1'
want 'after-0[^-]'
want 'linux: powered off'
end

# The CPU that comes belongs to the node that SRAT and its _PXM say.
begin cpu-hotplug-numa 90
linux linux "$K612" "console=hvc0" ioapic=1 vcpus=2 maxvcpus=4 memory=512
echo 'vnuma = [ [ "size=256", "vcpus=0-1" ], [ "size=256", "vcpus=2-3" ] ]' >> "${cfgs[0]}"
typing '[#] ' '\x1d+'
typing 'CPU2 has been hot-added' 'echo 1 > /sys/devices/system/cpu/cpu2/online; echo node1-\x24(cat /sys/devices/system/node/node1/cpulist); poweroff\r'
want 'node1-2'
want 'linux: powered off'
end

# The same without the Xen ABI: nothing of it is Xen's.
begin cpu-hotplug-xen0 180
counted_clock
linux linux "$K61" "console=ttyS0" ioapic=1 vcpus=1 maxvcpus=2 xen=0 uart=1
typing '[#] ' '\x1d+'
typing 'CPU1 has been hot-added' 'echo 1 > /sys/devices/system/cpu/cpu1/online; echo on-\x24(nproc)\r'
typing 'on-2' '\x1d-'
typing 'linux: CPU 1 is unplugged' '\x1ds'
want 'linux: powered off'
end
