/*
 * Owns: reading a definition block. Two passes over each table: the first foresees scopes, devices, methods, aliases and externals,
 * because an expression cannot be read past a call of a method whose number of arguments is not known yet; the second
 * declares all. No recursion: open lists lie on a stack of AML_DEPTH_MAX, operands still to come on another.
 */
#include "acpi/namespace/opcode.h"
#include "acpi/namespace/tree.h"

struct level { struct span rest; int scope; bool conditional; };
struct reader {
    struct aml_namespace *ns;
    bool foresee;
    bool too_deep;              /* why the statement being read was not understood */
    const uint8_t *body;
    unsigned depth;             /* levels in use; the last is the innermost list */
    struct level level[AML_DEPTH_MAX];
};

/* What begins at `at` is passed over. */
static void pass_over(struct reader *r, enum aml_why why, const uint8_t *at)
{
    if (!r->foresee && !r->ns->skipped++)
        r->ns->first = (struct aml_passed){ why, (uint16_t)r->ns->tables, (size_t)(at - r->body) };
}

/* One that reaches past its parent's end is cut there: what lies inside is read all the same. `begin`: of what has it. */
static struct span take_package(struct reader *r, struct span *s, const uint8_t *begin)
{
    size_t before = s->left;
    uint64_t length = aml_take_length(s), used = before - s->left;
    if (s->broken || length < used)
        return span_take(s, UINT64_MAX);
    if (length > before) {
        pass_over(r, AML_PAST_END, begin);
        length = before;
    }
    return span_take(s, length - used);
}

/* What a name in an expression takes after it: a method's arguments (20.2.5, MethodInvocation). Of what is unknown, none. */
static const char *call(const struct reader *r, struct span *s)
{
    static const char seven[] = "ttttttt";
    struct aml_name name = aml_take_name(s);
    if (s->broken)
        return "";
    int node = aml_resolve(r->ns, r->level[r->depth - 1].scope, name);
    node = aml_target(r->ns, node);
    return seven + 7 - (node == AML_NONE ? 0 : r->ns->node[node].arguments);
}

/* The term at the head of s: what follows its opcode or name. */
static const char *term(const struct reader *r, struct span *s)
{
    if (s->left && aml_begins_name(*s->at))
        return call(r, s);
    const struct aml_shape *shape = aml_take_opcode(s);
    if (!shape || aml_is_declaration(shape)) {
        s->broken = true;
        return "";
    }
    return shape->follows;
}

static void skip_plain(struct reader *r, struct span *s, char what)
{
    switch (what) {
    case 'b': (void)span_take(s, 1); break;
    case 'w': (void)span_take(s, 2); break;
    case 'd': (void)span_take(s, 4); break;
    case 'q': (void)span_take(s, 8); break;
    case 's': while (span_u8(s)) {} break;
    case 'p': (void)take_package(r, s, s->at); break;
    case 'n': (void)aml_take_name(s); break;
    default: break;             /* 'o' went with its 'p' */
    }
}

/* Past one thing of the kind `what`, and all that it is made of. Breaks s when it is not to be understood. */
static void skip(struct reader *r, struct span *s, char what)
{
    const char one[2] = { what, '\0' }, *to_come[AML_DEPTH_MAX];
    unsigned n = 0;
    to_come[0] = one;
    for (;;) {
        while (!*to_come[n])
            if (n-- == 0)
                return;
        char next = *to_come[n]++;
        if (s->broken)
            return;
        if (next == 'r' && s->left && aml_begins_name(*s->at)) {
            (void)aml_take_name(s);
        } else if (next != 't' && next != 'r') {
            skip_plain(r, s, next);
        } else if (n + 1 == AML_DEPTH_MAX) {
            s->broken = r->too_deep = true;
        } else {
            to_come[++n] = term(r, s);
        }
    }
}

/* While foreseeing, only what calls and scopes are found by. */
static bool is_wanted(const struct reader *r, unsigned kind)
{
    switch (kind) {
    case AML_SCOPE: case AML_DEVICE_NODE: case AML_PROCESSOR: case AML_THERMAL: case AML_POWER: case AML_METHOD: case AML_ALIAS: case AML_EXTERNAL:
        return true;
    default:
        return !r->foresee;
    }
}

static int declare(struct reader *r, struct aml_declaration *d)
{
    const struct level *level = &r->level[r->depth - 1];
    d->conditional |= level->conditional;
    return aml_declare(r->ns, level->scope, d, r->foresee);
}

/* What names a bank's or a connection's register, or is one: passed over. */
static void skip_connection(struct reader *r, struct span *s)
{
    skip(r, s, s->left && *s->at == 0x11 ? 't' : 'n');
}

/* A FieldList (20.2.5.2). Widths are written as PkgLengths, but count bits. */
static bool fields(struct reader *r, struct span *s, enum aml_kind kind)
{
    while (s->left && !s->broken && !r->foresee) {
        struct aml_declaration d = { .kind = kind, .name.n = 1 };
        uint8_t lead = *s->at;
        if (lead > 0x03) {
            struct span segment = span_slice(*s, 0, 4);
            d.name = aml_take_name(&segment);
            (void)span_take(s, 4);
            (void)aml_take_length(s);
            if (segment.broken || segment.left || d.name.n != 1 || s->broken)
                return false;
            (void)declare(r, &d);
            continue;
        }
        (void)span_u8(s);
        switch (lead) {
        case 0x00: (void)aml_take_length(s); break;         /* ReservedField */
        case 0x01: (void)span_take(s, 2); break;        /* AccessField: type, attribute */
        case 0x02: skip_connection(r, s); break;        /* ConnectField */
        default: (void)span_take(s, 3); break;          /* ExtendedAccessField: type, attribute, length */
        }
    }
    return !s->broken;
}

/* Opens a list in `scope`. */
static bool enter(struct reader *r, struct span list, int scope, bool conditional)
{
    r->too_deep |= r->depth == AML_DEPTH_MAX;
    if (scope == AML_NONE || r->depth == AML_DEPTH_MAX)
        return false;
    r->level[r->depth++] = (struct level){ list, scope, conditional };
    return true;
}

/* The node that a statement with a list in it opens: a Scope()'s is searched for like a reference, all others are declared. */
static int opened(struct reader *r, struct aml_declaration *d)
{
    if (d->kind != AML_SCOPE)
        return d->name.n ? declare(r, d) : AML_NONE;
    int found = aml_target(r->ns, aml_resolve(r->ns, r->level[r->depth - 1].scope, d->name));
    if (found != AML_NONE && !(r->ns->node[found].foreseen && !r->foresee))
        return found;
    return declare(r, d);
}

/* The end of a declaration that opens no list: its data is what stands from `after` (a method's, behind its flags) to s. */
static bool finish(struct reader *r, struct aml_declaration *d, const uint8_t *after, const struct span *s)
{
    struct span data = span_of(after, (size_t)(s->at - after));
    if (d->kind == AML_METHOD)
        d->arguments = span_u8(&data) & 7;
    if (d->kind == AML_EXTERNAL) {
        (void)span_u8(&data);
        d->arguments = span_u8(&data) & 7;
    }
    if (d->kind != AML_ALIAS)
        d->data = data;
    return !data.broken && d->name.n && declare(r, d) != AML_NONE;
}

/* The list at the end of a statement: of a scope that it names, or of If, Else and While, whose terms may or may not run. */
static bool open_list(struct reader *r, struct aml_declaration *d, bool named, struct span list)
{
    const struct level *level = &r->level[r->depth - 1];
    return named ? enter(r, list, opened(r, d), level->conditional) : enter(r, list, level->scope, true);
}

/* What follows the opcode of a declaration, or of what has a list. `in` is its package, or where it stands. */
static bool declaration(struct reader *r, const struct aml_shape *shape, struct span *in)
{
    struct aml_declaration d = { .kind = shape->declares };
    const uint8_t *after = in->at;
    bool named = false;
    for (const char *what = shape->follows + (*shape->follows == 'p'); *what && !in->broken; what++) {
        switch (*what) {
        case 'n':
            if (!is_wanted(r, d.kind)) {            /* operands of a call that is not known yet may still come: any term will do */
                skip(r, in, 'r');
                break;
            }
            if (d.kind == AML_ALIAS)
                d.data = span_of(after, (size_t)(in->at - after));
            d.name = aml_take_name(in);
            after = in->at;
            named = true;
            break;
        case 'F':
            return fields(r, in, d.kind);
        case 'L':
            d.data = span_of(after, (size_t)(in->at - after));
            return open_list(r, &d, named, *in);
        case 'o':
            (void)span_take(in, in->left);
            break;
        default:
            skip(r, in, *what);
        }
    }
    return !in->broken && (!is_wanted(r, d.kind) || finish(r, &d, after, in));
}

/*
 * One statement of the innermost list. Data standing alone are passed over like any term: they may be the operands of a call whose
 * method is not known. False: from here on the list is not to be understood.
 */
static bool statement(struct reader *r)
{
    struct span *s = &r->level[r->depth - 1].rest, at = *s;
    const struct aml_shape *shape = aml_begins_name(*s->at) ? NULL : aml_take_opcode(&at);
    if (!shape || !aml_is_declaration(shape)) {
        skip(r, s, 't');
        return !s->broken;
    }
    const uint8_t *begin = s->at;
    *s = at;
    if (*shape->follows != 'p')
        return declaration(r, shape, s);
    struct span package = take_package(r, s, begin);
    if (!s->broken && !declaration(r, shape, &package))
        pass_over(r, r->too_deep ? AML_TOO_DEEP : AML_UNCLEAR, begin);      /* of that package only */
    return !s->broken;
}

static void pass(struct aml_namespace *ns, struct span body, bool foresee)
{
    struct reader r = { .ns = ns, .foresee = foresee, .body = body.at };
    (void)enter(&r, body, AML_ROOT, false);
    while (r.depth) {
        struct level *level = &r.level[r.depth - 1];
        const uint8_t *begin = level->rest.at;
        r.too_deep = false;
        if (!level->rest.left) {
            r.depth--;
        } else if (!statement(&r)) {
            pass_over(&r, r.too_deep ? AML_TOO_DEEP : AML_UNCLEAR, begin);
            level->rest.left = 0;
        }
    }
}

bool aml_read(struct aml_namespace *ns, struct span body)
{
    unsigned skipped = ns->skipped, before = ns->n;
    if (body.broken)
        return false;
    pass(ns, body, true);
    pass(ns, body, false);
    for (unsigned i = before; i < ns->n; i++)
        if (ns->node[i].foreseen) {             /* the second pass read its surroundings otherwise: who knows */
            ns->node[i].conditional = true;
            aml_settle(ns, (int)i);
        }
    ns->tables++;
    return ns->skipped == skipped && !ns->full;
}
