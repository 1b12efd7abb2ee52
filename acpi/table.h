/*
 * Where table bytes go: a bounded buffer with one sticky verdict, so that tables are written straight on and `full` is
 * asked once. Without a buffer it only counts, which is how acpi_size() stays exact. Invariant: used <= size; once
 * full, nothing more is written.
 */
#ifndef ACPI_TABLE_H
#define ACPI_TABLE_H
#include <stdbool.h>
#include <stdint.h>

struct table_out { uint8_t *to; uint64_t size, used; bool full; };   /* to NULL: count only */

enum { TABLE_HEADER = 36, TABLE_ALIGN = 16 };

/* The low n bytes (1..8) of v, little-endian, as ACPI has all its numbers. */
void table_le(struct table_out *o, uint64_t v, unsigned n);
void table_bytes(struct table_out *o, const void *from, uint64_t n);
void table_zero(struct table_out *o, uint64_t n);
/* Zeroes up to the next multiple of `unit`, a power of two. */
void table_align(struct table_out *o, uint64_t unit);
/* Overwrites n bytes (1..8) at `at`, which are written already. */
void table_patch(struct table_out *o, uint64_t at, uint64_t v, unsigned n);
/* Makes room for n bytes at `at` by moving what follows; the room is to be patched. */
void table_insert(struct table_out *o, uint64_t at, unsigned n);

/* What many structures begin with: their kind and their length in bytes, one byte each. */
void table_entry(struct table_out *o, uint8_t type, uint8_t length);
/* Generic address structure (ACPI 6.4, 5.2.3.2): a register of 1, 2, 4 or 8 bytes, accessed as a whole. */
enum table_space { TABLE_MEMORY = 0, TABLE_IO = 1 };
enum { TABLE_GAS = 12 };
void table_gas(struct table_out *o, enum table_space space, unsigned bytes, uint64_t address);

/*
 * A system description table (ACPI 6.4, 5.2.6): begin aligns, writes the header and returns where it stands; end fills in length and
 * checksum.
 */
uint64_t table_begin(struct table_out *o, const char *signature, uint8_t revision);
void table_end(struct table_out *o, uint64_t start);
/* Makes the n bytes from `start` sum to 0 by the byte at `at` among them, which is 0 until now. */
void table_checksum(struct table_out *o, uint64_t start, uint64_t n, uint64_t at);
#endif
