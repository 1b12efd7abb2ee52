# `make bench`: instructions counted by our QEMU plugin, beside the peer's numbers. BENCH_ARGS="--json" for programs. Never asserts.
BENCH_PARTS := $(B)/bench/insns.so $(B)/bench/init $(B)/bench/exits.elf

$(B)/bench/insns.so: tests/bench/insns.c
	@mkdir -p $(@D)
	gcc -std=c11 -D_GNU_SOURCE $(WARN) -O2 -shared -fPIC -o $@ $<
$(B)/bench/init: tests/bench/init.asm
	@mkdir -p $(@D)
	nasm -f elf64 -o $@.o $< && ld -static -Ttext=0x6bed91a7e000 -z noexecstack -o $@ $@.o
$(B)/bench/exits.elf: tests/bench/exits.asm
	@mkdir -p $(@D)
	nasm -f elf32 -o $@.o $< && ld -m elf_i386 -static -Ttext=0x200000 --section-start=.note=0x201000 -z noexecstack -N --no-warn-rwx-segments -e start -o $@ $@.o

$(B)/bench/init-arm: tests/bench/init_arm.S
	@mkdir -p $(@D)
	aarch64-linux-gnu-gcc -c $< -o $@.o && aarch64-linux-gnu-ld -static -Ttext=0x6bed91a7e000 -z noexecstack -o $@ $@.o

# bench-arm: what Arm's part needs and prints by itself.
.PHONY: bench bench-arm
bench: $(B)/bedplate.elf $(B)/bedplate $(BENCH_PARTS)
	@echo "On a PC:"
	tests/bench/bench.py --build $(B) $(BENCH_ARGS)
	@echo && echo "On Arm:"
	@$(MAKE) --no-print-directory bench-arm
bench-arm: $(B)/bedplate-arm.img $(B)/bedplate $(B)/bench/insns.so $(B)/bench/init-arm $(B)/guests/initrd-arm64.cpio
	tests/bench/bench_arm.py --build $(B) $(BENCH_ARGS)
