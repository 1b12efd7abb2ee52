/* Owns: `bedplate inspect`: what a kernel file is, before any guest is made of it. */
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/unpack.h"
#include "loader/image.h"
#include "loader/kernel.h"
#include <getopt.h>
#include <stdio.h>

typedef unsigned long long ull;

static void show(const char *path, const struct unpacked *u, const struct kernel *k)
{
    char notes[256];
    kernel_notes_text(k, notes, sizeof(notes));
    (void)printf("%s%s%s\n", bold(), path, plain());
    (void)printf("  file         %s%s%s, ELF%d of %zu KiB\n", u->bzimage ? "bzImage" : *u->packing ? "compressed" : "ELF",
                 *u->packing ? ", " : "", u->packing, k->is64 ? 64 : 32, u->elf.left >> 10);
    if (*u->version)
        (void)printf("  version      %s\n", u->version);
    if (*k->guest_os)
        (void)printf("  system       %s %s\n", k->guest_os, k->guest_version);
    (void)printf("  PVH entry    0x%x\n  Xen notes    %s\n", k->entry, notes);
    if (k->relocatable)
        (void)printf("  relocatable  yes: to multiples of 0x%llx within 0x%llx-0x%llx\n", (ull)k->reloc_align, (ull)k->reloc_min,
                     (ull)k->reloc_max);
    else
        (void)printf("  relocatable  no\n");
    (void)printf("  segments\n");
    for (unsigned i = 0; i < k->segments; i++) {
        const struct kernel_segment *s = &k->segment[i];
        (void)printf("    %011llx-%011llx  %9llu KiB, %9llu KiB of the file  r%c%c\n", (ull)s->at,
                     (ull)(s->at + s->memory_size - 1), (ull)(s->memory_size >> 10), (ull)(s->file_size >> 10),
                     s->write ? 'w' : '-', s->exec ? 'x' : '-');
    }
}

static void json_segments(const struct kernel *k)
{
    json_open("segments", '[');
    for (unsigned i = 0; i < k->segments; i++) {
        const struct kernel_segment *s = &k->segment[i];
        json_open(NULL, '{');
        json_number("address", s->at);
        json_number("memory_size", s->memory_size);
        json_number("file_offset", s->offset);
        json_number("file_size", s->file_size);
        json_toggle("write", s->write);
        json_toggle("execute", s->exec);
        json_close();
    }
    json_close();
}

static void show_json(const char *path, const struct unpacked *u, const struct kernel *k)
{
    char notes[256];
    kernel_notes_text(k, notes, sizeof(notes));
    json_open(NULL, '{');
    json_text("file", path);
    json_toggle("bzimage", u->bzimage);
    json_text("unpacked_from", u->packing);
    json_text("version", u->version);
    json_number("class", k->is64 ? 64 : 32);
    json_number("size", u->elf.left);
    json_number("entry", k->entry);
    json_text("guest_os", k->guest_os);
    json_text("guest_version", k->guest_version);
    json_text("notes", notes);
    json_toggle("relocatable", k->relocatable);
    if (k->relocatable) {
        json_number("reloc_align", k->reloc_align);
        json_number("reloc_min", k->reloc_min);
        json_number("reloc_max", k->reloc_max);
    }
    json_segments(k);
    json_close();
}

static void show_image(const char *path, const struct unpacked *u, const struct image *i)
{
    (void)printf("%s%s%s\n", bold(), path, plain());
    (void)printf("  file         %s%s%s of %zu KiB\n", *u->packing ? "compressed, " : "", u->packing, *u->packing ? ", arm64 Image" : "arm64 Image",
                 u->elf.left >> 10);
    (void)printf("  memory       %llu KiB, %llu KiB of the file, 0x%llx behind a 2 MiB boundary\n", (ull)(i->memory_size >> 10),
                 (ull)(i->file_size >> 10), (ull)i->text_offset);
    (void)printf("  placed       %s\n", i->anywhere ? "at any 2 MiB boundary" : "near the start of RAM");
    if (i->page_kib)
        (void)printf("  page size    %u KiB\n", i->page_kib);
}

static void show_image_json(const char *path, const struct unpacked *u, const struct image *i)
{
    json_open(NULL, '{');
    json_text("file", path);
    json_text("type", "arm64 Image");
    json_text("unpacked_from", u->packing);
    json_number("size", u->elf.left);
    json_number("text_offset", i->text_offset);
    json_number("file_size", i->file_size);
    json_number("memory_size", i->memory_size);
    json_toggle("anywhere", i->anywhere);
    json_number("page_kib", i->page_kib);
    json_close();
}

/* What the file turned out to be. */
struct found { bool is_image; struct image image; struct kernel kernel; };

static bool read_kernel(struct found *f, const struct unpacked *u, const char *path, struct error *e)
{
    f->is_image = image_is(u->elf);
    return f->is_image ? image_read(&f->image, u->elf, shown(path), e) : kernel_read(&f->kernel, u->elf, shown(path), e);
}

static bool inspect(const char *path, const char *to, bool json, struct error *e)
{
    struct file f;
    struct unpacked u = { 0 };
    struct found found;
    bool ok = file_open(&f, path, e) && unpack_kernel(&u, file_span(&f), path, e) && read_kernel(&found, &u, path, e) &&
              (!to || output_file(to, u.elf, e));
    if (ok && found.is_image)
        (json ? show_image_json : show_image)(path, &u, &found.image);
    else if (ok)
        (json ? show_json : show)(path, &u, &found.kernel);
    bytes_free(&u.owned);
    file_close(&f);
    return ok;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {
        { "json", no_argument, NULL, 'j' }, { "extract", required_argument, NULL, 'x' }, { 0 },
    };
    struct error e = { "" };
    const char *to = NULL;
    bool json = false;
    opterr = 0;
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (o != 'j' && o != 'x')
            return complain_option("inspect", argv);
        json |= o == 'j';
        to = o == 'x' ? optarg : to;
    }
    output_option("--extract");
    if (optind + 1 != argc)
        return complain(EXIT_USAGE, "inspect: name one kernel: write `bedplate inspect KERNEL`");
    return inspect(argv[optind], to, json, &e) ? EXIT_WELL : complain_error(EXIT_REFUSED, &e);
}

const struct command command_inspect = {
    "inspect", "KERNEL [--json]", "say what a kernel file is and where it wants to be",
    "Reads an ELF kernel, a bzImage (which is unpacked), an arm64 Image or one of these compressed. Prints class, Xen notes,\n"
    "PVH entry, segments and whether it can be moved; of an Image, what its header says. Refuses, with the reason, what could\n"
    "not boot as a guest.\n\n"
    "  --json           the same, for programs\n"
    "  --extract FILE   also writes the unpacked kernel to FILE\n\n"
    "Examples:\n"
    "  bedplate inspect /boot/vmlinuz-6.1.0-50-cloud-amd64\n"
    "  bedplate inspect --extract vmlinux vmlinuz\n"
    "  bedplate inspect /boot/vmlinuz-6.1.0-50-cloud-arm64\n",
    run, NULL,
};
