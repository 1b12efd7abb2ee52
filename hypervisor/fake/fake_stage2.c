/* Owns: a fake stage 2, a plain list of mappings. */
#include "hypervisor/fake/fake.h"
#include <stdlib.h>

struct mapping { uint64_t gpa, hpa, size; unsigned perm; };
struct stage2 { struct mapping *map; size_t count, room; };

struct stage2 *arch_stage2_create(unsigned owner)
{
    (void)owner;
    return calloc(1, sizeof(struct stage2));
}

void arch_stage2_destroy(struct stage2 *s)
{
    free(s->map);
    free(s);
}

static void append(struct stage2 *s, struct mapping m)
{
    if (s->count == s->room) {
        s->room = s->room ? s->room * 2 : 16;
        s->map = realloc(s->map, s->room * sizeof(*s->map));
        if (!s->map)
            abort();
    }
    s->map[s->count++] = m;
}

bool arch_stage2_unmap(struct stage2 *s, gpa_t g, uint64_t size)
{
    for (size_t i = 0; i < s->count;) {
        struct mapping m = s->map[i];
        if (m.gpa + m.size <= g.v || g.v + size <= m.gpa) {
            i++;
            continue;
        }
        s->map[i] = s->map[--s->count];
        if (m.gpa < g.v)
            append(s, (struct mapping){ m.gpa, m.hpa, g.v - m.gpa, m.perm });
        if (m.gpa + m.size > g.v + size)
            append(s, (struct mapping){ g.v + size, m.hpa + (g.v + size - m.gpa), m.gpa + m.size - g.v - size, m.perm });
        i = 0;
    }
    return true;
}

bool arch_stage2_map(struct stage2 *s, gpa_t g, hpa_t h, uint64_t size, unsigned perm)
{
    (void)arch_stage2_unmap(s, g, size);
    append(s, (struct mapping){ g.v, h.v, size, perm });
    return true;
}

bool arch_stage2_lookup(struct stage2 *s, gpa_t g, hpa_t *h, unsigned *perm, uint64_t *run)
{
    for (size_t i = 0; i < s->count; i++) {
        struct mapping *m = &s->map[i];
        if (g.v - m->gpa >= m->size)
            continue;
        *h = hpa(m->hpa + (g.v - m->gpa));
        *perm = m->perm;
        *run = m->size - (g.v - m->gpa);
        return true;
    }
    return false;
}

void arch_stage2_flush(struct stage2 *s) { (void)s; }
uint64_t arch_stage2_tables(struct stage2 *s) { return s->room * sizeof(*s->map); }
