# The hypervisor for Arm: a flat arm64 Image, and beside it the linked file with its symbols.
ARM_CROSS := aarch64-linux-gnu-
ARM_CFLAGS := $(BASE) -D_GNU_SOURCE -DPLATFORM_ONLY_VIRT -ffreestanding -fno-pic -fno-pie -march=armv8-a -mgeneral-regs-only -mstrict-align -mno-outline-atomics \
              -fno-stack-protector -fno-asynchronous-unwind-tables -fno-strict-aliasing -ffunction-sections -fdata-sections -idirafter /usr/include
# The image is small by two means: what is not on the way of an exit is made small, and it is optimised as a whole, because then what
# only one place calls is not written twice.
ARM_OPT := -Os -flto=auto
ARM_FAST := $(addprefix hypervisor/,run_arm.o core/sched.o core/vcpu.o xen/evtchn.o xen/evtchn_2l.o xen/evtchn_op.o \
            xen/hypercall.o xen/hypercall_arm.o xen/xen_arm.o devices/gic.o devices/gic_lists.o machine/virt_gic.o \
            arm/enter.o arm/exit.o arm/gic_host.o arm/translate.o arm/vcpu.o arm/vgic_hw.o arm/vtimer.o)
$(addprefix $(B)/arm/,$(ARM_FAST)): ARM_OPT := -O2 -flto=auto
$(B)/arm/hypervisor/arm/string.o $(B)/arm/lib/freestanding/text.o: ARM_OPT := -O2 -fno-lto

# The tables' readers are x86's (firmware) and the tool's; of the rest, what no Arm guest needs, --gc-sections drops.
ARM_SRC := $(filter-out acpi/firmware/% acpi/namespace/% acpi/show/%,$(PURE)) $(ARM_CORE) $(FREESTANDING) $(wildcard hypervisor/arm/*.c) hypervisor/main.c hypervisor/status.c
ARM_OBJ := $(patsubst %.c,$(B)/arm/%.o,$(ARM_SRC)) $(patsubst %.S,$(B)/arm/%.S.o,$(wildcard hypervisor/arm/*.S))
ARM_LIBFDT := $(B)/debian/arm64/usr/lib/aarch64-linux-gnu/libfdt.a

.PHONY: hypervisor-arm
hypervisor: hypervisor-arm
hypervisor-arm: $(B)/bedplate-arm.img

$(ARM_OBJ): Makefile hypervisor/arm/arm.mk
$(B)/arm/%.o: %.c
	@mkdir -p $(@D)
	$(call say,ARM,$@)
	$(Q)$(ARM_CROSS)gcc $(ARM_CFLAGS) $(ARM_OPT) -c $< -o $@
$(B)/arm/%.S.o: %.S
	@mkdir -p $(@D)
	$(call say,ARM,$@)
	$(Q)$(ARM_CROSS)gcc -I. -MMD -MP -g -march=armv8-a -c $< -o $@
# Cortex-A53 erratum 843419: an ADRP in the last words of a page is made an ADR; gcc would have ld add a page of veneers.
$(B)/bedplate-arm.sym.elf: $(ARM_OBJ) hypervisor/arm/link.ld
	$(call say,LD,$@)
	$(Q)$(ARM_CROSS)gcc $(filter-out -MMD -MP,$(ARM_CFLAGS)) -Os -flto=auto -nostdlib -static -no-pie -mno-fix-cortex-a53-843419 -Wl,--fix-cortex-a53-843419=adr,-z,noexecstack,--gc-sections,--no-warn-rwx-segments,--build-id=none \
	    -T hypervisor/arm/link.ld -o $@ $(ARM_OBJ) $(ARM_LIBFDT)
$(B)/bedplate-arm.img: $(B)/bedplate-arm.sym.elf
	$(Q)$(ARM_CROSS)objcopy -O binary $< $@
