# Readable text of generated tables, kept beside the source: `make golden` compares, `make golden-accept` takes what is generated now.
GOLDEN_ACPI := tests/golden/acpi

$(B)/golden/acpi_tables: $(B)/san/tests/golden/acpi_tables.o $(B)/san/tests/golden/acpi_configure.o $(B)/san/tests/golden/acpi_grid.o $(B)/san/libbedplate.a
	@mkdir -p $(@D)
	gcc -fsanitize=address,undefined -o $@ $^ $(LIBFDT)

.PHONY: golden golden-accept acpi-tables
golden: $(B)/golden/acpi_tables $(B)/golden/guest_tree tool
	tests/golden/golden.sh $< $(GOLDEN_ACPI)
	tests/golden/golden.sh $(B)/golden/guest_tree tests/golden/tree
	tests/mangle.sh $(B)/bedplate
	tests/namespace.sh $(B)/bedplate
golden-accept: $(B)/golden/acpi_tables $(B)/golden/guest_tree tool
	tests/golden/golden.sh --accept $< $(GOLDEN_ACPI)
	tests/golden/golden.sh --accept $(B)/golden/guest_tree tests/golden/tree
	tests/mangle.sh --accept $(B)/bedplate
# iasl and acpiexec as oracles.
acpi-tables: $(B)/golden/acpi_tables
	tests/acpi.sh $<

# The device trees of Arm guests.
$(B)/golden/guest_tree: $(B)/san/tests/golden/guest_tree.o $(B)/san/tests/golden/acpi_configure.o $(B)/san/libbedplate.a
	@mkdir -p $(@D)
	gcc -fsanitize=address,undefined -o $@ $^ $(LIBFDT)
