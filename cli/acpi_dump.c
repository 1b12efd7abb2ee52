/* Owns: `bedplate acpi dump`: the tables that a guest will see, by the code that builds them at boot. */
#include "acpi/show/show.h"
#include "cli/acpi.h"
#include "cli/acpi_dump.h"
#include "cli/acpi_guest.h"
#include "cli/output.h"
#include "lib/nearest.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum form { AS_TEXT, AS_FILES, AS_RAW, AS_ACPIDUMP, AS_ASL, AS_HEX, AS_JSON };
static const struct { const char *name; enum form form; } forms[] = {
    { "raw", AS_RAW }, { "acpidump", AS_ACPIDUMP }, { "asl", AS_ASL }, { "hex", AS_HEX }, { "json", AS_JSON },
};
enum { FORMS = sizeof(forms) / sizeof(forms[0]) };

static void line(void *owner, const char *text)
{
    (void)owner;
    (void)puts(text);
}

static bool is_folder(const char *path)
{
    struct stat s;
    return path && stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

static void show(const struct acpi_set *s, enum acpi_show_form form)
{
    struct acpi_show w;
    const struct acpi_listener l = acpi_show_begin(&w, form, line, NULL);
    (void)acpi_describe_set(s, &l);
    acpi_show_end(&w);
}

/* Those that print, on stdout or into a file in its place. */
static bool print(const struct acpi_guest *g, enum form form, const char *path, struct error *e)
{
    struct output o;
    if (!output_open(&o, path, e))
        return false;
    if (form == AS_ACPIDUMP)
        acpi_dump_as_acpidump(&g->set);
    else if (form == AS_JSON)
        acpi_dump_as_json(&g->set);
    else if (form == AS_RAW)
        (void)fwrite(g->image, 1, g->used, stdout);
    else
        show(&g->set, form == AS_HEX ? ACPI_SHOW_HEX : ACPI_SHOW_TEXT);
    return output_close(&o, true, e);
}

static int dump(const char *path, enum form form, const char *output)
{
    struct error e = { "" };
    struct acpi_guest g;
    int code = EXIT_REFUSED;
    if (!acpi_guest_read(&g, path, &e))
        return complain_error(code, &e);
    if (form == AS_FILES || (form == AS_RAW && is_folder(output))) {
        (void)acpi_dump_files(&g.set, output, &e);
    } else if (form == AS_ASL) {
        (void)acpi_dump_asl(&g.set, output, &e);
        code = EXIT_HOST;
    } else {
        (void)print(&g, form, output, &e);
    }
    acpi_guest_free(&g);
    return failed(&e) ? complain_error(code, &e) : EXIT_WELL;
}

static int unknown_form(const char *word)
{
    const char *names[FORMS];
    for (unsigned i = 0; i < FORMS; i++)
        names[i] = forms[i].name;
    const char *near = nearest(word, names, FORMS);
    return complain(EXIT_USAGE, "acpi dump: --format %.20s is none that it writes: %s%s", word,
                    near ? "did you mean " : "see `bedplate acpi dump --help`", near ? near : "");
}

static bool read_form(const char *word, enum form *form)
{
    for (unsigned i = 0; i < FORMS; i++)
        if (strcmp(word, forms[i].name) == 0) {
            *form = forms[i].form;
            return true;
        }
    return false;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {
        { "json", no_argument, NULL, 'j' }, { "output", required_argument, NULL, 'o' }, { "format", required_argument, NULL, 'f' }, { 0 },
    };
    enum form form = AS_TEXT, was = AS_TEXT;
    const char *output = NULL;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "o:", options, NULL)) != -1;) {
        if (c == '?')
            return complain_option("acpi dump", argv);
        if (c == 'f' && !read_form(optarg, &form))
            return unknown_form(optarg);
        form = c == 'j' ? AS_JSON : form;
        if (was != AS_TEXT && form != was)
            return complain(EXIT_USAGE, "acpi dump: two formats exclude each other: give one --format, or --json");
        was = form;
        output = c == 'o' ? optarg : output;
    }
    if (optind + 1 != argc)
        return complain(EXIT_USAGE, "acpi dump: write `bedplate acpi dump CFG`: see `bedplate acpi dump --help`");
    if (form == AS_RAW && (!output || is_stdout(output)) && isatty(STDOUT_FILENO))
        return complain(EXIT_USAGE, "acpi dump: raw bytes would spoil the terminal: name a file with -o, or use --format acpidump");
    return dump(argv[optind], form == AS_TEXT && output ? AS_FILES : form, output);
}

const struct command acpi_verb_dump = {
    "dump", "CFG", "the ACPI tables that a guest will see",
    "Builds a guest's ACPI tables as the hypervisor does, byte for byte, and shows them field by field. Ramdisks are not\n"
    "opened, and of the kernel only the beginning, which tells whether the guest is one for Arm.\n\n"
    "  -o, --output PATH    without a format: write each table's bytes to PATH/NAME.dat; else the file to write\n"
    "  --format raw         the image as it stands in the guest's memory; PATH a folder that exists: NAME.dat in it\n"
    "  --format acpidump    the text of acpidump, which acpixtract and others read\n"
    "  --format asl         as iasl takes the tables apart; PATH is the folder for NAME.dsl\n"
    "  --format hex         each byte beside the field it belongs to\n"
    "  --format json        names, addresses, bytes and fields, for programs\n"
    "  --json               the same\n\n"
    "Examples:\n"
    "  bedplate acpi dump linux.cfg\n"
    "  bedplate acpi dump linux.cfg -o tables && iasl -d tables/DSDT.dat\n"
    "  bedplate acpi dump linux.cfg --format acpidump -o linux.txt && acpixtract -a linux.txt\n",
    run, NULL,
};
