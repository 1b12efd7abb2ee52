/*
 * Owns: the way from a bzImage (Linux's Documentation/arch/x86/boot.rst) to its payload, and the same for arm64's vmlinuz.efi (Linux:
 * drivers/firmware/efi/libstub/Makefile.zboot). Invariant: every offset of the
 * header is checked against the file before it is followed.
 */
#include "cli/unpack.h"
#include "cli/cli.h"
#include "loader/image.h"
#include <ctype.h>
#include <string.h>

enum {
    SETUP_SECTS = 0x1f1, HEADER_MAGIC = 0x202, HEADER_VERSION = 0x206, KERNEL_VERSION = 0x20e,
    ZBOOT_MAGIC = 4, ZBOOT_OFFSET = 8, ZBOOT_SIZE = 12,
    PAYLOAD_OFFSET = 0x248, PAYLOAD_LENGTH = 0x24c, SECTOR = 512, HAS_PAYLOAD = 0x208,
};

static uint64_t at(struct span file, uint64_t offset, unsigned size)
{
    struct span s = span_slice(file, offset, size);
    return span_le(&s, size);
}

/* The header points to it, less 0x200; a NUL ends it. */
static void read_version(struct unpacked *u, struct span file)
{
    uint64_t offset = at(file, KERNEL_VERSION, 2);
    if (!offset)
        return;
    (void)span_take(&file, offset + SECTOR);
    for (size_t i = 0; i < sizeof(u->version) - 1 && !file.broken && i < file.left && isprint(file.at[i]); i++)
        u->version[i] = (char)file.at[i];
}

static bool find_payload(struct span file, struct span *payload, const char *name, struct error *e)
{
    uint64_t sectors = at(file, SETUP_SECTS, 1), offset = at(file, PAYLOAD_OFFSET, 4), length = at(file, PAYLOAD_LENGTH, 4);
    if (at(file, HEADER_VERSION, 2) < HAS_PAYLOAD)
        return fail(e, "%s: a bzImage of boot protocol %llu.%02llu, which does not say where its kernel is (2.08 does): give a "
                    "newer kernel or its vmlinux", shown(name), (unsigned long long)at(file, HEADER_VERSION + 1, 1),
                    (unsigned long long)at(file, HEADER_VERSION, 1));
    offset += ((sectors ? sectors : 4) + 1) * SECTOR;
    *payload = span_slice(file, offset, length);
    if (payload->broken)
        return fail(e, "%s: a bzImage cut short: its kernel lies at 0x%llx..0x%llx but the file ends at 0x%zx: copy the file "
                    "again", shown(name), (unsigned long long)offset, (unsigned long long)(offset + length), file.left);
    return true;
}

static bool decode(struct unpacked *u, const struct packing *p, struct span from, const char *name, struct error *e)
{
    const char *bad = p->decode(&u->owned, from);
    if (bad)
        return fail(e, "%s: its %s data is %s: copy the file again", shown(name), p->name, bad);
    u->packing = p->name;
    u->elf = bytes_span(&u->owned);
    return true;
}

static bool unpack_bzimage(struct unpacked *u, struct span file, const char *name, struct error *e)
{
    struct span payload;
    u->bzimage = true;
    read_version(u, file);
    if (!find_payload(file, &payload, name, e))
        return false;
    const struct packing *p = packing_of(payload);
    if (!p && at(payload, 0, 4) == 0x464c457f) {        /* CONFIG_KERNEL_UNCOMPRESSED */
        u->elf = payload;
        return true;
    }
    if (!p)
        return fail(e, "%s: a bzImage whose kernel is packed in none of gzip, bzip2, lzma, xz, lz4, zstd: give its vmlinux",
                    shown(name));
    return decode(u, p, payload, name, e);
}

static bool is_bzimage(struct span file) { return at(file, HEADER_MAGIC, 4) == 0x53726448 && at(file, 0x1fe, 2) == 0xaa55; }     /* "HdrS" */
static bool is_zboot(struct span file) { return at(file, 0, 2) == 0x5a4d && at(file, ZBOOT_MAGIC, 4) == 0x676d697a; }     /* "MZ", "zimg" */

/* A program for EFI that unpacks the kernel behind it. */
static bool zboot_payload(struct span file, struct span *payload, const char *name, struct error *e)
{
    *payload = span_slice(file, at(file, ZBOOT_OFFSET, 4), at(file, ZBOOT_SIZE, 4));
    return !payload->broken || fail(e, "%s: an EFI kernel cut short: its packed part does not lie within its %zu bytes: copy the file again",
                                    shown(name), file.left);
}

bool unpack_kernel(struct unpacked *u, struct span file, const char *name, struct error *e)
{
    *u = (struct unpacked){ .elf = file, .packing = "" };
    bool bzimage = is_bzimage(file), zboot = is_zboot(file);
    if (zboot && !zboot_payload(file, &file, name, e))
        return false;
    const struct packing *p = bzimage ? NULL : packing_of(file);
    if (zboot && !p)
        return fail(e, "%s: an EFI kernel that is packed in none of gzip, bzip2, lzma, xz, lz4, zstd: give its Image", shown(name));
    bool ok = bzimage ? unpack_bzimage(u, file, name, e) : !p || decode(u, p, file, name, e);
    if (!ok)
        bytes_free(&u->owned);
    return ok;
}

bool unpack_is_arm(const char *path)
{
    struct error e = { "" };
    struct file f;
    struct span file;
    struct bytes head = { 0 };
    bool readable = file_open(&f, path, &e);
    file = file_span(&f);
    if (is_zboot(file) && !zboot_payload(file, &file, path, &e))
        file = span_of(NULL, 0);
    const struct packing *p = is_bzimage(file) ? NULL : packing_of(file);
    if (p) {
        packing_head(p, &head, file);
        file = bytes_span(&head);
    }
    bool arm = readable && image_is(file);
    bytes_free(&head);
    file_close(&f);
    return arm;
}
