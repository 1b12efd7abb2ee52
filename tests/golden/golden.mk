# Readable text of generated tables, kept beside the source: `make golden` compares, `make golden-accept` takes what is generated now.
GOLDEN_ACPI := tests/golden/acpi

$(B)/golden/acpi_tables: $(B)/san/tests/golden/acpi_tables.o $(B)/san/tests/golden/acpi_grid.o $(B)/san/libbedplate.a
	@mkdir -p $(@D)
	gcc -fsanitize=address,undefined -o $@ $^ $(LIBFDT)

.PHONY: golden golden-accept acpi-tables
golden: $(B)/golden/acpi_tables tool
	tests/golden/golden.sh $< $(GOLDEN_ACPI)
	tests/mangle.sh $(B)/bedplate
	tests/namespace.sh $(B)/bedplate
golden-accept: $(B)/golden/acpi_tables tool
	tests/golden/golden.sh --accept $< $(GOLDEN_ACPI)
	tests/mangle.sh --accept $(B)/bedplate
# iasl and acpiexec as oracles.
acpi-tables: $(B)/golden/acpi_tables
	tests/acpi.sh $<
