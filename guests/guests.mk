# The guests that tests run: one-page test guests, and an initramfs for Linux. Included by the Makefile.
GUEST_CFLAGS := $(BASE) -O2 -ffreestanding -fno-pie -mno-red-zone -mgeneral-regs-only -fno-stack-protector -fcf-protection=none \
                -fno-asynchronous-unwind-tables -fno-strict-aliasing -ffunction-sections -fdata-sections
GUEST_LIB := $(patsubst %.c,$(B)/guests/obj/%.o,$(wildcard guests/lib/*.c) lib/format.c) $(patsubst %.asm,$(B)/guests/obj/%.o,$(wildcard guests/lib/*.asm))
GUEST_TESTS := $(patsubst guests/tests/%.c,$(B)/guests/%.elf,$(wildcard guests/tests/*.c))

guests: $(GUEST_TESTS) $(B)/guests/entry.elf32 $(B)/guests/initrd.cpio $(B)/guests/initrd-arm64.cpio

$(B)/guests/obj/%.o: %.c
	@mkdir -p $(@D)
	gcc $(GUEST_CFLAGS) -c $< -o $@
$(B)/guests/obj/%.o: %.asm
	@mkdir -p $(@D)
	nasm -f elf64 -w+all -g -MD $(@:.o=.d) -MP $< -o $@
$(B)/guests/%.elf: $(B)/guests/obj/guests/tests/%.o $(GUEST_LIB) guests/lib/guest.ld
	ld -nostdlib -static -z max-page-size=4096 -z noexecstack --no-warn-rwx-segments --gc-sections -T guests/lib/guest.ld -o $@ $< $(GUEST_LIB)
# The same program as an ELF32 file.
$(B)/guests/%.elf32: $(B)/guests/%.elf
	objcopy -I elf64-x86-64 -O elf32-i386 --strip-all $< $@

$(B)/guests/mkcpio: guests/initrd/mkcpio.c
	@mkdir -p $(@D)
	gcc $(HOST_CFLAGS) -o $@ $<
# Not compressed: the kernel would spend more on unpacking than the loader on reading it.
$(B)/guests/initrd.cpio: $(B)/guests/mkcpio $(wildcard guests/initrd/*) $(LINUX_TOOLS_AMD64)
	B=$(B) guests/initrd/list.sh amd64 | $< > $@.part
	@mv $@.part $@
$(B)/guests/initrd-arm64.cpio: $(B)/guests/mkcpio $(wildcard guests/initrd/*) $(LINUX_TOOLS_ARM64)
	B=$(B) guests/initrd/list.sh arm64 | $< > $@.part
	@mv $@.part $@
