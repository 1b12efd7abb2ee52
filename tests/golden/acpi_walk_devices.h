/* The walk through tables of devices, of memory and of what is hidden. */
#ifndef TESTS_GOLDEN_ACPI_WALK_DEVICES_H
#define TESTS_GOLDEN_ACPI_WALK_DEVICES_H
#include "tests/golden/acpi_claims.h"

static void walk_cpu_affinity(struct walk *w, uint64_t cpu, uint64_t node, uint64_t flags)
{
    claim_cpu(w, CPU_SRAT, cpu);
    if (!w->why[0] && (flags != 1 || node != w->p->vcpu_node[cpu]))
        fault(w, "CPU %llu is said to be on node %llu, flags %llu", (unsigned long long)cpu, (unsigned long long)node,
              (unsigned long long)flags);
}

/* Memory of one node: within the guest's RAM. `got` adds up what each node has. */
static void walk_memory_affinity(struct walk *w, struct span e, uint64_t *got)
{
    uint64_t node = number(w, e, 2, 4), base = number(w, e, 8, 8), size = number(w, e, 16, 8);
    bool inside = false;
    if (w->p->board == BOARD_VIRT && base == VIRT_ACPI_BASE && size == VIRT_ACPI_MAX && !node)
        return;                                         /* where these tables are */
    for (unsigned i = 0; i < PLATFORM_BANKS_MAX; i++) {
        const struct platform_ram *r = &w->p->ram[i];
        inside = inside || (base >= r->base.v && size <= r->size && base - r->base.v <= r->size - size);
    }
    if (!inside || !size || node >= w->p->nodes || number(w, e, 28, 4) != 1)
        fault(w, "memory 0x%llx of node %llu is no RAM of the guest's", (unsigned long long)base, (unsigned long long)node);
    else
        got[node] += size;
}

static void walk_affinity(struct walk *w, struct span e, uint64_t *got)
{
    static const uint8_t length[5] = { 16, 40, 24, 18, 12 };
    uint8_t type = e.at[0];
    if (type > 4 || e.left != length[type]) {
        fault(w, "structure %u of %zu bytes is not known to the walk", type, e.left);
        return;
    }
    switch (type) {
    case 0: walk_cpu_affinity(w, number(w, e, 3, 1), number(w, e, 2, 1), number(w, e, 4, 4)); break;
    case 1: walk_memory_affinity(w, e, got); break;
    case 2: walk_cpu_affinity(w, number(w, e, 8, 4), number(w, e, 4, 4), number(w, e, 12, 4)); break;
    case 3: walk_cpu_affinity(w, number(w, e, 6, 4), number(w, e, 2, 4), number(w, e, 10, 4)); break;
    default: break;                                     /* an ITS: which one, MADT says */
    }
}

static void walk_srat(struct walk *w, struct span t)
{
    uint64_t got[PLATFORM_NODES_MAX] = { 0 };
    span_take(&t, 48);
    while (t.left && !w->why[0]) {
        uint8_t length = t.left > 1 ? t.at[1] : 0;
        struct span e = span_take(&t, length);
        if (length < 2 || t.broken)
            fault(w, "a structure that is cut");
        else
            walk_affinity(w, e, got);
    }
    for (unsigned i = 0; i < w->p->nodes; i++)
        if (got[i] != w->p->node[i].size)
            fault(w, "node %u has 0x%llx bytes", i, (unsigned long long)got[i]);
}

static void walk_slit(struct walk *w, struct span t)
{
    uint64_t n = number(w, t, 36, 8);
    if (n != w->p->nodes || t.left != 44 + n * n) {
        fault(w, "%llu nodes", (unsigned long long)n);
        return;
    }
    for (unsigned i = 0; i < n * n; i++)
        if (number(w, t, 44 + i, 1) != w->p->node[i / n].distance[i % n])
            fault(w, "node %u is at the wrong distance from %u", (unsigned)(i / n), (unsigned)(i % n));
}

static void walk_mcfg(struct walk *w, struct span t)
{
    if (t.left != 60 || number(w, t, 52, 2) || number(w, t, 54, 1))
        fault(w, "not one segment from bus 0 on");
    claim(w, CLAIM_MEMORY, number(w, t, 44, 8), (number(w, t, 55, 1) + 1) << 20);
}

static void walk_tpm2(struct walk *w, struct span t)
{
    claim(w, CLAIM_MEMORY, number(w, t, 40, 8), 0);
}

/* Nodes: the IOMMU as a PCI function (3), and which functions are behind it (1). */
static void walk_viot(struct walk *w, struct span t)
{
    const struct platform_viommu *v = &w->p->viommu;
    uint64_t at = number(w, t, 38, 2), n = number(w, t, 36, 2), iommus = 0;
    for (; n && !w->why[0]; n--) {
        uint64_t type = number(w, t, at, 1);
        if (type == 3 && number(w, t, at + 6, 2) == (uint64_t)(v->device << 3 | v->function) && v->present)
            iommus++;
        else if (type != 1 || number(w, t, at + 14, 2) > w->p->pcie.bus_last * 256u + 255)
            fault(w, "a node of type %llu that is not the platform's", (unsigned long long)type);
        at += number(w, t, at + 2, 2);
    }
    if (iommus != 1 || at != t.left)
        fault(w, "not the platform's IOMMU, once");
}

/* An ITS group of MADT's one ITS, and a root complex whose requester ids all go there. */
static void walk_iort(struct walk *w, struct span t)
{
    uint64_t its = number(w, t, 40, 4), root = its + number(w, t, its + 1, 2), ids = root + number(w, t, root + 12, 4);
    if (number(w, t, 36, 4) != 2 || number(w, t, its, 1) != 0 || number(w, t, its + 16, 8) != 1 || number(w, t, root, 1) != 2)
        fault(w, "not one ITS and one root complex");
    if (number(w, t, root + 8, 4) != 1 || number(w, t, root + 28, 4) || root + number(w, t, root + 1, 2) != t.left)
        fault(w, "not one mapping of segment 0");
    if (number(w, t, ids, 4) || number(w, t, ids + 4, 4) != w->p->pcie.bus_last * 256u + 255 || number(w, t, ids + 8, 4) ||
        number(w, t, ids + 12, 4) != its || !w->p->arm.its)
        fault(w, "requester ids that do not go to the ITS as they are");
}

/* Names that end with a NUL each, after the byte for the UART; the same as p->hidden, in whatever order. */
static void walk_stao(struct walk *w, struct span t)
{
    unsigned names = 0;
    span_take(&t, 37);
    for (; t.left && !w->why[0]; names++) {
        const uint8_t *end = memchr(t.at, 0, t.left);
        bool known = false;
        for (unsigned i = 0; end && i < w->p->hiddens; i++)
            known = known || !strcmp((const char *)t.at, w->p->hidden[i]);
        if (!known)
            fault(w, "hides what the platform does not");
        else
            span_take(&t, (uint64_t)(end - t.at) + 1);
    }
    if (names != w->p->hiddens)
        fault(w, "hides %u of %u devices", names, w->p->hiddens);
}

static void walk_waet(struct walk *w, struct span t)
{
    if (t.left != 40)
        fault(w, "%zu bytes", t.left);
}
#endif
