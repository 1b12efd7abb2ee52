/*
 * How tables are described to the teller: each kind of table is a list of rows (fields in the order they stand), then perhaps a
 * list of structures with rows of their own. What a row cannot say is a check of its value or a function of its kind.
 * Invariant of a telling: bytes are told in order, each byte of the table at depth 0 exactly once.
 */
#ifndef ACPI_SHOW_DESCRIBE_INTERNAL_H
#define ACPI_SHOW_DESCRIBE_INTERNAL_H
#include "acpi/show/describe.h"
#include "acpi/table.h"

enum { TELL_VALUE = 512, TELL_FAULT = 320, TELL_NAME = 128, TELL_LEAST = 5 };

struct telling;

/*
 * A field's words. Of a number: the one whose value it has. Of bits: those with (number & mask) == value; bits that none of
 * them matches are reserved, and a fault when set. value WORD_NUMBER: what is under the mask is told as a number.
 */
struct tell_word { uint64_t mask, value; const char *name; };   /* name NULL, mask 0: the end; name NULL, mask: nothing to tell */
#define WORD_NUMBER UINT64_MAX
#define IS(v, name)             { UINT64_MAX, (v), (name) }
#define BIT(n, name)            { UINT64_C(1) << (n), UINT64_C(1) << (n), (name) }
#define PART(mask, v, name)     { (mask), (v), (name) }
#define FIELD(mask, name)       { (mask), WORD_NUMBER, (name) }
#define WORDS_END               { 0, 0, NULL }

/* All but text, UUID, register and bytes have 1..8 bytes. */
enum tell_kind {
    TELL_END,                   /* no row: the end of a list */
    TELL_HEX, TELL_NUMBER,
    TELL_WORD,                  /* hex, and which of its words */
    TELL_BITS,                  /* hex, and all words that match */
    TELL_TEXT,                  /* ASCII of any length, in quotes, without the blanks and NULs behind it */
    TELL_REGISTER,              /* generic address structure, 12 bytes (ACPI 6.4, 5.2.3.2) */
    TELL_UUID,                  /* 16 bytes, the first three parts little-endian */
    TELL_DEVICE,                /* 2 bytes: PCI bus << 8 | device << 3 | function */
    TELL_BYTES,
    TELL_RESERVED,              /* any length; a fault when not zero */
    TELL_UNUSED,                /* any length; whatever stands there means nothing */
    TELL_TYPE, TELL_LENGTH,     /* of a structure in a list: its list's head only */
    TELL_KINDS,
    TELL_DULL = 0x80,           /* or'ed to a kind: not worth a line when zero */
};
enum { TELL_REST = 0xffff };    /* a row's size: up to the end of its structure */

struct tell_row {
    const char *name;
    uint16_t size;
    uint8_t kind;
    const struct tell_word *words;
    void (*check)(struct telling *t, uint64_t v);   /* may call tell_note and tell_wrong; v 0 for what is no number */
};
/* Rows in short. */
#define T_ROW(name, n, kind)            { (name), (n), (kind), NULL, NULL }
#define T_CHECK(name, n, kind, check)   { (name), (n), (kind), NULL, (check) }
#define T_HEX(name, n)                  T_ROW(name, n, TELL_HEX)
#define T_NUMBER(name, n)               T_ROW(name, n, TELL_NUMBER)
#define T_TEXT(name, n)                 T_ROW(name, n, TELL_TEXT)
#define T_REGISTER(name)                T_ROW(name, 12, TELL_REGISTER)
#define T_UUID(name)                    T_ROW(name, 16, TELL_UUID)
#define T_DEVICE(name)                  T_ROW(name, 2, TELL_DEVICE)
#define T_BYTES(name, n)                T_ROW(name, n, TELL_BYTES)
#define T_RESERVED(n)                   T_ROW("Reserved", n, TELL_RESERVED)
#define T_UNUSED(n)                     T_ROW("Reserved", n, TELL_UNUSED)
#define T_BITS(name, n, words)          { (name), (n), TELL_BITS, (words), NULL }
#define T_WORD(name, n, words)          { (name), (n), TELL_WORD, (words), NULL }
#define ROWS_END { NULL, 0, TELL_END, NULL, NULL }

struct tell_list;
/* A structure of a list. least: the shortest it may be, 0: all its rows. What is behind its rows is a list, or for `tell`, or data. */
struct tell_sub {
    uint32_t type;
    uint16_t least;
    const char *name;                               /* NULL: the end */
    const struct tell_row *rows;
    const struct tell_list *list;
    void (*tell)(struct telling *t);
};
#define SUBS_END { 0, 0, NULL, NULL, NULL, NULL }
struct tell_list {
    const struct tell_row *head;                    /* what all have: with a TELL_TYPE and a TELL_LENGTH row; without them of fixed size */
    const struct tell_sub *subs;                    /* without a TELL_TYPE row: the first one is all */
    const char *other;                              /* what one of unknown type is called; NULL: "Structure" */
    uint32_t (*length)(struct telling *t, uint32_t type);   /* where no TELL_LENGTH row tells it: bytes of the one at t->at, 0: unknown */
    bool head_in_rows;                              /* the subs' rows tell the head's bytes too */
};

struct tell_kind_of {
    const char *signature, *title, *clause;
    uint8_t low, high;                              /* revisions that exist; high 0: not judged */
    struct { uint8_t revision; uint16_t length; } least[TELL_LEAST];    /* bytes from that revision on, header included */
    const struct tell_row *rows;                    /* behind the header */
    const struct tell_list *list;                   /* behind the rows */
    void (*tell)(struct telling *t);                /* tells all behind the header instead */
    void (*judge)(struct telling *t);               /* after the last field: faults of the table */
    bool bare;                                      /* no header: rows begin at 0 (RSDP, FACS) */
};

/* The kind whose title and rows these are; never NULL: unknown ones have a kind of bytes. */
const struct tell_kind_of *tell_kind(const struct acpi_table *table);

struct telling {
    const struct acpi_set *set;
    const struct acpi_table *table;
    const struct tell_kind_of *kind;
    const struct acpi_listener *l;
    const uint8_t *bytes;
    uint32_t size, at, end;     /* bytes there; the next one to tell; where the innermost structure ends */
    uint32_t from;              /* where the innermost structure begins */
    unsigned depth, faults;
    uint8_t revision;
    bool newer;                 /* of a revision that we do not know: what we take for reserved may mean something */
    void *own;                  /* what a kind's checks share */
    char value[TELL_VALUE], wrong[TELL_FAULT];
    unsigned used;              /* of value */
    char late[2 * TELL_FAULT];  /* faults of the table, until its last field is told: each with its NUL */
    unsigned late_used;
};

/* Little-endian number at `offset` of the table; 0 where there is nothing. */
uint64_t tell_get(const struct telling *t, uint32_t offset, unsigned size);
/* The same from the beginning of the innermost structure, and not beyond its end. */
uint64_t tell_own(const struct telling *t, uint32_t offset, unsigned size);

/* The rows, as far as there are bytes; then t->at is behind them. */
void tell_rows(struct telling *t, const struct tell_row *rows);
uint32_t tell_rows_size(const struct tell_row *rows);
/* Structures until t->end; at most `most` of them. */
void tell_list(struct telling *t, const struct tell_list *list, uint32_t most);
/* Up to `end`, as rows of 16 bytes called `name`. */
void tell_data(struct telling *t, uint32_t end, const char *name);
/* Text up to a NUL, or up to `end`. */
void tell_string(struct telling *t, uint32_t end, const char *name);
/* n bytes as one field whose value and fault are as they were prepared by tell_add and tell_wrong. */
void tell_field(struct telling *t, const char *name, uint32_t n, bool dull);
/* A heading of n bytes and what is in it: sets t->end and t->depth; *outer is to be handed to tell_close. */
struct tell_outer { uint32_t from, end; };
struct tell_outer tell_open(struct telling *t, const char *name, uint32_t n);
void tell_close(struct telling *t, struct tell_outer outer);

/* Adds to the value of the field being told. */
void tell_add(struct telling *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tell_add_text(struct telling *t, const char *text);
void tell_add_hex(struct telling *t, uint64_t v);           /* with 0x */
void tell_add_number(struct telling *t, uint64_t v);
void tell_add_ascii(struct telling *t, const uint8_t *at, uint32_t n);
void tell_add_bytes(struct telling *t, const uint8_t *at, uint32_t n);
void tell_add_words(struct telling *t, uint64_t v, const struct tell_word *words);
/* What is wrong with the field being told; the first sentence stands. */
void tell_wrong(struct telling *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* ... with the table as a whole; what does not fit the few that are kept is left out. */
void tell_table_wrong(struct telling *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

void tell_late(struct telling *t);

bool tell_zero(const uint8_t *at, uint32_t n);

/* Whether s tells where everything stands, so that a pointer to nothing is one. */
bool tell_placed(const struct acpi_set *s);
const struct acpi_table *tell_at(const struct acpi_set *s, uint64_t at);

/* Numbers that were seen before: of those below SEEN_MAX. */
enum { SEEN_MAX = 32768 };
struct tell_seen { uint64_t bits[SEEN_MAX / 64]; };
bool tell_seen(struct tell_seen *s, uint64_t v);            /* true: a second time */

/* What is wrong with n bytes as an absolute path in the namespace ("\\_SB.PCI0"; 20.2.2 and 5.3); NULL: nothing. */
const char *tell_path_fault(const uint8_t *at, uint32_t n);

/* Each family ends with a kind whose signature is NULL. */
extern const struct tell_kind_of tell_root_kinds[], tell_fadt_kinds[], tell_madt_kinds[], tell_aml_kinds[], tell_numa_kinds[],
    tell_pci_kinds[], tell_iort_kinds[], tell_iommu_kinds[], tell_serial_kinds[], tell_error_kinds[], tell_platform_kinds[], tell_guest_kinds[],
    tell_power_kinds[], tell_boot_kinds[], tell_other_kinds[];
#endif
