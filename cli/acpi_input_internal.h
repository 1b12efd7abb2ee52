/* Inside cli/acpi_input*.c: a file read in pieces, and what its bytes are. */
#ifndef CLI_ACPI_INPUT_INTERNAL_H
#define CLI_ACPI_INPUT_INTERNAL_H
#include "cli/acpi_input.h"
#include <stddef.h>

enum { ACPI_WINDOW = 64 << 10 };

/* What is read but not used yet is window[at..have). */
struct acpi_source { int fd; bool ended; size_t at, have; uint8_t window[ACPI_WINDOW]; };

/* More into the window, behind what is there, as far as there is room. False with a sentence: it cannot be read, or is too much. */
bool acpi_source_fill(struct acpi_input *in, struct acpi_source *s, struct error *e);

/* Keeps memory (from malloc) until acpi_input_free. */
void acpi_input_hold(struct acpi_input *in, void *memory);

/* The rest of the source, as acpidump's text or as raw bytes; sentences do not name the file yet. */
bool acpi_input_text(struct acpi_input *in, struct acpi_source *s, struct error *e);
bool acpi_input_raw(struct acpi_input *in, struct acpi_source *s, struct error *e);
#endif
