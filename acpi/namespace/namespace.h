/*
 * The namespace that a machine's AML declares (ACPI 6.4, chapters 5.3 and 20), read without running any of it: scopes, devices,
 * names with constant values; methods are opaque. Pure, bounded, no recursion deeper than a fixed number; believes no byte.
 */
#ifndef ACPI_NAMESPACE_NAMESPACE_H
#define ACPI_NAMESPACE_NAMESPACE_H
#include "lib/span.h"

enum aml_kind {
    AML_SCOPE,                  /* the root and the predefined scopes, or a Scope() whose own declaration is elsewhere or unknown */
    AML_DEVICE_NODE, AML_PROCESSOR, AML_THERMAL, AML_POWER, AML_METHOD, AML_NAMED, AML_REGION, AML_FIELD, AML_MUTEX, AML_EVENT,
    AML_ALIAS, AML_EXTERNAL, AML_BANK_OR_INDEX, AML_BUFFER_FIELD, AML_DATA_REGION,
};

enum { AML_NONE = -1, AML_ROOT = 0, AML_PATH_MAX = 1024, AML_DEPTH_MAX = 64 };

struct aml_node {
    char name[4];               /* padded with '_' */
    int parent, first, next;    /* indices in the namespace: enclosing scope, first child, next sibling (in order of declaration) */
    int last, bucket, chain;    /* the tree's own: last child; of its hash, kept in the nodes: head of bucket [this index], next in its bucket */
    uint8_t kind, arguments;    /* enum aml_kind; a method's */
    uint8_t depth;              /* the tree's own: names in its path */
    bool foreseen;              /* the reader's own: met in the first pass over its table only */
    bool conditional;           /* declared inside If/Else/While or a method's body that runs at load: it may or may not exist */
    uint16_t table;             /* which call of aml_read */
    struct span data;           /* AML_NAMED: its DataRefObject's AML; AML_METHOD: its body; AML_ALIAS: the name it stands for; AML_PROCESSOR: ProcID (1 byte), PblkAddr (4), PblkLen (1); AML_REGION: RegionSpace (1 byte), then its offset's and length's AML */
};

/* Why something was passed over. */
enum aml_why {
    AML_UNCLEAR,                /* no AML, or not as ACPI 6.4, 20.2 has it */
    AML_PAST_END,               /* a PkgLength that reaches beyond what it stands in */
    AML_TOO_DEEP,               /* AML_DEPTH_MAX lists, or operands, lie in each other there */
};
/* Where the first of them stands: its table as aml_node.table has it, and its offset in that table's body. */
struct aml_passed { enum aml_why why; uint16_t table; size_t at; };

/* The caller gives the nodes: 40,000 are enough for every machine seen. */
struct aml_namespace {
    struct aml_node *node;
    unsigned n, max, tables;
    unsigned buckets;           /* the tree's own: a power of two, at most max */
    unsigned skipped;           /* places where the rest of an enclosing package could not be understood and was passed over */
    struct aml_passed first;    /* the first of them, if there are any */
    bool full;                  /* more declarations than max */
};

/* Begins with the root and the predefined scopes (\_GPE \_PR_ \_SB_ \_SI_ \_TZ_). max at least 16. */
void aml_namespace_init(struct aml_namespace *ns, struct aml_node *node, unsigned max);

/* Adds the declarations of one definition block: what follows the 36-byte header. False: something was passed over or full. */
bool aml_read(struct aml_namespace *ns, struct span body);

/* A node by its full path: "\\_SB.PCI0", "\\_SB_.PCI0" and "_SB.PCI0" name the same. AML_NONE: there is none. */
int aml_find(const struct aml_namespace *ns, const char *path);
/* What an alias stands for, in the end; any other node is itself. AML_NONE: what it names is not there. */
int aml_target(const struct aml_namespace *ns, int node);
/* The child of `node` of that name (1..4 characters); through Scope() of any table. */
int aml_child(const struct aml_namespace *ns, int node, const char *name);
/* "\_SB_.PCI0.UAR1" as STAO and iasl write it; segments of 4 characters. Always ends with NUL; false: cut. */
bool aml_path(const struct aml_namespace *ns, int node, char *to, unsigned size);

/* A constant integer / string that a Name holds; false when it is another thing (a method, a reference, an expression). */
bool aml_integer_value(const struct aml_namespace *ns, int node, uint64_t *v);
bool aml_string_value(const struct aml_namespace *ns, int node, char *to, unsigned size);
/* The bytes that a Name's Buffer of constant size is given (20.2.5.4), a resource template for example; broken when it is another thing. */
struct span aml_buffer_value(const struct aml_namespace *ns, int node);

/* _HID (which 0) or the nth _CID (which 1...) of a device as text, "PNP0501" or "ACPI0007"; false: no more, or not constant. */
bool aml_device_id(const struct aml_namespace *ns, int device, unsigned which, char *to, unsigned size);

/* A packed EISA id as text: a big-endian number of three 5-bit letters and four hex digits (19.6.36). False: v is none, or size below 8. */
bool aml_eisa_text(uint64_t v, char *to, unsigned size);

/* SLP_TYPa and SLP_TYPb of \_Sn_ (n 0..5; ACPI 6.4, 7.4.2). False: absent, or no package of constants. */
bool aml_sleep_type(const struct aml_namespace *ns, unsigned n, uint8_t *a, uint8_t *b);
#endif
