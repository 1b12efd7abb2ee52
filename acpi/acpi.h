/* ACPI tables told from a platform, as one contiguous image. Pure: the hypervisor and the host tool run the same code. */
#ifndef ACPI_ACPI_H
#define ACPI_ACPI_H
#include "platform/platform.h"

/*
 * Builds all tables for p as they will stand at guest address `at` (page-aligned) into to[size]. *used: bytes, *rsdp: the
 * RSDP's guest address, which is `at` itself. False: they do not fit, or would reach above 4 GiB (then nothing is to be
 * used). The order of tables is stable.
 */
bool acpi_build(const struct platform *p, gpa_t at, uint8_t *to, uint64_t size, uint64_t *used, gpa_t *rsdp);
/* Bytes that acpi_build needs for p, at most; a multiple of the page size. */
uint64_t acpi_size(const struct platform *p);
#endif
