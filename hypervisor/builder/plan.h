/*
 * Where everything of a guest goes, before anything is touched. Pure: `bedplate check`, `start-info` and `acpi dump`
 * run it on the host, the builder runs it in the hypervisor, so they agree.
 */
#ifndef HYPERVISOR_BUILDER_PLAN_H
#define HYPERVISOR_BUILDER_PLAN_H
#include "lib/span.h"
#include "loader/image.h"
#include "loader/kernel.h"
#include "platform/platform.h"
#include "start_info/guest_tree.h"
#include "start_info/start_info.h"

struct plan {
    gpa_t entry;                        /* the first instruction */
    struct start_info_module module[PLATFORM_MODULES_MAX];
    gpa_t acpi;                         /* PC_ACPI_BASE, VIRT_ACPI_BASE */
    uint64_t acpi_size;                 /* bytes, whole pages; 0 without ACPI */
    /* BOARD_PC: */
    struct kernel kernel;               /* moved already if it had to be */
    gpa_t start_info;
    uint64_t start_info_size;           /* bytes, upper bound */
    /* BOARD_VIRT: */
    struct image image;                 /* its first byte stands at entry */
    struct guest_places places;         /* timer_hz is the builder's to set; tree_size and efi_size are upper bounds */
    uint64_t efi_size;                  /* bytes, whole pages; 0 without ACPI */
    struct passthrough passthrough;
};

/* kernel, passthrough: the payloads; the second is empty when there is none. False with a sentence that names the guest. */
bool plan_make(struct plan *plan, const struct platform *p, struct span kernel, struct span passthrough, struct error *e);

/* The tables' part of it, which asks nothing of the kernel. *size: bytes, whole pages; 0 without ACPI. */
bool plan_acpi(const struct platform *p, gpa_t *at, uint64_t *size, struct error *e);
#endif
