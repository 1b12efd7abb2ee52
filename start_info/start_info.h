/*
 * What is in the guest's hand at its first instruction: hvm_start_info (<xen/arch-x86/hvm/start_info.h>), its memory
 * map, modules and command lines, as one contiguous image.
 */
#ifndef START_INFO_START_INFO_H
#define START_INFO_START_INFO_H
#include "platform/platform.h"

struct start_info_module { gpa_t at; uint64_t size; };      /* of platform.module[i], where it was placed */

/* Bytes that start_info_build needs for p, at most. */
uint64_t start_info_size(const struct platform *p);
/* Writes the image for guest address `at` (page-aligned, below 4 GiB) into to[size]. acpi_size 0: no tables; rsdp 0: not provided. False: it does not fit. */
bool start_info_build(const struct platform *p, gpa_t at, const struct start_info_module *modules, gpa_t rsdp,
                      gpa_t acpi_base, uint64_t acpi_size, uint8_t *to, uint64_t size);
/* The memory map alone, ascending. Returns the entries written (<= max): the caller gives 16 or more. */
struct start_info_range { uint64_t base, size; uint32_t type; };     /* XEN_HVM_MEMMAP_TYPE_* */
unsigned start_info_memory_map(const struct platform *p, gpa_t acpi_base, uint64_t acpi_size, struct start_info_range *to, unsigned max);
#endif
