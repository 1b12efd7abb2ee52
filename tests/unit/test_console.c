/* The console: whose line is whose, what is shown again after an interruption, where a key goes. */
#include "hypervisor/core/console.h"
#include "hypervisor/core/page.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/fake/fake_x86.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct platform platforms[2] = { { .name = "one", .vcpus = 1, .memory = MIB(1), .lapic = true },
                                        { .name = "two", .vcpus = 1, .memory = MIB(1), .lapic = true } };
static struct domain *d[2];
static char heard[2][64];
static unsigned dumps, quits;
static struct domain *asked[3];

static void hear(struct domain *of, char c)
{
    char *to = heard[of == d[1]];
    size_t n = strlen(to);
    to[n] = c;
    to[n + 1] = '\0';
}
static void dump(void) { dumps++; }
static void quit(void) { quits++; }
static void end(struct domain *of) { domain_crash(of, "ended"); }
static void shut_down(struct domain *of) { asked[0] = of; }
static void plug(struct domain *of) { asked[1] = of; }
static void unplug(struct domain *of) { asked[2] = of; }

static int setup(void **state)
{
    static const struct console_keys keys = { .dump = dump, .end = end, .quit = quit, .shut_down = shut_down, .plug = plug, .unplug = unplug };
    (void)state;
    page_init(fake_host(MIB(16), 1));
    sched_init(1);
    memset(heard, 0, sizeof(heard));
    dumps = quits = 0;
    for (unsigned i = 0; i < 2; i++) {
        d[i] = domain_create(&platforms[i]);
        atomic_store(&d[i]->state, DOMAIN_RUNNING);
        d[i]->input[CONSOLE_PV] = hear;
    }
    console_set_keys(&keys);
    console_use_prefixes(true);
    console_focus(d[0]->id);
    (void)fake_console();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++)
        domain_free(d[i]);
    console_focus(0);
    (void)domain_take_ended();
    return 0;
}

static void say(struct domain *of, const char *text)
{
    while (*text)
        console_guest(of, CONSOLE_PV, *text++);
}

static void test_lines_have_owners(void **state)
{
    (void)state;
    say(d[0], "hello\r\n");
    say(d[1], "wor");
    assert_string_equal(fake_console(), "(one) hello\r\n");
    say(d[1], "ld\n");
    assert_string_equal(fake_console(), "(two) world\r\n");
}

/* What the focused guest has written of its line stands again behind what came between. */
static void test_interrupted_line(void **state)
{
    (void)state;
    say(d[0], "$ ls");
    say(d[1], "noise\n");
    console_log("log");
    say(d[0], " -l\n");
    assert_string_equal(fake_console(), "(one) $ ls\r\n(two) noise\r\n(one) $ ls\r\n(bp) log\r\n(one) $ ls -l\r\n");
}

static void test_no_prefix_for_one(void **state)
{
    (void)state;
    console_use_prefixes(false);
    say(d[0], "alone\n");
    assert_string_equal(fake_console(), "alone\r\n");
}

/* A line without an end is shown in pieces, and nothing of it is lost. */
static void test_long_line(void **state)
{
    unsigned seen = 0;
    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        console_guest(d[1], CONSOLE_PV, 'x');
    console_guest_done(d[1]);
    for (const char *s = fake_console(); *s; s++)
        seen += *s == 'x';
    assert_int_equal(seen, 1000);
}

static void test_keys(void **state)
{
    (void)state;
    fake_type("ab\x1d" "nc\x1d" "d\x1d\x1d\x1d" "1d\x1d" "q");
    console_poll();
    assert_string_equal(heard[0], "abd");
    assert_string_equal(heard[1], "c\x1d");
    assert_int_equal(dumps, 1);
    assert_int_equal(quits, 1);
}

static void test_asking_keys(void **state)
{
    (void)state;
    memset(asked, 0, sizeof(asked));
    fake_type("\x1ds\x1dn\x1d+\x1d-");
    console_poll();
    assert_ptr_equal(asked[0], d[0]);
    assert_ptr_equal(asked[1], d[1]);
    assert_ptr_equal(asked[2], d[1]);
    asked[0] = NULL;
    fake_type("\x1dhs");
    console_poll();
    assert_null(asked[0]);          /* the hypervisor has no power button */
}

static void test_end_key(void **state)
{
    (void)state;
    fake_type("\x1dk");
    console_poll();
    assert_int_equal(d[0]->end, END_CRASH);
    assert_int_equal(d[1]->end, END_NONE);
}

static void test_help_when_nobody_has_the_input(void **state)
{
    (void)state;
    console_focus(0);
    fake_type("?");
    console_poll();
    const char *said = fake_console();
    assert_non_null(strstr(said, "this help"));
    assert_non_null(strstr(said, "next guest"));
    fake_type("9");
    console_poll();
    assert_non_null(strstr(fake_console(), "there is no guest 9"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_lines_have_owners), TEST(test_interrupted_line), TEST(test_no_prefix_for_one), TEST(test_long_line),
        TEST(test_keys), TEST(test_asking_keys), TEST(test_end_key), TEST(test_help_when_nobody_has_the_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
