# Read by tests/bad_input.sh, with its words: what the tool does to other processes and to other files.

# ---- the machine ends with the tool, however that ends. Of a QEMU that tells its pid, says a word and would stay.
mkdir stays
printf '#!/bin/sh\ntrap "" PIPE; echo $$ >"$PID"; echo started; sleep 1; echo again; exec sleep 50\n' >stays/qemu-system-x86_64
chmod +x stays/qemu-system-x86_64
stay() { PID=$PWD/pid PATH="$PWD/stays:$PATH" exec "$tool" run --accel tcg --timeout 25 good.cfg </dev/null; }
left() { # says what is left of the machine two seconds on
    [ -s pid ] || echo 'it was not started'
    for _ in {1..20}; do kill -0 "$(cat pid)" 2>/dev/null || return 0; sleep 0.1; done
    echo 'QEMU is left running'
    kill "$(cat pid)"
}
SECONDS=0
stay 2>err | head -n 1 >out
verdict ends-with-its-reader "$(left; [ $SECONDS -lt 15 ] || echo "after $SECONDS s only"; grep -q 'nobody reads the output any more' err || echo 'it does not say why')"
for signal in HUP TERM KILL; do
    rm -f pid
    stay >out 2>err &
    for _ in {1..50}; do [ -s pid ] && break; sleep 0.1; done
    kill -$signal $!
    wait $! 2>/dev/null
    verdict "ends-with-sig${signal,,}" "$(left; [ $signal = KILL ] || grep -q 'stopped by a signal: the machine was ended' err || echo 'it does not say why')"
done
rm -rf stays pid

# ---- an output takes the place of no input
cfg in.cfg 'name="in"' 'kernel="in.elf"' 'ramdisk="in.rd"'
cp good.elf in.elf; echo ramdisk >in.rd; ln in.rd link.rd; mkdir tables; cp in.* tables/
keeps() { # name, file, option, command: the file is an input of it, and stays what it is
    local name=$1 file=$2 option=$3
    shift 3
    refused "keeps-$name" 2 "$file: is also an input: choose another file with $option\$" -- "$@"
    verdict "kept-$name" "$(cmp "$file" "tables/${file/#*./in.}" 2>&1)"
}
keeps configuration in.cfg -o "$tool" pack in.cfg -o in.cfg
keeps kernel in.elf -o "$tool" pack in.cfg -o in.elf
keeps ramdisk ./in.rd -o "$tool" pack in.cfg -o ./in.rd
keeps ramdisk-by-a-link link.rd -o "$tool" pack in.cfg -o link.rd
keeps dumped in.cfg -o "$tool" acpi dump in.cfg --format json -o in.cfg
keeps reported in.cfg -o "$tool" acpi report in.cfg -o in.cfg
keeps inspected in.elf --extract "$tool" inspect --extract in.elf in.elf
PATH="$PWD/fake:$PATH" keeps logged in.cfg --log "$tool" run --accel tcg --log in.cfg in.cfg
"$tool" acpi dump in.cfg -o tables >out 2>err
refused keeps-tables 2 'tables/[A-Z]+.dat: is also an input: choose another file with -o' -- "$tool" acpi mangle --from tables --vcpus 2 -o tables
refused log-nowhere 2 'nowhere/log: cannot be written: No such file.* choose another file with --log' -- env PATH="$PWD/fake:$PATH" "$tool" run --accel tcg --log nowhere/log good.cfg
env PATH="$PWD/fake:$PATH" "$tool" run --accel tcg --log /dev/full good.cfg </dev/null >out 2>err
verdict log-full "$([ $? = 5 ] || echo 'not exit code 5'; grep -q '/dev/full: the log is not whole: No space left' err || echo 'it does not say so')"
rm -rf in.* link.rd tables

# ---- the machine that is asked for
cfg no-xen.cfg 'name="measures"' 'xen=0' 'vcpus=2' 'ioapic=1'
started counts-instructions 7.2.22 'tcg .*-icount shift=1,sleep=on' --accel tcg no-xen.cfg
verdict counts-on-one-cpu "$(grep -q -- ' -smp 1 ' out || echo 'it has not one CPU'; grep -q 'bedplate: 1 CPU, ' err || echo 'it does not say so'; grep -q 'by turns\|take turns' err && echo 'it says that they take turns')"
started counts-though-given-two 7.2.22 'tcg .*-icount shift=1,sleep=on' --accel tcg --host-cpus 2 no-xen.cfg
verdict counts-instead-of-two "$(grep -q 'on one CPU in place of the 2 of --host-cpus' err || echo 'it does not say so')"
refused counts-not-side-by-side 2 'no-xen.cfg: guest measures has xen=0: .* leave out --accel tcg,thread=multi' -- env PATH="$PWD/fake:$PATH" "$tool" run --accel tcg,thread=multi no-xen.cfg
refused host-memory-beyond 2 '--host-memory 10000000: this machine has [0-9]+ MiB: give less' -- env PATH="$PWD/fake:$PATH" "$tool" run --accel tcg --host-memory 10000000 good.cfg
refused image-nowhere 5 '/nowhere: cannot be read: No such file.*BEDPLATE_ELF' -- env BEDPLATE_ELF=/nowhere "$tool" run --accel tcg good.cfg
if [ "$(uname -m)" = x86_64 ]; then
    arm_image Image
    cfg other.cfg 'kernel="Image"'
    refused kvm-of-another-kind 5 "--accel kvm: this machine's CPUs are not Arm's: leave it out" -- env PATH="$PWD/fake:$PATH" "$tool" run --accel kvm other.cfg
fi
rm -f no-xen.cfg other.cfg
