# The cases of boot.sh for Arm: what must boot on QEMU's virt board, and how each ends. Read by boot.sh, which explains the words.
# Hosts: GIC 3 and cortex-a57 unless a case says otherwise. QEMU 10 emulates several CPUs side by side, 7.2 one at a time.
A61=$PWD/$B/debian/vmlinuz-arm64-6.1
A612=$PWD/$B/debian/vmlinuz-arm64-6.12

# ---- one-page test guests ------------------------------------------------------------------
for gic in 3 2; do
    for t in alive gic timer_arm psci_arm; do
        begin arm-$t-gic$gic 60
        machine --gic-version $gic
        arm_guest $t "vcpus=4" vcpus=4
        end
    done
    begin arm-sysregs-gic$gic 60
    machine --gic-version $gic
    arm_guest sysregs ""
    end
done

begin arm-gic-one-cpu 60
machine --host-cpus 1
arm_guest gic "vcpus=1"
end

for t in hypercalls grant zero stage2 evtchn; do
    begin arm-$t 60
    arm_guest $t ""
    end
done

begin arm-evtchn-fifo 60
arm_guest evtchn "abi=fifo"
end

# Registers of EL1, the FPU and debugging, while vCPUs take turns on two CPUs, and those of another guest do.
begin arm-registers 120
qemu10
machine --host-cpus 2
arm_guest registers_arm "" vcpus=4
arm_guest fair "vcpus=2" vcpus=2
end

begin arm-fair 120
qemu10
arm_guest fair "vcpus=6" vcpus=6
end

begin arm-big-memory 120
machine --host-memory 7168
arm_guest big_memory "memory=5632" memory=5632
end

begin arm-console-ring 60
arm_guest console ""
typing "waiting for input" "bedplate\r"
end

# Xen's interface off: what is there then is the UART.
begin arm-pl011 90
arm_guest pl011 "typed=1" xen=0 uart=1
typing "pl011: type 5" "abcde"
typing "pl011: type 16" "ABCDEFGHIJKLMNOP"
end

begin arm-pl011-xen 60
machine --gic-version 2
arm_guest pl011 "" vuart=sbsa_uart
end

begin arm-reboot 120
arm_guest reboot "times=8"
typing "life 1: press" "x"
typing "life 9: press" "x"
end

begin arm-crash 60 3
arm_guest crash ""
want "crashed: the guest's kernel said so itself"
end

begin arm-crash-restarts 60 4
guest crash "kernel=$PWD/$B/guests/arm/crash.img" memory=64 on_crash=restart
bound=12
want "started anew|restart"
end

# Cores of 40, 44, 48 and 52 bits of physical address, each with what Linux does on it, follow below; here the bare truth of it.
for cpu in cortex-a35 cortex-a53 cortex-a72 neoverse-n1 max; do
    begin arm-sysregs-$cpu 60
    machine --cpu $cpu
    arm_guest sysregs ""
    end
done

# A neighbour that pokes at random, and one that has to be right all the same.
begin arm-poke 120 any
guest poke_arm "kernel=$PWD/$B/guests/arm/poke_arm.img" "cmdline=rounds=20000 lives=3 seed=7" memory=64 uart=1 on_crash=restart
guest fair "kernel=$PWD/$B/guests/arm/fair.img" "cmdline=vcpus=3" memory=64 vcpus=3
want "\(fair\) TEST-RESULT: fair PASS"
want "\(poke_arm.*(life 1, round 15000|TEST-RESULT)"
end

# ---- static event channels -----------------------------------------------------------------
# channel_pair PROGRAM-OF-LEFT'S-WORDS PROGRAM-OF-RIGHT'S-WORDS: two of guests/tests/channel.c
channel_pair() {
    guest left "kernel=$1" "cmdline=label=wire $2" memory=64 'evtchn=["port=0xa,peer=right,peer_port=0xb,label=wire"]'
    guest right "kernel=$1" "cmdline=label=0xb $3" memory=64 'evtchn=["port=0xb,peer=left,peer_port=0xa"]' on_reboot=restart
    bad 'FAIL:'
    bad 'ERROR:'
}

for cpus in 1 2; do
    begin arm-channel-$cpus-cpus 60
    machine --host-cpus $cpus
    channel_pair "$PWD/$B/guests/arm/channel.img" "role=ping rounds=300" "role=pong"
    want "\(left\) TEST-RESULT: channel PASS"
    want "\(right\) TEST-RESULT: channel PASS"
    end
done

# The peer tells us something in each of its three lives, and then is gone for good.
begin arm-channel-restart 60
channel_pair "$PWD/$B/guests/arm/channel.img" "role=pong lives=3" "role=leave again=4"
want "\(left\) TEST-RESULT: channel PASS"
want "\(right\) TEST-RESULT: channel PASS"
end

begin channel-pc 60
guest left "kernel=$PWD/$B/guests/channel.elf" "cmdline=label=wire role=ping rounds=300" memory=64 'evtchn=["port=0xa,peer=right,peer_port=0xb,label=wire"]'
guest right "kernel=$PWD/$B/guests/channel.elf" "cmdline=label=0xb role=pong" memory=64 'evtchn=["port=0xb,peer=left,peer_port=0xa"]'
want "\(left\) TEST-RESULT: channel PASS"
want "\(right\) TEST-RESULT: channel PASS"
bad 'FAIL:'
end

begin arm-restricted 90
guest owner "kernel=$PWD/$B/guests/arm/restricted.img" "cmdline=role=owner" memory=64 vuart=sbsa_uart vuart_backend=backend
guest backend "kernel=$PWD/$B/guests/arm/restricted.img" "cmdline=role=backend" memory=64
want "\(owner\) TEST-RESULT: restricted PASS"
want "\(backend\) TEST-RESULT: restricted PASS"
bad 'FAIL:'
end

# ---- Linux -----------------------------------------------------------------------------------
checked() { # CPUS CONSOLE
    want "BP-FACT nproc $1"
    want "BP-FACT clocksource arch_sys_counter"
    want "BP-FACT cpu_works $(($1 - 1))"
    want "BP-CHECK-DONE"
    want "powered off"
}

begin arm-linux-6.1 120
arm_linux linux "$A61" "console=hvc0 bp.do=check"
checked 1
want "BP-FACT hypervisor xen"
end

begin arm-linux-6.12-gzip-gic2-a72 120
machine --gic-version 2 --cpu cortex-a72
arm_linux linux "$A612.gz" "console=hvc0 bp.do=check" vcpus=2
checked 2
end

begin arm-linux-6.12-max 120
qemu10
machine --cpu max
arm_linux linux "$A612" "console=hvc0 bp.do=check" vcpus=4
checked 4
end

begin arm-linux-6.1-n1-stress 150
qemu10
machine --cpu neoverse-n1
arm_linux linux "$A61" "console=hvc0 bp.do=stress bp.rounds=2" vcpus=4
want "BP-STRESS-DONE 2 rounds on 4 CPUs"
end

begin arm-linux-6.1-a53-gic2 120
machine --cpu cortex-a53 --gic-version 2 --host-cpus 1
arm_linux linux "$A61" "console=ttyAMA0 bp.do=check" vcpus=2 uart=1
checked 2
want "BP-FACT console .*ttyAMA0"
end

begin arm-linux-no-xen 120
arm_linux linux "$A61" "console=ttyAMA0 bp.do=check" xen=0 uart=1
checked 1
want "BP-FACT hypervisor none"
end

begin arm-linux-both-consoles 120
arm_linux linux "$A61" "console=hvc0 bp.do=uarts bp.rounds=60" uart=1
want "BP-UARTS-DONE 60"
often "BP-LINE hvc0 [0-9]{3} v{40}.?\$" 60
often "BP-LINE ttyAMA0 [0-9]{3} u{40}.?\$" 60
end

for gic in 3 2; do
    begin arm-linux-acpi-gic$gic 120
    machine --gic-version $gic
    arm_linux linux "$A612" "acpi=force console=ttyAMA0 earlycon=pl011,0x22000000 bp.do=check" acpi=1 uart=1 vcpus=2
    checked 2
    want "BP-FACT acpi APIC .* checksum 0"
    want "BP-FACT acpi GTDT .* checksum 0"
    end
done

begin arm-linux-reboot 150
arm_linux linux "$A61" "console=hvc0 quiet bp.do=reboot" on_reboot=destroy
want "BP-INIT reboot"
want "linux: reboot"
end

# Linux on Arm tells Xen nothing of a panic: it reboots after a second.
begin arm-linux-crash 120
arm_linux linux "$A61" "console=hvc0 panic=1 bp.do=crash" on_reboot=destroy
bads=("$RUN_BAD")
want "sysrq: Trigger a crash"
want "linux: reboot"
end

begin arm-linux-shell 150
arm_linux linux "$A61" "console=hvc0 quiet"
typing "look around" "echo one\$((1+1))three\r"
typing "one2three" "poweroff\r"
want "powered off"
end

# Two with static event channels and both consoles.
begin arm-linux-pingpong 180
arm_linux left "$A612" "console=hvc0 quiet bp.do=ping bp.label=wire bp.rounds=300" uart=1 'evtchn=["port=0xa,peer=right,peer_port=0xb,label=wire"]'
arm_linux right "$A612" "console=ttyAMA0 quiet bp.do=pong bp.label=wire" uart=1 'evtchn=["port=0xb,peer=left,peer_port=0xa,label=wire"]'
want "\(left.*\) BP-PING wire: 300 rounds"
want "\(right.*\) BP-PONG wire: 3[0-9][0-9] answers"
end

begin arm-linux-channels-acpi 150
arm_linux left "$A612" "acpi=force console=hvc0 quiet bp.do=channel" acpi=1 'evtchn=["port=0xa,peer=right,peer_port=0xb,label=wire"]'
guest right "kernel=$PWD/$B/guests/arm/channel.img" "cmdline=label=0xb role=leave" memory=64 'evtchn=["port=0xb,peer=left,peer_port=0xa"]'
want "\(left\) BP-CHANNEL wire port 0xa peer right port 0xb"
end

begin arm-linux-four-on-two 240
qemu10
arm_linux one "$A61" "console=hvc0 quiet bp.do=stress bp.rounds=1" memory=128
arm_linux two "$A612" "console=hvc0 quiet bp.do=stress bp.rounds=1" memory=128 vcpus=2
arm_linux three "$A61" "console=ttyAMA0 quiet bp.do=stress bp.rounds=1" memory=128 uart=1
arm_linux four "$A612" "console=hvc0 quiet bp.do=stress bp.rounds=1" memory=128
often "BP-STRESS-DONE" 4
end

# Devices of the host: a disk on virtio-mmio, which reads memory itself, and a second PL011.
begin arm-passthrough 150
qemu10
dtc -q -O dtb -o "$OUT/disk-uart.dtb" tests/fixtures/passthrough/disk-uart.dts
(printf bedplate-disk; head -c 1048563 /dev/zero) > "$OUT/disk.img"
for a in -serial "file:$OUT/$name.uart" -drive "if=none,id=d,format=raw,file=$OUT/disk.img" -device virtio-blk-device,drive=d; do machine --qemu-arg "$a"; done
machine --host-memory 1024
arm_linux dev "$A61" "console=ttyAMA0 console=hvc0 bp.do=disk" direct_map=1 "device_tree=$PWD/$OUT/disk-uart.dtb" 'static_mem=["base=0x60000000,size=256"]'
also "$OUT/$name.uart"
want "BP-DISK first bedplate-disk"
want "BP-DISK-DONE"
often "Run /init as init process" 2
end
