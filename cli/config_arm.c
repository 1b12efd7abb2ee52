/*
 * Owns: the keys that only Arm guests have: vuart, gic_version and device_tree as xl spells them, and ours. Invariant: what they say is
 * in struct platform; a PC guest that sets one is refused by platform_check.
 */
#include "cli/config_reader.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char static_form[] = "static_mem=[ \"base=0x60000000,size=256\", ... ]";

static bool read_vuart(const struct config_reader *r)
{
    struct platform_arm *a = &r->c->platform.arm;
    const char *vuart, *backend;
    if (!config_text(r, "vuart", &vuart) || !config_text(r, "vuart_backend", &backend))
        return false;
    if (vuart && strcmp(vuart, "sbsa_uart") != 0)
        return fail(r->e, "%s: vuart is \"%.20s\": the one kind there is is a PL011: write vuart=\"sbsa_uart\" or remove it", r->file, vuart);
    a->pl011 |= vuart != NULL;
    a->pl011_backend = backend ? config_keep(r->c, backend) : "";
    return true;
}

static bool read_gic_version(const struct config_reader *r)
{
    static const char *const word[] = { "default", "", "v2", "v3" };    /* by version; there is no 1 */
    const char *text;
    if (!config_text(r, "gic_version", &text))
        return false;
    for (unsigned i = 0; text && i < sizeof(word) / sizeof(word[0]); i++)
        if (*word[i] && strcmp(text, word[i]) == 0) {
            r->c->platform.arm.gic_version = i;
            return true;
        }
    return !text || fail(r->e, "%s: gic_version is \"%.20s\": give \"v2\", \"v3\" or \"default\", the host's", r->file, text);
}

/* "base=0x60000000,size=256" */
static bool take_bank(const struct config_reader *r, const char *text)
{
    struct platform_arm *a = &r->c->platform.arm;
    char base_text[32], size_text[32];
    uint64_t base, mib;
    if (!text || sscanf(text, " base=%31[^, ] , size=%31[^, ]", base_text, size_text) != 2)
        return fail(r->e, "%s: static_mem: entry %u is \"%.40s\": write %s, size in MiB", r->file, a->banks, text ? text : "[", static_form);
    if (!config_number_of(r, "static_mem: base", base_text, UINT64_C(1) << 52, &base) ||
        !config_number_of(r, "static_mem: size", size_text, UINT64_C(1) << 32, &mib))
        return false;
    if (mib == 0)
        return fail(r->e, "%s: static_mem: entry %u has size 0: give its MiB", r->file, a->banks);
    a->bank[a->banks++] = (struct platform_bank){ hpa(base), mib << 20 };
    return true;
}

static bool read_static_mem(const struct config_reader *r)
{
    XLU_ConfigList *list;
    int count;
    if (!config_list(r, "static_mem", static_form, &list, &count))
        return false;
    if (count > PLATFORM_BANKS_MAX)
        return fail(r->e, "%s: static_mem has %d parts, more than %d: give fewer, larger ones", r->file, count, PLATFORM_BANKS_MAX);
    for (int i = 0; i < count; i++)
        if (!take_bank(r, xlu_cfg_get_listitem(list, i)))
            return false;
    return config_toggle(r, "direct_map", false, &r->c->platform.arm.direct_map);
}

bool config_arm(const struct config_reader *r)
{
    const char *tree;
    if (!read_vuart(r) || !read_gic_version(r) || !read_static_mem(r) || !config_text(r, "device_tree", &tree))
        return false;
    if (!tree || !*tree)
        return true;
    if (r->c->platform.board == BOARD_PC)
        return fail(r->e, "%s: device_tree hands devices to Arm guests, and this one's kernel is for a PC: remove it", r->file);
    r->c->device_tree = config_resolve(r, tree);
    return true;
}
