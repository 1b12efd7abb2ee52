/* The shapes of AML's opcodes (ACPI 6.4, 20.2), as data: what follows each, and what it declares. */
#ifndef ACPI_NAMESPACE_OPCODE_H
#define ACPI_NAMESPACE_OPCODE_H
#include "lib/span.h"

/*
 * What follows an opcode, one letter each, in order:
 *   p  PkgLength; all that follows is inside        t  a term: data, an expression, a call, a SuperName, a target
 *   n  a NameString that is declared                r  a NameString that is referred to, never called; or a term that makes a reference
 *   b w d q  1, 2, 4, 8 bytes                       s  bytes up to a NUL
 *   o  the rest of the package, opaque              L  a TermList to its end           F  a FieldList to its end
 */
struct aml_shape {
    const char *name;       /* as the specification has it, without Def and Op; NULL: no such opcode */
    char follows[8];
    uint8_t declares;       /* enum aml_kind of the name 'n' or of the fields 'F' */
};

/* The opcode at the head of s, past which s moves. NULL and s unmoved: a name stands there, or no opcode. */
const struct aml_shape *aml_take_opcode(struct span *s);

/* A number written as a PkgLength (20.2.4). Where it is a length, it counts its own bytes. */
uint64_t aml_take_length(struct span *s);

/* An integer constant (20.2.3). False and s unmoved: none stands there. */
bool aml_take_integer(struct span *s, uint64_t *v);

/* Whether it opens a list, or declares: what may stand as a statement only. */
bool aml_is_declaration(const struct aml_shape *shape);
#endif
