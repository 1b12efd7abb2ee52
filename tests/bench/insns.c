/*
 * A QEMU TCG plugin: counts executed instructions by the address range they run in, and notes all counts the first time
 * an address (a mark) is reached. Instructions are the measure because they repeat on any machine; seconds do not.
 *
 *   -plugin build/bench/insns.so,range=hv:0xffff820000000000:0xffff820000080000,mark=enter:0xffff820000001234,mark=user:0x4000:enter,out=FILE
 *
 * range=NAME:FROM:TO, the first that fits counts; none: "other". mark=NAME:ADDRESS[:AFTER]: what is reached before the
 * mark AFTER has been reached is not it (address spaces overlap). Within ranges each instruction is counted as it runs;
 * elsewhere by translation block, so that a block left in its middle counts whole: a fraction of a percent, for speed.
 * Not for several CPUs at once: the counters are plain.
 *
 * Written for plugin API 1 (QEMU 7.2), whose header Debian does not package; the declarations below stand in for it.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct plugin_info;
enum { INLINE_ADD_U64 = 0 };
enum { CB_NO_REGS = 0 };

extern int qemu_plugin_version;
int qemu_plugin_version = 1;
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_atexit_cb(plugin_id, void (*)(plugin_id, void *), void *);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *, int op, void *ptr, uint64_t imm);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *, int op, void *ptr, uint64_t imm);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, void (*)(unsigned, void *), int flags, void *);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);
int qemu_plugin_install(plugin_id, const struct plugin_info *, int, char **);

enum { RANGES = 8, MARKS = 16, NAME = 32 };
static struct range { char name[NAME]; uint64_t from, to; } ranges[RANGES];
static unsigned range_count;
static uint64_t counts[RANGES + 1];             /* [range_count]: other */
static struct mark {
    char name[NAME];
    uint64_t at, hits, counts[RANGES + 1], hits_then[MARKS];    /* all counts, and all marks' hits, at the first hit */
    struct mark *after;
} marks[MARKS];
static unsigned mark_count;
static const char *out_path;

static void reached(unsigned cpu, void *arg)
{
    struct mark *m = arg;
    (void)cpu;
    if ((m->after && !m->after->hits) || m->hits++)
        return;
    memcpy(m->counts, counts, sizeof(counts));
    for (unsigned i = 0; i < mark_count; i++)
        m->hits_then[i] = marks[i].hits;
}

static void watch_marks(struct qemu_plugin_insn *insn)
{
    uint64_t at = qemu_plugin_insn_vaddr(insn);
    for (unsigned i = 0; i < mark_count; i++)
        if (marks[i].at == at)
            qemu_plugin_register_vcpu_insn_exec_cb(insn, reached, CB_NO_REGS, &marks[i]);
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
    uint64_t at = qemu_plugin_tb_vaddr(tb);
    size_t n = qemu_plugin_tb_n_insns(tb);
    unsigned r = 0;
    (void)id;
    while (r < range_count && !(at >= ranges[r].from && at < ranges[r].to))
        r++;
    if (r == range_count)
        qemu_plugin_register_vcpu_tb_exec_inline(tb, INLINE_ADD_U64, &counts[r], n);
    for (size_t i = 0; i < n; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        watch_marks(insn);
        if (r < range_count)
            qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64, &counts[r], 1);
    }
}

/* A line of "name=number": counts.RANGE, hits.MARK. */
static void print_state(FILE *f, const char *label, const uint64_t *c, const uint64_t *hits)
{
    uint64_t total = 0;
    fprintf(f, "%s", label);
    for (unsigned i = 0; i <= range_count; i++) {
        fprintf(f, " counts.%s=%" PRIu64, i < range_count ? ranges[i].name : "other", c[i]);
        total += c[i];
    }
    fprintf(f, " counts.total=%" PRIu64, total);
    for (unsigned i = 0; i < mark_count; i++)
        fprintf(f, " hits.%s=%" PRIu64, marks[i].name, hits[i]);
    fprintf(f, "\n");
}

static void at_exit(plugin_id id, void *arg)
{
    FILE *f = out_path ? fopen(out_path, "w") : stderr;
    uint64_t hits[MARKS];
    (void)id; (void)arg;
    if (!f) {
        perror(out_path);
        return;
    }
    for (unsigned i = 0; i < mark_count; i++)
        hits[i] = marks[i].hits;
    for (unsigned i = 0; i < mark_count; i++)
        if (marks[i].hits)
            print_state(f, marks[i].name, marks[i].counts, marks[i].hits_then);
    print_state(f, "end", counts, hits);
    if (out_path)
        fclose(f);
}

/* "NAME:NUMBER" and what stands behind it. */
static bool take(const char *text, char *name, uint64_t *number, const char **rest)
{
    const char *colon = strchr(text, ':');
    char *end;
    if (!colon || colon == text || colon - text >= NAME)
        return false;
    memcpy(name, text, (size_t)(colon - text));
    *number = strtoull(colon + 1, &end, 0);
    *rest = end;
    return end != colon + 1;
}

static bool add_range(const char *text)
{
    struct range *r = &ranges[range_count];
    const char *rest;
    if (range_count == RANGES || !take(text, r->name, &r->from, &rest) || *rest != ':')
        return false;
    r->to = strtoull(rest + 1, NULL, 0);
    range_count++;
    return r->to > r->from;
}

static bool add_mark(const char *text)
{
    struct mark *m = &marks[mark_count];
    const char *rest;
    if (mark_count == MARKS || !take(text, m->name, &m->at, &rest))
        return false;
    for (unsigned i = 0; *rest == ':' && i < mark_count; i++)
        if (!strcmp(marks[i].name, rest + 1))
            m->after = &marks[i];
    mark_count++;
    return !*rest || m->after;
}

int qemu_plugin_install(plugin_id id, const struct plugin_info *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        bool good = false;
        if (!strncmp(argv[i], "out=", 4))
            good = (out_path = strdup(argv[i] + 4)) != NULL;
        else if (!strncmp(argv[i], "range=", 6))
            good = add_range(argv[i] + 6);
        else if (!strncmp(argv[i], "mark=", 5))
            good = add_mark(argv[i] + 5);
        if (!good) {
            fprintf(stderr, "insns: cannot understand '%s'\n", argv[i]);
            return -1;
        }
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, at_exit, NULL);
    return 0;
}
