/* Tables from files and folders: what is taken, in which order, what an image is, and what is refused with which sentence. */
#include "cli/acpi_input.c"     /* the files under test: they are not part of the host's library */
#include "cli/acpi_input_raw.c"
#include "cli/acpi_input_text.c"
#include "cli/bytes.c"
#include "cli/say.c"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static char folder[] = "/tmp/acpi-input.XXXXXX";
static struct acpi_input in;
static struct error e;

static char *path(const char *name)
{
    static char buffer[4][128];
    static unsigned next_one;
    char *to = buffer[next_one++ % 4];
    (void)snprintf(to, sizeof(buffer[0]), "%s%s%s", folder, *name ? "/" : "", name);
    return to;
}

static void write_file(const char *name, const void *bytes, size_t n)
{
    FILE *f = fopen(path(name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    (void)fclose(f);
}

static void write_text(const char *name, const char *text) { write_file(name, text, strlen(text)); }

static size_t table(uint8_t *to, const char *signature, size_t length)
{
    uint8_t sum = 0;
    memset(to, 0, length);
    memcpy(to, signature, 4);
    to[4] = (uint8_t)length;
    to[5] = (uint8_t)(length >> 8);
    for (size_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + to[i]);
    to[9] = (uint8_t)-sum;
    return length;
}

static void write_table(const char *name, const char *signature, size_t length)
{
    uint8_t bytes[512];
    write_file(name, bytes, table(bytes, signature, length));
}

static bool add(const char *what)
{
    memset(&e, 0, sizeof(e));
    return acpi_input_add(&in, what, &e);
}
static bool read_only(const char *what)
{
    acpi_input_free(&in);
    return add(what);
}
static void refused(const char *what, const char *sentence)
{
    assert_false(read_only(what));
    if (!strstr(e.text, sentence) || strlen(e.text) > 300 || (what[0] == '/' && strncmp(e.text, what, strlen(what)) != 0))
        fail_msg("\"%s\" is not about %s, \"%s\"", e.text, what, sentence);
}
static void expect(const char *signatures)
{
    assert_int_equal(in.set.n * 5, strlen(signatures) + (*signatures != '\0'));
    for (unsigned i = 0; i < in.set.n; i++)
        assert_true(acpi_is(&in.set.table[i], signatures + 5 * i));
}

static int empty_folder(void **state)
{
    (void)state;
    acpi_input_free(&in);
    (void)snprintf(folder + strlen("/tmp/acpi-input."), 7, "XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[64];
    (void)snprintf(command, sizeof(command), "rm -rf %s", folder);
    acpi_input_free(&in);
    return system(command);
}

static void folders(void **state)
{
    (void)state;
    write_table("SSDT10", "SSDT", 50);
    write_table("SSDT2", "SSDT", 42);
    write_table("APIC", "APIC", 44);
    write_table("x.aml", "DSDT", 40);
    write_table("FACP.DAT", "FACP", 116);
    write_file("dmesg.txt", "hello\n", 6);
    write_file("README", "hello\n", 6);      /* not four letters and a number */
    assert_int_equal(mkdir(path("dynamic"), 0700) | mkdir(path("data"), 0700) | mkdir(path("OEM1"), 0700), 0);
    write_table("dynamic/SSDT7", "SSDT", 77);
    assert_true(read_only(path("")));
    expect("APIC FACP SSDT SSDT DSDT");
    assert_int_equal(in.set.table[2].bytes.left, 42);
    assert_int_equal(in.set.table[3].bytes.left, 50);
    assert_false(in.set.table[0].placed);
    assert_true(add(path("dynamic")));          /* one after the other */
    expect("APIC FACP SSDT SSDT DSDT SSDT");
}

static void folders_refused(void **state)
{
    (void)state;
    refused(path(""), "no table is in this folder");
    refused(path("nothing"), "No such file or directory");
    write_table("SSDT1", "SSDT", 40);
    assert_int_equal(symlink(path("SSDT1"), path("SSDT2")), 0);
    refused(path(""), "/SSDT2: is a symbolic link");
    assert_int_equal(unlink(path("SSDT2")) | mkfifo(path("SSDT2"), 0600), 0);
    refused(path(""), "/SSDT2: is no regular file");
    assert_int_equal(unlink(path("SSDT2")), 0);
    write_file("SSDT2", "", 0);
    refused(path(""), "/SSDT2: is empty");
    write_file("SSDT2", "\x01\x02\x03\x04\x05\x06", 6);
    refused(path(""), "/SSDT2: offset 0: no ACPI table begins here");
}

static void files(void **state)
{
    (void)state;
    uint8_t all[512];
    size_t n = table(all, "SSDT", 40);
    n += table(all + n, "APIC", 44);
    memset(all + n, 0, 12);
    n += 12;                                    /* padding */
    n += table(all + n, "SSDT", 50);
    write_file("all", all, n);
    assert_true(read_only(path("all")));
    expect("SSDT APIC SSDT");
    write_file("cut", all, n - 1);
    assert_true(read_only(path("cut")));
    expect("SSDT APIC SSDT");
    assert_int_equal(in.set.table[2].faults, ACPI_CUT);
    memcpy(all + n, "\1\2\3\4", 4);
    write_file("more", all, n + 4);
    refused(path("more"), "offset 0x92: no ACPI table begins here");
    write_file("xz", "\xfd" "7zXZ\0\0\0", 8);
    refused(path("xz"), "is compressed");
    write_file("utf-16", "\xff\xfeS\0S\0", 6);
    refused(path("utf-16"), "UTF-16");
    assert_int_equal(truncate(path("all"), 100 << 20), 0);
    refused(path("all"), "is more than the 32 MiB");
    refused("/dev/zero", "is more than the 32 MiB");
}

static void texts(void **state)
{
    (void)state;
    static const char good[] = "from a machine\n\nSSDT @ 0x0\n  0000: 53 53 44 54 28 00 00 00 00 00 00 00 00 00 00 00  SSDT(...........\r\n"
                               "RSD PTR @ 0x000f05b0\n  0000: 52 53 44 20 50 54 52 20\n";
    write_text("good", good);
    assert_true(read_only(path("good")));
    expect("SSDT");
    assert_int_equal(in.set.table[0].faults, ACPI_CUT);
    assert_false(in.set.table[0].placed);
    assert_true(in.set.rsdp.placed && in.set.rsdp.at == 0xf05b0);
    write_text("digit", "SSDT @ 0x0\n  0000: 53 5G\n");
    refused(path("digit"), "line 2: a byte is not two hex digits");
    write_text("none", "SSDT @ 0x0\n  0000: 01 02 03 04 05\n");
    refused(path("none"), "line 1: no ACPI table begins here");
    write_text("other", "kernel = 1\n");
    refused(path("other"), "no table's header");
    char *line = malloc(ACPI_WINDOW + 20);
    memset(line, 'x', ACPI_WINDOW + 20);
    line[10] = '\n';
    write_file("long", line, ACPI_WINDOW + 20);
    refused(path("long"), "line 2: is longer than 64 KiB");
    free(line);
}

/* Longer than the window, and lines across its end. */
static void long_texts(void **state)
{
    (void)state;
    FILE *f = fopen(path("text"), "w");
    char line[ACPIDUMP_LINE_MAX];
    uint8_t bytes[16] = "SSDT\x00\x80\x02";
    assert_non_null(f);
    for (unsigned t = 0; t < 3; t++) {
        acpidump_write_header(line, "SSDT", 0x1000 * t);
        (void)fputs(line, f);
        for (unsigned at = 0; at < 0x28000; at += 16) {
            acpidump_write_bytes(line, at, span_of(at ? bytes + 8 : bytes, at ? 8 : 16));
            acpidump_write_bytes(line, at, at ? span_of("0123456789abcdef", 16) : span_of(bytes, 16));
            (void)fputs(line, f);
        }
    }
    (void)fclose(f);
    assert_true(read_only(path("text")));
    expect("SSDT SSDT SSDT");
    assert_int_equal(in.set.table[2].bytes.left, 0x28000);
    assert_memory_equal(in.set.table[2].bytes.at + 0x27ff0, "0123456789abcdef", 16);
    assert_int_equal(in.set.table[2].at, 0x2000);
}

/* An image of memory as `acpi dump --format raw` writes it; `before` bytes of other things come first. */
static size_t image(uint8_t *to, uint64_t base, size_t before, bool with_xsdt)
{
    size_t at = before + 48, apic = at, rsdt, xsdt, ssdt;
    memset(to, 0, before + 48);
    at += table(to + at, "APIC", 48);
    ssdt = at;
    at += table(to + at, "SSDT", 48);
    rsdt = at;
    at += table(to + at, "RSDT", 40);
    *(uint32_t *)(void *)(to + rsdt + 36) = (uint32_t)(base + apic);
    xsdt = at;
    at += table(to + at, "XSDT", 52);
    memcpy(to + xsdt + 36, &(uint64_t[]){ base + apic, base + ssdt }, 16);
    uint8_t *r = to + before, sum = 0;
    memcpy(r, "RSD PTR ", 8);
    r[15] = with_xsdt ? 2 : 0;
    memcpy(r + 16, &(uint32_t){ (uint32_t)(base + rsdt) }, 4);
    if (with_xsdt) {
        r[20] = 36;
        memcpy(r + 24, &(uint64_t){ base + xsdt }, 8);
    }
    for (unsigned i = 0; i < 20; i++)
        sum = (uint8_t)(sum + r[i]);
    r[8] = (uint8_t)-sum;
    for (sum = 0; r < to + before + 36; r++)
        sum = (uint8_t)(sum + *r);
    to[before + 32] = (uint8_t)-sum;
    for (size_t root = rsdt, n = 40; root <= xsdt; root = xsdt + (root == xsdt), n = 52) {
        for (sum = 0, at = root; at < root + n; at++)
            sum = (uint8_t)(sum + (at == root + 9 ? 0 : to[at]));
        to[root + 9] = (uint8_t)-sum;
    }
    return xsdt + 52;
}

static void images(void **state)
{
    (void)state;
    static const uint64_t bases[] = { 0xfc000000, 0x1000, 0 };
    uint8_t bytes[1024];
    for (unsigned i = 0; i < 6; i++) {      /* of memory from 0 on, the RSDP is not at 0 */
        uint64_t base = bases[i / 2];
        size_t before = i & 1 || !base ? 64 : 0;
        write_file("image", bytes, image(bytes, base, before, true));
        assert_true(read_only(path("image")));
        expect("APIC SSDT");
        assert_true(in.set.rsdp.placed && in.set.rsdp.at == base + before && in.set.table[0].at == base + before + 48);
        assert_int_equal(in.set.rsdp.faults | in.set.rsdt.faults | in.set.xsdt.faults | in.set.table[0].faults, 0);
    }
    write_file("image", bytes, image(bytes, 0xfc000000, 0, false));
    assert_true(read_only(path("image")));
    expect("APIC");
    assert_false(add(path("image")));
    assert_non_null(strstr(e.text, "is of a second machine"));
    size_t n = image(bytes, 0xfc000000, 0, true);
    bytes[n - 10] ^= 1;                         /* the XSDT's sum: the RSDT says where the image stood */
    write_file("image", bytes, n);
    assert_true(read_only(path("image")));
    expect("APIC");
    assert_int_equal(in.set.xsdt.faults, ACPI_CHECKSUM);
}

/* The same tables one after the other, with addresses of a machine that is not in the file, are no image. */
static void one_after_the_other(void **state)
{
    (void)state;
    uint8_t bytes[1024], loose[1024];
    size_t n = image(bytes, 0xfc000000, 0, true);
    memcpy(loose, bytes, 36);
    memcpy(loose + 36, bytes + n - 92, 92);     /* RSDT and XSDT */
    write_file("loose", loose, 36 + 92);
    assert_true(read_only(path("loose")));
    expect("");
    assert_true(in.set.rsdp.bytes.at && in.set.rsdt.bytes.at && in.set.xsdt.bytes.at && !in.set.rsdp.placed);
    n = image(bytes, 0xfc000000, 0, false);     /* an RSDP of ACPI 1.0 with the room of a later one */
    memcpy(loose, bytes, 36);
    memset(loose + 32, 0xaa, 4);
    table(loose + 36, "SSDT", 50);
    write_file("old", loose, 36 + 50);
    assert_true(read_only(path("old")));
    expect("SSDT");
    write_file("alone", loose, 36);
    assert_true(read_only(path("alone")));
    assert_int_equal(in.set.rsdp.bytes.left, 20);
}

static void spoiled(void **state)
{
    (void)state;
    uint8_t bytes[1024];
    srand(4);
    for (unsigned i = 0; i < 2000; i++) {
        size_t n = image(bytes, 0xfc000000, 16 * (i % 3), i & 1);
        for (unsigned k = 0; k < 1 + i % 8; k++)
            bytes[(unsigned)rand() % n] = (uint8_t)(rand() % 3 ? rand() : 0xff);
        write_file("image", bytes, n - (unsigned)rand() % 20);
        bool ok = read_only(path("image"));
        assert_true(ok == !failed(&e));
    }
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, empty_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(folders), IN_FOLDER(folders_refused), IN_FOLDER(files), IN_FOLDER(texts),
        IN_FOLDER(long_texts), IN_FOLDER(images), IN_FOLDER(one_after_the_other), IN_FOLDER(spoiled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
