/*
 * Owns: what planning is alike for both boards: payloads that arrived whole, and room for ACPI tables, which stand in RAM of their
 * own, outside p->ram.
 */
#include "acpi/acpi.h"
#include "hypervisor/builder/plan_board.h"
#include "lib/format.h"
#include "platform/pc_map.h"
#include "platform/virt_map.h"

bool plan_acpi(const struct platform *p, gpa_t *at, uint64_t *size, struct error *e)
{
    const bool is_pc = platform_is(p, BOARD_PC);
    const uint64_t most = is_pc ? PC_ACPI_MAX : VIRT_ACPI_MAX;
    *at = gpa(is_pc ? PC_ACPI_BASE : VIRT_ACPI_BASE);
    *size = p->acpi ? acpi_size(p) : 0;
    return *size <= most || fail(e, "guest %s: its ACPI tables take %llu KiB, more than the %llu KiB there are: give fewer vcpus", p->name,
                                 (unsigned long long)(*size >> 10), (unsigned long long)(most >> 10));
}

static bool whole(const struct platform *p, struct span payload, const char *what, struct error *e)
{
    return !payload.broken || fail(e, "guest %s: %s: it does not lie within the bundle: the bundle is damaged, pack it again", p->name, what);
}

bool plan_make(struct plan *plan, const struct platform *p, struct span kernel, struct span passthrough, struct error *e)
{
    char name[PLATFORM_NAME_MAX + 16];
    *plan = (struct plan){ .acpi_size = 0 };
    (void)format(name, sizeof(name), "guest %s: kernel", p->name);
    if (!whole(p, kernel, "kernel", e) || !whole(p, passthrough, "partial device tree", e) || !plan_acpi(p, &plan->acpi, &plan->acpi_size, e))
        return false;
    return platform_is(p, BOARD_PC) ? plan_pc(plan, p, kernel, name, e) : plan_virt(plan, p, kernel, passthrough, name, e);
}
