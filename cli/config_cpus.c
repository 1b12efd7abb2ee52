/* Owns: xl's notation for sets of host CPUs (xl.cfg(5), "cpus"): ranges, single numbers, ^ for what is left out again. */
#include "cli/config_cpus.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { CPUS = 64 };

/* "N" or "N-M" at *at as bits. */
static bool read_range(const char **at, uint64_t *bits)
{
    char *end;
    if (!isdigit((unsigned char)**at))
        return false;
    unsigned long first = strtoul(*at, &end, 10), last = first;
    if (*end == '-') {
        if (!isdigit((unsigned char)end[1]))
            return false;
        last = strtoul(end + 1, &end, 10);
    }
    *at = end;
    *bits = 0;
    for (unsigned long i = first; i <= last && i < CPUS; i++)
        *bits |= UINT64_C(1) << i;
    return first <= last && last < CPUS;
}

bool config_cpus(const char *text, const char *file, uint64_t *set, struct error *e)
{
    const char *at = text;
    *set = 0;
    if (strcmp(text, "all") == 0)
        return true;
    for (bool more = true; more; at += more) {
        uint64_t bits;
        bool without = *at == '^';
        at += without;
        if (!read_range(&at, &bits) || (*at && *at != ','))
            return fail(e, "%s: cpus is \"%.40s\": write CPUs 0 to %d as \"0-3,5,^1\", or \"all\"", file, text, CPUS - 1);
        *set = without ? *set & ~bits : *set | bits;
        more = *at == ',';
    }
    return *set || fail(e, "%s: cpus is \"%.40s\", which leaves no CPU: name one, or \"all\"", file, text);
}
