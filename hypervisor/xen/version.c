/*
 * Owns: HYPERVISOR_xen_version (xen/version.h, xen/features.h). We speak the interface of Xen 4.17 and say who we are
 * in extraversion: guests test the numbers, people read the text.
 */
#include "hypervisor/xen/internal.h"
#include <string.h>
#include <xen/features.h>
#include <xen/version.h>

static int64_t give_text(struct call *c, const char *text, size_t size)
{
    char field[1024] = { 0 };
    size_t n = strlen(text);
    memcpy(field, text, n < size ? n : size - 1);
    return give(c, c->arg[1], field, size) ? 0 : -XEN_EFAULT;
}

static int64_t give_compile_info(struct call *c)
{
    static const xen_compile_info_t info = { .compiler = "C11", .compile_by = "bedplate", .compile_domain = "", .compile_date = "" };
    return give(c, c->arg[1], &info, sizeof(info)) ? 0 : -XEN_EFAULT;
}

static int64_t give_features(struct call *c)
{
    xen_feature_info_t info;
    if (!take(c, &info, c->arg[1], sizeof(info)))
        return -XEN_EFAULT;
    if (info.submap_idx >= XENFEAT_NR_SUBMAPS)
        return -XEN_EINVAL;
    info.submap = xen_arch.features | 1u << (c->v->domain->platform->arm.direct_map ? XENFEAT_direct_mapped : XENFEAT_not_direct_mapped);
    return give(c, c->arg[1], &info, sizeof(info)) ? 0 : -XEN_EFAULT;
}

int64_t hypercall_version(struct call *c)
{
    uint64_t zero = 0;
    xen_domain_handle_t handle = { 0 };
    switch ((uint32_t)c->arg[0]) {
    case XENVER_version:       return XEN_ABI_MAJOR << 16 | XEN_ABI_MINOR;
    case XENVER_extraversion:  return give_text(c, "-bedplate", sizeof(xen_extraversion_t));
    case XENVER_compile_info:  return give_compile_info(c);
    case XENVER_capabilities:
        return give_text(c, xen_arch.capabilities, sizeof(xen_capabilities_info_t));
    case XENVER_changeset:     return give_text(c, "bedplate", sizeof(xen_changeset_info_t));
    case XENVER_platform_parameters:    /* virt_start: where a PV guest finds Xen; here nowhere */
        return give(c, c->arg[1], &zero, c->wide ? 8 : 4) ? 0 : -XEN_EFAULT;
    case XENVER_get_features:  return give_features(c);
    case XENVER_pagesize:      return (int64_t)PAGE_SIZE;
    case XENVER_guest_handle:
        memcpy(handle, "bedplate", 8);
        handle[14] = (uint8_t)(c->v->domain->id >> 8);
        handle[15] = (uint8_t)c->v->domain->id;
        return give(c, c->arg[1], handle, sizeof(handle)) ? 0 : -XEN_EFAULT;
    case XENVER_commandline:   return give_text(c, "", sizeof(xen_commandline_t));
    case XENVER_build_id:      return -XEN_ENODATA;
    default:                   return -XEN_ENOSYS;
    }
}
