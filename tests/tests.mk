# The rings of tests, one command each: make unit, fuzz, golden, boot; `make check` runs them all and counts.
.PHONY: check unit fuzz boot bad-input style

style: ; tests/check.sh --only style
unit: $(UNIT) ; tests/check.sh --only unit
fuzz: $(FUZZERS) ; tests/check.sh --only fuzz
boot: hypervisor tool guests ; tests/check.sh --only boot
bad-input: tool guests ; tests/check.sh --only bad-input

# Two goes, so that what needs a package is only read once setup has installed it.
check: setup
	$(MAKE) --no-print-directory -j$$(nproc) hypervisor tool guests unit-tests fuzzers $(B)/golden/acpi_tables
	tests/check.sh
