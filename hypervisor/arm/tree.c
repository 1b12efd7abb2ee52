/*
 * Owns: memory, reservations, CPUs, PSCI and /chosen of the host's device tree. Invariant: no sum of the tree's numbers wraps, and
 * what is in `ram` is whole pages.
 */
#include "hypervisor/arm/tree.h"
#include "lib/cells.h"
#include "lib/checked.h"
#include "loader/bundle_tree.h"
#include "platform/property.h"
#include <libfdt.h>
#include <string.h>

#define PSCI_02(n) (UINT32_C(0x84000000) + (n))
#define PSCI_02_64(n) (UINT32_C(0xc4000000) + (n))
#define AFFINITY UINT64_C(0xff00ffffff)

uint64_t host_tree_cells(const void *at, int cells)
{
    const fdt32_t *p = at;
    uint64_t v = 0;
    for (int i = 0; i < cells; i++)
        v = v << 32 | fdt32_ld(&p[i]);
    return v;
}

/* status: absent, "okay" or "ok". */
bool host_tree_enabled(const void *fdt, int node)
{
    int size;
    const char *status = fdt_getprop(fdt, node, "status", &size);
    return !status || (size >= 3 && !strncmp(status, "ok", 2));
}

static bool cells_fit(int address, int size) { return address >= 1 && address <= 2 && size >= 0 && size <= 2; }

/* Entry `index` of `reg`, whose cells are those that `parent` tells. 1: there; 0: no more; -1: the property is not whole entries. */
static int reg_of(const void *fdt, int parent, int node, int index, struct tree_range *r)
{
    int ac = cells_address(fdt, parent), sc = cells_size(fdt, parent), size;
    const uint8_t *p = fdt_getprop(fdt, node, "reg", &size);
    if (!p)
        return 0;
    if (!cells_fit(ac, sc) || size % (4 * (ac + sc)))
        return -1;
    if (index >= size / (4 * (ac + sc)))
        return 0;
    p += 4 * (ac + sc) * index;
    *r = (struct tree_range){ host_tree_cells(p, ac), host_tree_cells(p + 4 * ac, sc) };
    return 1;
}

/* It ends so that it can be rounded up to a page. */
static bool ends(struct tree_range r)
{
    uint64_t end;
    return add_ok(r.at, r.size, &end) && end <= UINT64_MAX - PAGE_SIZE;
}

static bool reserve(struct host_tree *t, struct tree_range r, bool no_map, const char *what, struct error *e)
{
    if (!r.size)
        return true;
    if (!ends(r))
        return fail(e, "device tree: %s: %#llx bytes from %#llx on go past the end of all addresses: mend its reg", what,
                    (unsigned long long)r.size, (unsigned long long)r.at);
    if (t->reserveds == TREE_RESERVED_MAX)
        return fail(e, "device tree: %s: more than %d reserved ranges and modules: take some out", what, TREE_RESERVED_MAX);
    t->reserved[t->reserveds++] = (struct tree_reserved){ r.at, r.size, no_map };
    return true;
}

/* ---- memory ----------------------------------------------------------------------------------- */

static bool add_ram(struct host_tree *t, struct tree_range r, const char *node, struct error *e)
{
    uint64_t end;
    if (!add_ok(r.at, r.size, &end))
        return fail(e, "device tree: /%s: %#llx bytes from %#llx on go past the end of all addresses: mend its reg", node,
                    (unsigned long long)r.size, (unsigned long long)r.at);
    t->ram_total += r.size;
    uint64_t base = r.at > UINT64_MAX - PAGE_MASK ? end : round_up(r.at, PAGE_SIZE);
    end = round_down(end, PAGE_SIZE);
    if (end > base && t->rams < HOST_RAM_MAX)
        t->ram[t->rams++] = (struct host_ram){ hpa(base), end - base };
    return true;
}

static bool read_memory(struct host_tree *t, const void *fdt, struct error *e)
{
    int node;
    fdt_for_each_subnode(node, fdt, 0) {
        int size, more;
        const char *type = fdt_getprop(fdt, node, "device_type", &size), *name = fdt_get_name(fdt, node, NULL);
        struct tree_range r;
        if (!type || size != sizeof("memory") || memcmp(type, "memory", sizeof("memory")) || !host_tree_enabled(fdt, node))
            continue;
        if (!fdt_getprop(fdt, node, "reg", NULL))
            return fail(e, "device tree: /%s has no reg: add one that tells where that memory is", name);
        for (int i = 0; (more = reg_of(fdt, 0, node, i, &r)) > 0; i++)
            if (!add_ram(t, r, name, e))
                return false;
        if (more < 0)
            return fail(e, "device tree: /%s: reg is not whole pairs of address and size (the root's #address-cells, #size-cells): mend it", name);
    }
    return t->rams || fail(e, "device tree: there is no memory: no node with device_type \"memory\" has a page of it: mend its reg");
}

static bool read_reserved(struct host_tree *t, const void *fdt, struct error *e)
{
    int count = fdt_num_mem_rsv(fdt);
    if (count < 0)
        return fail(e, "device tree: the list of /memreserve/ has no end: load the board's tree again");
    for (int i = 0; i < count; i++) {
        struct tree_range r = { 0, 0 };
        if (!fdt_get_mem_rsv(fdt, i, &r.at, &r.size) && !reserve(t, r, false, "/memreserve/", e))
            return false;
    }
    int parent = fdt_path_offset(fdt, "/reserved-memory"), node;
    if (parent < 0)
        return true;
    fdt_for_each_subnode(node, fdt, parent) {
        const char *name = fdt_get_name(fdt, node, NULL);
        bool no_map = fdt_getprop(fdt, node, "no-map", NULL) != NULL;
        struct tree_range r;
        int more;
        for (int i = 0; host_tree_enabled(fdt, node) && (more = reg_of(fdt, parent, node, i, &r)); i++) {
            if (more < 0)
                return fail(e, "device tree: /reserved-memory/%s: reg is not whole pairs of address and size: mend it", name);
            if (!reserve(t, r, no_map, name, e))
                return false;
        }
    }
    return true;
}

/* ---- /chosen ------------------------------------------------------------------------------------- */

static bool text_of(const void *fdt, int node, const char *name, const char **text)
{
    int size;
    const char *p = fdt_getprop(fdt, node, name, &size);
    if (!p || size < 1 || p[size - 1])
        return false;
    *text = p;
    return true;
}

/*
 * Modules of guests (Xen's dom0less bindings) stand below /chosen at host addresses: their memory is not to be given out. A module without
 * a good reg, or beyond the end of all addresses, is told of, and its guest alone refused, by who builds it.
 */
static bool read_modules(struct host_tree *t, const void *fdt, int parent, struct error *e)
{
    struct error of_guest = { "" };
    struct property_cells cells;
    int node;
    if (!property_cells(&(struct property_node){ fdt, parent, "", &of_guest }, &cells))
        return true;
    fdt_for_each_subnode(node, fdt, parent) {
        const struct property_node n = { fdt, node, "", &of_guest };
        struct payload f;
        if (!tree_payload_place(&n, &cells, &f))
            continue;
        struct tree_range r = { f.offset, f.size };
        if (ends(r) && !reserve(t, r, false, property_node_name(&n), e))
            return false;
    }
    return true;
}

static bool read_guests(struct host_tree *t, const void *fdt, int chosen, struct error *e)
{
    int node;
    fdt_for_each_subnode(node, fdt, chosen)
        if (!fdt_node_check_compatible(fdt, node, "xen,domain") && !read_modules(t, fdt, node, e))
            return false;
    return read_modules(t, fdt, chosen, e);
}

static bool number(const void *fdt, int node, const char *name, uint64_t *v)
{
    int size;
    const void *p = fdt_getprop(fdt, node, name, &size);
    if (!p || (size != 4 && size != 8))
        return false;
    *v = host_tree_cells(p, size / 4);
    return true;
}

static void read_bootargs(struct host_tree *t, const void *fdt)
{
    int chosen = fdt_path_offset(fdt, "/chosen");
    if (chosen >= 0)
        (void)text_of(fdt, chosen, "bootargs", &t->bootargs);
}

static bool read_chosen(struct host_tree *t, const void *fdt, struct error *e)
{
    int chosen = fdt_path_offset(fdt, "/chosen");
    uint64_t start, end;
    if (chosen < 0)
        return true;
    if (number(fdt, chosen, "linux,initrd-start", &start) && number(fdt, chosen, "linux,initrd-end", &end)) {
        if (end < start)
            return fail(e, "device tree: /chosen: linux,initrd-end (%#llx) lies before linux,initrd-start (%#llx): mend one",
                        (unsigned long long)end, (unsigned long long)start);
        t->initrd = (struct tree_range){ start, end - start };
        if (!reserve(t, t->initrd, false, "/chosen: linux,initrd", e))
            return false;
    }
    return read_guests(t, fdt, chosen, e);
}

bool host_tree_has_word(const char *bootargs, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = bootargs; *at;) {
        const char *end = strchr(at, ' ');
        size_t length = end ? (size_t)(end - at) : strlen(at);
        if (length == n && !memcmp(at, word, n))
            return true;
        at += length + (end != NULL);
    }
    return false;
}

/* ---- CPUs and PSCI ------------------------------------------------------------------------------- */

static void read_cpus(struct host_tree *t, const void *fdt)
{
    int cpus = fdt_path_offset(fdt, "/cpus"), node, size;
    if (cpus < 0)
        return;
    int ac = cells_address(fdt, cpus);
    fdt_for_each_subnode(node, fdt, cpus) {
        const char *type, *method = "";
        const void *reg = fdt_getprop(fdt, node, "reg", &size);
        if (!text_of(fdt, node, "device_type", &type) || strcmp(type, "cpu") || !host_tree_enabled(fdt, node) || !reg ||
            !cells_fit(ac, 0) || size < 4 * ac)
            continue;
        t->cpus_told++;
        (void)text_of(fdt, node, "enable-method", &method);
        if (!strcmp(method, "spin-table") || t->cpus == HOST_CPUS_MAX)
            continue;
        t->cpu[t->cpus++] = host_tree_cells(reg, ac) & AFFINITY;
    }
}

/* From 0.2 on the function ids are fixed (DEN 0022, 5.1); before, the node tells them, and there is no SYSTEM_OFF. */
static void read_psci(struct host_tree *t, const void *fdt)
{
    static const char *const fixed[] = { "arm,psci-1.0", "arm,psci-0.2" };
    const char *method;
    uint64_t id;
    int node = -1;
    for (unsigned i = 0; i < 2 && node < 0; i++)
        node = fdt_node_offset_by_compatible(fdt, -1, fixed[i]);
    bool old = node < 0;
    if (old)
        node = fdt_node_offset_by_compatible(fdt, -1, "arm,psci");
    if (node < 0 || !text_of(fdt, node, "method", &method))
        return;
    t->psci = !strcmp(method, "hvc") ? TREE_HVC : !strcmp(method, "smc") ? TREE_SMC : TREE_NO_PSCI;
    if (!old) {
        t->psci_cpu_on = PSCI_02_64(3);
        t->psci_off = PSCI_02(8);
        t->psci_reset = PSCI_02(9);
    } else if (number(fdt, node, "cpu_on", &id)) {
        t->psci_cpu_on = (uint32_t)id;
    }
}

uint64_t host_tree_bytes(const void *fdt)
{
    uint64_t end = 0, blocks[] = {
        (uint64_t)fdt_off_dt_struct(fdt) + fdt_size_dt_struct(fdt),
        (uint64_t)fdt_off_dt_strings(fdt) + fdt_size_dt_strings(fdt),
        fdt_off_mem_rsvmap(fdt) + 16 * ((uint64_t)fdt_num_mem_rsv(fdt) + 1),
    };
    for (unsigned i = 0; i < 3; i++)
        end = blocks[i] > end ? blocks[i] : end;
    return end;
}

bool host_tree_read(struct host_tree *t, struct span all, struct error *e)
{
    t->bootargs = "";
    if (!tree_check(all, TREE_OF_MACHINE, e))
        return false;
    read_bootargs(t, all.at);
    host_tree_uart(t, all.at);
    host_tree_devices(t, all.at);
    read_cpus(t, all.at);
    read_psci(t, all.at);
    return read_memory(t, all.at, e) && read_reserved(t, all.at, e) && read_chosen(t, all.at, e);
}
