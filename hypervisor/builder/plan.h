/*
 * Where everything of a guest goes, before anything is touched. Pure: `bedplate check`, `start-info` and `acpi dump`
 * run it on the host, the builder runs it in the hypervisor, so they agree.
 */
#ifndef HYPERVISOR_BUILDER_PLAN_H
#define HYPERVISOR_BUILDER_PLAN_H
#include "lib/span.h"
#include "loader/kernel.h"
#include "platform/platform.h"
#include "start_info/start_info.h"

struct plan {
    struct kernel kernel;               /* moved already if it had to be */
    struct start_info_module module[PLATFORM_MODULES_MAX];
    gpa_t start_info;
    uint64_t start_info_size;           /* bytes, upper bound */
    gpa_t acpi;                         /* PC_ACPI_BASE */
    uint64_t acpi_size;                 /* bytes, whole pages; 0 without ACPI */
};

/* kernel: the kernel payload. False with a sentence that names the guest. */
bool plan_make(struct plan *plan, const struct platform *p, struct span kernel, struct error *e);

/* The tables' part of it, which asks nothing of the kernel. *size: bytes, whole pages; 0 without ACPI. */
bool plan_acpi(const struct platform *p, gpa_t *at, uint64_t *size, struct error *e);
#endif
