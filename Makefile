# Bedplate. `make run` and `make check` are the two commands; `make help` lists the rest.
# The same C files are compiled up to four times: freestanding for the hypervisor (build/hv), for the host tool
# (build/host), for the host with sanitizers (build/san, unit tests) and with libFuzzer's coverage (build/fuzz).

B := build
SHELL := /bin/bash
# V=1 shows the commands; else a word and the file.
Q := $(if $(V),,@)
say = @$(if $(V),true,printf '  %-5s%s\n' $(1) $(patsubst $(B)/%,%,$(2)))

WARN := -Wall -Wextra -Wconversion -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wundef -Werror
VERSION := 0.1
BASE := -std=c11 -I. $(WARN) -DBEDPLATE_VERSION=\"$(VERSION)\" -D__XEN_INTERFACE_VERSION__=__XEN_LATEST_INTERFACE_VERSION__ -MMD -MP -g
HV_CFLAGS := $(BASE) -D_GNU_SOURCE -DPLATFORM_ONLY_PC -ffreestanding -fpie -include hypervisor/x86/hidden.h -mno-red-zone -mgeneral-regs-only -fno-stack-protector \
             -fno-asynchronous-unwind-tables -fno-strict-aliasing -ffunction-sections -fdata-sections -fcf-protection=none
# What runs once per guest is made small, what runs at every exit fast.
HV_OPT := -O2
HV_SMALL := acpi/% platform/% start_info/% loader/% hypervisor/builder/% hypervisor/status.o hypervisor/main.o \
            $(addprefix hypervisor/core/,console.o domain.o memory.o) \
            $(addprefix hypervisor/xen/,area.o grant% hvm% limbo.o memory% evtchn_static.o uart_ring.o vcpu% version.o xenstore.o) \
            $(addprefix hypervisor/machine/pc_,entry.o events.o pic.o) \
            $(addprefix hypervisor/x86/,firmware.o guest_state.o guest_tell.o loader% memory.o smp.o start.o trap.o)
$(addprefix $(B)/hv/,$(HV_SMALL)): HV_OPT := -Os
HOST_CFLAGS := $(BASE) -O2 -D_GNU_SOURCE -fno-strict-aliasing
SAN_CFLAGS := $(BASE) -O1 -D_GNU_SOURCE -fno-strict-aliasing -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ_CFLAGS := $(filter-out -Werror,$(BASE)) -Wno-missing-field-initializers -O1 -D_GNU_SOURCE -fno-strict-aliasing -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

# What both the hypervisor and the host compile; x86/ only the hypervisor, fake/ only the host.
PURE := $(wildcard lib/*.c platform/*.c start_info/*.c acpi/*.c acpi/*/*.c loader/*.c hypervisor/devices/*.c hypervisor/insn/*.c hypervisor/builder/plan*.c)
# Of the rest each architecture has its own variants beside the common files.
ALL_CORE := $(wildcard hypervisor/core/*.c hypervisor/machine/*.c hypervisor/xen/*.c hypervisor/fake/*.c hypervisor/run*.c) \
            $(filter-out hypervisor/builder/plan%,$(wildcard hypervisor/builder/*.c))
ARM_VARIANTS := $(filter %_arm.c %_virt.c,$(ALL_CORE)) $(wildcard hypervisor/machine/virt*.c)
X86_VARIANTS := $(filter %_x86.c %_pc.c,$(ALL_CORE)) $(wildcard hypervisor/machine/pc*.c)
COMMON := $(filter-out $(ARM_VARIANTS) $(X86_VARIANTS),$(ALL_CORE))
FAKE := hypervisor/fake/%
CORE := $(filter-out $(FAKE),$(COMMON) $(X86_VARIANTS))
ARM_CORE := $(filter-out $(FAKE),$(COMMON) $(ARM_VARIANTS))
# What a libc would have, for the hypervisors only.
FREESTANDING := $(wildcard lib/freestanding/*.c)
HV_ONLY := $(FREESTANDING) $(wildcard hypervisor/x86/*.c) hypervisor/main.c hypervisor/status.c

HV_OBJ := $(patsubst %.c,$(B)/hv/%.o,$(PURE) $(CORE) $(HV_ONLY)) $(patsubst %.asm,$(B)/hv/%.o,$(wildcard hypervisor/x86/*.asm))
HOST_OBJ := $(patsubst %.c,$(B)/host/%.o,$(PURE))
SAN_OBJ := $(patsubst %.c,$(B)/san/%.o,$(PURE) $(COMMON) $(X86_VARIANTS))
SAN_ARM_OBJ := $(patsubst %.c,$(B)/san/%.o,$(PURE) $(COMMON) $(ARM_VARIANTS))
FUZZ_OBJ := $(patsubst %.c,$(B)/fuzz/%.o,$(PURE) $(COMMON) $(X86_VARIANTS))
FUZZ_ARM_OBJ := $(patsubst %.c,$(B)/fuzz/%.o,$(PURE) $(COMMON) $(ARM_VARIANTS))
CLI_OBJ := $(patsubst %.c,$(B)/host/%.o,$(wildcard cli/*.c)) $(patsubst %.asm,$(B)/host/%.o,$(wildcard cli/*.asm))

UNIT := $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/fuzzers/%,$(wildcard tests/fuzz/fuzz_*.c))

LIBFDT := -lfdt
CLI_LIBS := $(LIBFDT) -l:libxlutil.a -llz4 -lzstd -llzma -lz -lbz2

.PHONY: all hypervisor tool guests unit-tests fuzzers
all: setup hypervisor tool guests
hypervisor: $(B)/bedplate.elf
tool: $(B)/bedplate
unit-tests: $(UNIT)
fuzzers: $(FUZZERS)

.PHONY: setup
setup:
	@tests/setup.sh

# ---- the hypervisor -------------------------------------------------------------------
$(HV_OBJ): Makefile        # other flags, other objects
$(B)/hv/%.o: %.c
	@mkdir -p $(@D)
	$(call say,HV,$@)
	$(Q)gcc $(HV_CFLAGS) $(HV_OPT) -c $< -o $@
$(B)/hv/%.o: %.asm
	@mkdir -p $(@D)
	$(call say,NASM,$@)
	$(Q)nasm -f elf64 -w+all -g -I hypervisor/x86/ -MD $(@:.o=.d) -MP $< -o $@
# The linked file keeps its symbols beside it (bedplate.sym.elf) for bench and debuggers; what boots is stripped.
$(B)/bedplate.sym.elf: $(HV_OBJ) hypervisor/x86/link.ld
	$(call say,LD,$@)
	$(Q)ld -nostdlib -static -z max-page-size=4096 -z noexecstack --gc-sections -T hypervisor/x86/link.ld -o $@ $(HV_OBJ) $$(gcc -print-file-name=libfdt.a)
$(B)/bedplate.elf: $(B)/bedplate.sym.elf
	$(Q)strip -s -o $@ $<

# ---- the host tool --------------------------------------------------------------------
$(B)/host/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)gcc $(HOST_CFLAGS) -c $< -o $@
$(B)/host/%.o: %.asm
	@mkdir -p $(@D)
	$(call say,NASM,$@)
	$(Q)nasm -f elf64 -w+all -MD $(@:.o=.d) -MP $< -o $@
$(B)/host/libbedplate.a: $(HOST_OBJ)
	@rm -f $@
	$(Q)ar rcs $@ $^
$(B)/bedplate: $(CLI_OBJ) $(B)/host/libbedplate.a
	$(call say,LINK,$@)
	$(Q)gcc -o $@ $^ $(CLI_LIBS)

# ---- tests on the host ----------------------------------------------------------------
$(B)/san/%.o: %.c
	@mkdir -p $(@D)
	$(call say,SAN,$@)
	$(Q)gcc $(SAN_CFLAGS) -c $< -o $@
$(B)/san/libbedplate.a: $(SAN_OBJ)
	@rm -f $@
	$(Q)ar rcs $@ $^
$(B)/san/libbedplate-arm.a: $(SAN_ARM_OBJ)
	@rm -f $@
	$(Q)ar rcs $@ $^
# The shorter stem wins: test_arm_* see the board of Arm, all others a PC.
$(B)/tests/test_arm_%: $(B)/san/tests/unit/test_arm_%.o $(B)/san/libbedplate-arm.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)gcc -fsanitize=address,undefined -o $@ $^ -lcmocka $(LIBFDT)
$(B)/tests/%: $(B)/san/tests/unit/%.o $(B)/san/libbedplate.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)gcc -fsanitize=address,undefined -o $@ $^ -lcmocka $(LIBFDT)
$(B)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(call say,FUZZ,$@)
	$(Q)clang $(FUZZ_CFLAGS) -c $< -o $@
$(B)/fuzz/libbedplate.a: $(FUZZ_OBJ)
	@rm -f $@
	$(Q)ar rcs $@ $^
$(B)/fuzz/libbedplate-arm.a: $(FUZZ_ARM_OBJ)
	@rm -f $@
	$(Q)ar rcs $@ $^
$(B)/fuzzers/fuzz_arm_%: $(B)/fuzz/tests/fuzz/fuzz_arm_%.o $(B)/fuzz/libbedplate-arm.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)clang -fsanitize=fuzzer,address,undefined -o $@ $^ $(LIBFDT)
$(B)/fuzzers/%: $(B)/fuzz/tests/fuzz/%.o $(B)/fuzz/libbedplate.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)clang -fsanitize=fuzzer,address,undefined -o $@ $^ $(LIBFDT)

.SECONDARY:
include $(wildcard hypervisor/arm/arm.mk guests/guests.mk tests/tests.mk tests/*/*.mk)
-include $(shell find $(B) -path $(B)/debian -prune -o -type f -name '*.d' -print 2>/dev/null)

.PHONY: clean
clean:
	rm -rf $(B)
