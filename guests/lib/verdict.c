/* Owns: the verdict of a test, and the end of the guest. */
#include "guests/lib/guest.h"
#include "lib/format.h"
#include <xen/sched.h>

enum verdict { PASS, SKIP, ERROR, FAIL };
static const char *const word[] = { "PASS", "SKIP", "ERROR", "FAIL" };
static volatile enum verdict verdict;
static volatile unsigned checks, failures;
enum { SHOWN_MAX = 30 };                /* failures in full; one broken thing may fail a loop */

static void worse(enum verdict v)
{
    if (v > verdict)
        verdict = v;
}

static void say(enum verdict v, const char *fmt, va_list args)
{
    char text[200];
    (void)format_v(text, sizeof(text), fmt, args);
    print("%s: %s\n", word[v], text);
    worse(v);
}

static bool failed(void)
{
    worse(FAIL);
    return ++failures <= SHOWN_MAX;
}

void check_(bool ok, const char *file, int line, const char *fmt, ...)
{
    char text[200];
    va_list args;
    checks++;
    if (ok || !failed())
        return;
    va_start(args, fmt);
    (void)format_v(text, sizeof(text), fmt, args);
    va_end(args);
    print("FAIL: %s:%d: %s\n", file, line, text);
}

void check_equal(uint64_t is, uint64_t want, const char *file, int line, const char *what)
{
    checks++;
    if (is != want && failed())
        print("FAIL: %s:%d: %s is %#llx, not %#llx\n", file, line, what, (unsigned long long)is, (unsigned long long)want);
}

void skip(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say(SKIP, fmt, args);
    va_end(args);
}

void error(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say(ERROR, fmt, args);
    va_end(args);
}

void test_verdict(void)
{
    if (checks == 0 && verdict == PASS)
        error("nothing was checked");
    print("%u checks, %u failed\n", checks, failures);
    print("TEST-RESULT: %s %s\n", test_name, word[verdict]);
}

_Noreturn void test_end(void)
{
    bool well = verdict == PASS || verdict == SKIP;
    interrupts_off();
    test_verdict();
    if (has_xen())
        xen_shutdown(well ? SHUTDOWN_poweroff : SHUTDOWN_crash);
    if (well)
        power_off();
    break_down();
}
