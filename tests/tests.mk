# The rings of tests, one command each: make unit, fuzz, golden, boot; `make check` runs them all and counts. And what
# people do with what is built: run, install, help.
.PHONY: check unit fuzz boot bad-input style run run-arm install uninstall help

style: tool ; tests/check.sh --only style
unit: $(UNIT) ; tests/check.sh --only unit
fuzz: $(FUZZERS) ; tests/check.sh --only fuzz
boot: hypervisor tool guests ; tests/check.sh --only boot
bad-input: tool guests ; tests/check.sh --only bad-input

# Two goes, so that what needs a package is only read once setup has installed it.
check: setup
	$(MAKE) --no-print-directory -j$$(nproc) hypervisor tool guests unit-tests fuzzers $(B)/golden/acpi_tables $(B)/golden/guest_tree
	tests/check.sh

# CFG="one.cfg two.cfg" names other guests, ARGS="--timeout 60" more options of `bedplate run`.
CFG ?= guests/examples/linux.cfg
run: setup
	@$(MAKE) --no-print-directory -j$$(nproc) hypervisor tool guests
	@$(B)/bedplate run $(ARGS) $(CFG)

# The same for Arm, in qemu-system-aarch64. Two guests that play ping-pong:
#   make run-arm CFG="guests/examples/pingpong-ping.cfg guests/examples/pingpong-pong.cfg"
run-arm: CFG = guests/examples/arm.cfg
run-arm: run

PREFIX ?= /usr/local
D = $(DESTDIR)$(PREFIX)
install: hypervisor tool
	install -d $(D)/bin $(D)/lib/bedplate $(D)/share/man/man1 $(D)/share/bash-completion/completions $(D)/share/doc/bedplate
	install -m 755 $(B)/bedplate $(D)/bin/bedplate
	install -m 644 $(B)/bedplate.elf $(B)/bedplate-arm.img $(D)/lib/bedplate/
	install -m 644 docs/bedplate.1 $(D)/share/man/man1/bedplate.1
	install -m 644 cli/bedplate.bash-completion $(D)/share/bash-completion/completions/bedplate
	install -m 644 README.md LICENSE docs/*.md guests/examples/*.cfg $(D)/share/doc/bedplate
uninstall:
	rm -f $(D)/bin/bedplate $(D)/share/man/man1/bedplate.1 $(D)/share/bash-completion/completions/bedplate
	rm -rf $(D)/lib/bedplate $(D)/share/doc/bedplate

help:
	@echo 'make run        boot Debian Linux in QEMU to a shell; CFG="one.cfg two.cfg" boots others'
	@echo 'make run-arm    the same for Arm: Debian Linux for arm64 under the hypervisor at EL2'
	@echo 'make check      run every test; the last line is: N passed, N failed'
	@echo 'make            build build/bedplate.elf (the hypervisor) and build/bedplate (the tool)'
	@echo 'make style unit fuzz golden bad-input boot    one ring of tests'
	@echo 'make bench      count instructions, beside Xen'"'"'s'
	@echo 'make install PREFIX=/usr/local DESTDIR=       tool, hypervisor, man page, completion, docs'
	@echo 'make setup      install what is missing, fetch guest kernels'
	@echo 'make clean      remove build/'
