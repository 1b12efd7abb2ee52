/* A kernel's ELF file without what booting does not need. */
#ifndef CLI_ARRANGE_H
#define CLI_ARRANGE_H
#include "cli/bytes.h"

/*
 * Writes to `to` an ELF64 file that loads the same bytes at the same addresses as `elf`, a kernel that kernel_read has accepted: without
 * sections and what lies behind the segments, with long runs of zeroes left to be zero memory, and with file offsets that
 * agree with physical addresses modulo the page size. False (and `to` is empty) when there is nothing to gain or the file is
 * of a kind that is better left alone: then `elf` itself is to be used.
 */
bool arrange_kernel(struct bytes *to, struct span elf);
#endif
