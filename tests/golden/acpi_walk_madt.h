/* The walk through a MADT, and through the structures of a MADT that a processor's _MAT holds. */
#ifndef TESTS_GOLDEN_ACPI_WALK_MADT_H
#define TESTS_GOLDEN_ACPI_WALK_MADT_H
#include "tests/golden/acpi_claims.h"

/* A processor's flags: there from the start, or one that may come (ACPI 6.4, table 5.47); in _MAT it is there when it is asked for. */
static void walk_processor(struct walk *w, uint64_t uid, uint64_t id, uint64_t flags, bool in_mat, uint64_t device_uid)
{
    uint64_t expected = uid < w->p->vcpus || in_mat ? 1 : 2;
    if (uid != id)
        fault(w, "CPU %llu has the id %llu", (unsigned long long)uid, (unsigned long long)id);
    if (flags != expected)
        fault(w, "CPU %llu has flags %llu", (unsigned long long)uid, (unsigned long long)flags);
    if (in_mat && uid != device_uid)
        fault(w, "CPU %llu's _MAT is another's", (unsigned long long)device_uid);
    if (!in_mat)
        claim_cpu(w, CPU_MADT, uid);
}

/* 80 bytes (ACPI 6.4, table 5.36); e begins at the type. */
static void walk_gicc(struct walk *w, struct span e)
{
    uint64_t uid = number(w, e, 8, 4), mpidr = number(w, e, 68, 8);
    if (number(w, e, 4, 4) != uid || mpidr != (uid / 16) * 256 + uid % 16)
        fault(w, "vCPU %llu has MPIDR 0x%llx", (unsigned long long)uid, (unsigned long long)mpidr);
    if (number(w, e, 32, 8))
        claim(w, CLAIM_MEMORY, number(w, e, 32, 8), 0);
    static const struct { uint8_t at, size; } zero[] = { { 20, 4 }, { 24, 8 }, { 40, 8 }, { 48, 8 }, { 56, 4 }, { 60, 8 }, { 78, 2 } };
    for (unsigned i = 0; i < sizeof(zero) / sizeof(zero[0]); i++)
        if (number(w, e, zero[i].at, zero[i].size))
            fault(w, "GICC names something at %u that no vCPU has", zero[i].at);
    walk_processor(w, uid, uid, number(w, e, 12, 4), false, 0);
}

static void walk_gicd(struct walk *w, struct span e)
{
    uint64_t version = number(w, e, 20, 1);
    claim(w, CLAIM_MEMORY, number(w, e, 8, 8), 0);
    if (version != (w->p->arm.gic_version == 2 ? 2 : 3))
        fault(w, "GICD of version %llu", (unsigned long long)version);
}

static void walk_madt_entry(struct walk *w, unsigned type, struct span e, bool in_mat, uint64_t uid)
{
    static const uint8_t length[16] = { [0] = 8, [1] = 12, [4] = 6, [9] = 16, [10] = 12, [11] = 80, [12] = 24, [14] = 16, [15] = 20 };
    if (type > 15 || e.left != length[type]) {
        fault(w, "structure %u of %zu bytes is not known to the walk", type, e.left);
        return;
    }
    switch (type) {
    case 0: walk_processor(w, number(w, e, 2, 1), number(w, e, 3, 1), number(w, e, 4, 4), in_mat, uid); break;
    case 1: claim(w, CLAIM_MEMORY, number(w, e, 4, 4), 0); break;
    case 9: walk_processor(w, number(w, e, 12, 4), number(w, e, 4, 4), number(w, e, 8, 4), in_mat, uid); break;
    case 11: walk_gicc(w, e); break;
    case 12: walk_gicd(w, e); break;
    case 14: claim(w, CLAIM_MEMORY, number(w, e, 4, 8), number(w, e, 12, 4)); break;
    case 15: claim(w, CLAIM_MEMORY, number(w, e, 8, 8), 0); break;
    default: break;                                     /* NMI: of all processors, names none */
    }
}

static void walk_madt_entries(struct walk *w, struct span s, bool in_mat, uint64_t uid)
{
    while (s.left && !w->why[0]) {
        uint8_t length = s.left > 1 ? s.at[1] : 0, type = s.at[0];
        struct span e = span_take(&s, length);
        if (length < 2 || s.broken)
            fault(w, "a structure that is cut");
        else
            walk_madt_entry(w, type, e, in_mat, uid);
    }
}

static void walk_madt(struct walk *w, struct span t)
{
    if (number(w, t, 36, 4))
        claim(w, CLAIM_MEMORY, number(w, t, 36, 4), 0);
    span_take(&t, 44);
    walk_madt_entries(w, t, false, 0);
}
#endif
