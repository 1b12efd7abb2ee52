# The hypervisor for Arm: a flat arm64 Image, and beside it the linked file with its symbols.
ARM_CROSS := aarch64-linux-gnu-
ARM_CFLAGS := $(BASE) -D_GNU_SOURCE -DPLATFORM_ONLY_VIRT -ffreestanding -fno-pic -fno-pie -march=armv8-a -mgeneral-regs-only -mstrict-align -mno-outline-atomics \
              -fno-stack-protector -fno-asynchronous-unwind-tables -fno-strict-aliasing -ffunction-sections -fdata-sections -idirafter /usr/include
ARM_OPT := -O2
$(B)/arm/acpi/% $(B)/arm/platform/% $(B)/arm/start_info/% $(B)/arm/loader/% $(B)/arm/hypervisor/builder/% $(B)/arm/hypervisor/arm/tree%: ARM_OPT := -Os

# The tables' readers are x86's (firmware) and the tool's; of the rest, what no Arm guest needs, --gc-sections drops.
ARM_SRC := $(filter-out acpi/firmware/% acpi/namespace/% acpi/show/%,$(PURE)) $(ARM_CORE) $(wildcard hypervisor/arm/*.c) hypervisor/main.c hypervisor/status.c
ARM_OBJ := $(patsubst %.c,$(B)/arm/%.o,$(ARM_SRC)) $(patsubst %.S,$(B)/arm/%.S.o,$(wildcard hypervisor/arm/*.S))
ARM_LIBFDT := $(B)/debian/arm64/usr/lib/aarch64-linux-gnu/libfdt.a

.PHONY: hypervisor-arm
hypervisor: hypervisor-arm
hypervisor-arm: $(B)/bedplate-arm.img

$(B)/arm/%.o: %.c
	@mkdir -p $(@D)
	$(call say,ARM,$@)
	$(Q)$(ARM_CROSS)gcc $(ARM_CFLAGS) $(ARM_OPT) -c $< -o $@
$(B)/arm/%.S.o: %.S
	@mkdir -p $(@D)
	$(call say,ARM,$@)
	$(Q)$(ARM_CROSS)gcc -I. -MMD -MP -g -march=armv8-a -c $< -o $@
$(B)/bedplate-arm.sym.elf: $(ARM_OBJ) hypervisor/arm/link.ld
	$(call say,LD,$@)
	$(Q)$(ARM_CROSS)ld -nostdlib -static -z noexecstack --gc-sections --no-warn-rwx-segments -T hypervisor/arm/link.ld -o $@ $(ARM_OBJ) $(ARM_LIBFDT)
$(B)/bedplate-arm.img: $(B)/bedplate-arm.sym.elf
	$(Q)$(ARM_CROSS)objcopy -O binary $< $@
