# The guests that tests run: one-page test guests, and an initramfs for Linux. Included by the Makefile.
GUEST_CFLAGS := $(BASE) -O2 -ffreestanding -fno-pie -mno-red-zone -mgeneral-regs-only -fno-stack-protector -fcf-protection=none \
                -fno-asynchronous-unwind-tables -fno-strict-aliasing -ffunction-sections -fdata-sections
GUEST_LIB := $(patsubst %.c,$(B)/guests/obj/%.o,$(wildcard guests/lib/*.c guests/lib/x86/*.c) lib/format.c $(FREESTANDING)) $(patsubst %.asm,$(B)/guests/obj/%.o,$(wildcard guests/lib/x86/*.asm))
GUEST_TESTS := $(patsubst guests/tests/%.c,$(B)/guests/%.elf,$(wildcard guests/tests/*.c))

guests: $(GUEST_TESTS) $(B)/guests/entry.elf32 $(B)/guests/initrd.cpio

$(B)/guests/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,GUEST,$@)
	$(Q)gcc $(GUEST_CFLAGS) -c $< -o $@
$(B)/guests/obj/%.o: %.asm
	@mkdir -p $(@D)
	$(Q)nasm -f elf64 -w+all -g -MD $(@:.o=.d) -MP $< -o $@
$(B)/guests/%.elf: $(B)/guests/obj/guests/tests/%.o $(GUEST_LIB) guests/lib/x86/guest.ld
	$(Q)ld -nostdlib -static -z max-page-size=4096 -z noexecstack --no-warn-rwx-segments --gc-sections -T guests/lib/x86/guest.ld -o $@ $< $(GUEST_LIB)
# The same program as an ELF32 file.
$(B)/guests/%.elf32: $(B)/guests/%.elf
	$(Q)objcopy -I elf64-x86-64 -O elf32-i386 --strip-all $< $@

# ---- Arm: each is an arm64 Image that runs wherever it is put. Those of guests/tests that both architectures have are named here.
ARM_GUEST_SHARED := big_memory channel console crash evtchn fair grant hypercalls reboot zero
ARM_GUEST_CFLAGS := $(BASE) -O2 -ffreestanding -fpie -mgeneral-regs-only -mstrict-align -mno-outline-atomics -fno-stack-protector \
                    -fno-asynchronous-unwind-tables -fno-strict-aliasing -ffunction-sections -fdata-sections \
                    -isystem $(B)/guests/include-arm -isystem $(B)/debian/arm64/usr/include
ARM_GUEST_LIB := $(patsubst %.c,$(B)/guests/obj-arm/%.o,$(wildcard guests/lib/*.c guests/lib/arm/*.c) lib/format.c $(FREESTANDING)) \
                 $(patsubst %.S,$(B)/guests/obj-arm/%.o,$(wildcard guests/lib/arm/*.S))
ARM_GUEST_TESTS := $(patsubst %,$(B)/guests/arm/%.img,$(ARM_GUEST_SHARED) $(patsubst guests/tests_arm/%.c,%,$(wildcard guests/tests_arm/*.c)))

.PHONY: guests-arm
guests-arm: $(ARM_GUEST_TESTS) $(B)/guests/initrd-arm64.cpio
guests: guests-arm

# Xen's public headers alone out of /usr/include, which is the host's.
$(B)/guests/include-arm/xen:
	@mkdir -p $(@D)
	@ln -sfn /usr/include/xen $@
$(B)/guests/obj-arm/%.o: %.c | $(B)/guests/include-arm/xen
	@mkdir -p $(@D)
	$(call say,GUEST,$@)
	$(Q)aarch64-linux-gnu-gcc $(ARM_GUEST_CFLAGS) -c $< -o $@
$(B)/guests/obj-arm/%.o: %.S
	@mkdir -p $(@D)
	$(Q)aarch64-linux-gnu-gcc -I. -MMD -MP -g -c $< -o $@
define ARM_GUEST_LINK
	@mkdir -p $(@D)
	$(Q)aarch64-linux-gnu-ld -nostdlib -pie --no-dynamic-linker -z text -z noexecstack --no-warn-rwx-segments --gc-sections -T guests/lib/arm/guest.ld \
		-o $(@:.img=.elf) $(filter %.o,$^) $(B)/debian/arm64/usr/lib/aarch64-linux-gnu/libfdt.a
	$(Q)aarch64-linux-gnu-objcopy -O binary $(@:.img=.elf) $@
endef
$(B)/guests/arm/%.img: $(B)/guests/obj-arm/guests/tests_arm/%.o $(ARM_GUEST_LIB) guests/lib/arm/guest.ld
	$(ARM_GUEST_LINK)
$(B)/guests/arm/%.img: $(B)/guests/obj-arm/guests/tests/%.o $(ARM_GUEST_LIB) guests/lib/arm/guest.ld
	$(ARM_GUEST_LINK)

# ---- programs for user space of the Linux guests, static
LINUX_TOOLS_AMD64 := $(B)/guests/linux-amd64/bp-channel
LINUX_TOOLS_ARM64 := $(B)/guests/linux-arm64/bp-channel
LINUX_CHANNEL := guests/linux/bp-channel.c guests/linux/channel.c guests/lib/channel_dsdt.c
LINUX_CFLAGS := -std=c11 -I. $(WARN) -O2 -D_GNU_SOURCE -static -s

$(B)/guests/linux-amd64/bp-channel: $(LINUX_CHANNEL) guests/lib/channel.h
	@mkdir -p $(@D)
	$(Q)gcc $(LINUX_CFLAGS) -o $@ $(LINUX_CHANNEL)
$(B)/guests/linux-arm64/bp-channel: $(LINUX_CHANNEL) guests/lib/channel.h
	@mkdir -p $(@D)
	$(Q)aarch64-linux-gnu-gcc $(LINUX_CFLAGS) -o $@ $(LINUX_CHANNEL)
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
