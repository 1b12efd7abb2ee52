/* lib/format.c beside libc's snprintf: chosen corners, then random formats, for every buffer size. */
#include <setjmp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/format.h"
#include <cmocka.h>

#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-truncation"
#pragma GCC diagnostic ignored "-Wformat"                   /* 0 beside -, which C allows and ignores */

static void same(const char *ours, size_t n, const char *libc, size_t size, const char *fmt)
{
    size_t whole = strlen(libc);
    size_t want = whole < size ? whole : size - 1;
    if (n != want || strlen(ours) != want || memcmp(ours, libc, want) != 0)
        fail_msg("\"%s\" into %zu bytes: \"%s\" (%zu), libc: \"%s\"", fmt, size, ours, n, libc);
}

/* Both print the same into a heap block of every small size and a large one; the sanitizer sees an overrun. */
#define CHECK(...) CHECK_FMT(__VA_ARGS__)
#define CHECK_FMT(fmt, ...)                                                        \
    do {                                                                           \
        char libc_[2048];                                                          \
        (void)snprintf(libc_, sizeof(libc_), fmt, __VA_ARGS__);                    \
        for (size_t size_ = 1; size_ <= 2048; size_ = size_ < 24 ? size_ + 1 : size_ + 2024) { \
            char *ours_ = malloc(size_);                                           \
            size_t n_ = format(ours_, size_, fmt, __VA_ARGS__);                    \
            same(ours_, n_, libc_, size_, fmt);                                    \
            free(ours_);                                                           \
        }                                                                          \
    } while (0)

static void corners(void **state)
{
    (void)state;
    CHECK("%s", "plain");
    CHECK("%d %d %d %d", 0, -1, INT32_MAX, INT32_MIN);
    CHECK("%lld %llu %llx", (long long)INT64_MIN, (unsigned long long)UINT64_MAX, (unsigned long long)UINT64_MAX);
    CHECK("%hhd %hhu %hd %hu", -129, 511, 40000, 70000);
    CHECK("[%08x] [%-8x] [%8X] [%1x]", 0xbeefu, 0xbeefu, 0xbeefu, 0xbeefu);
    CHECK("[%05d] [%-5d] [%5d] [%0*d] [%*d] [%-*d]", -42, -42, -42, 6, -42, 6, -42, -6, -42);
    CHECK("[%-05d] [%0-5d]", 42, 42);
    CHECK("[%.3s] [%.0s] [%-6.2s] [%6s] [%.*s] [%.*s]", "abcdef", "abc", "abcdef", "abc", 2, "abcdef", -1, "abc");
    CHECK("[%c] [%3c] [%-3c]", 'x', 'y', 'z');
    CHECK("%d%% [%zu] [%zx] [%zd] [%ju] [%jd]", 7, (size_t)-1, (size_t)255, (size_t)-5, UINTMAX_MAX, INTMAX_MIN);
    CHECK("%lu %ld %lx", ~0ul, -1l, 0x123456789abcdef0ul);
    CHECK("%p [%10p] [%-10p]", (void *)0x1234, (void *)0x1234, (void *)0x1234);
    CHECK("%#x [%#010x] [%#10x] [%-#10x] [%#X] [%#x] %#llx", 255u, 255u, 255u, 255u, 255u, 0u, 0x123456789abcull);
    CHECK("[%300d]", 1);
}

/* A text without its NUL may be printed with a precision: no byte behind it is read. */
static void precision_bounds_the_reading(void **state)
{
    (void)state;
    char *text = malloc(3), out[16];
    memcpy(text, "abc", 3);
    assert_int_equal(format(out, sizeof(out), "%.3s|%.*s", text, 2, text), 6);
    assert_string_equal(out, "abc|ab");
    free(text);
}

static void odd_formats_end_well(void **state)
{
    (void)state;
    char out[32];
    char *volatile none = NULL;
    static const char *const odd[] = { "%", "abc%", "%-", "%0", "%5", "%.", "%l", "%ll", "%hh", "%-08.3l", "%99999999999", "%n", "%d %n %s" };
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        memset(out, 'z', sizeof(out));
        size_t n = format(out, sizeof(out), odd[i], 1, 2, 3);
        assert_in_range(n, 0, sizeof(out) - 1);
        assert_int_equal(out[n], '\0');
    }
    assert_int_equal(format(out, sizeof(out), "%d %o %s", 1, 2, "c"), 7);      /* 2 is not taken for the text */
    assert_string_equal(out, "1 %o %s");
    assert_int_equal(format(out, sizeof(out), "%s", none), 6);
    assert_string_equal(out, "(null)");
    assert_int_equal(format(out, 1, "%s", "abc"), 0);
    assert_string_equal(out, "");
}

static uint64_t seed = 0x9e3779b97f4a7c15;
static uint64_t rnd(uint64_t below)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return seed % below;
}

/* One random conversion of integers or text (a precision only where ours knows one), between two words. */
static void one(bool text)
{
    static const char *const length[] = { "", "l", "ll", "z", "j", "h", "hh" };
    static const char number[] = "diuxX";
    char fmt[64] = "a%";
    for (unsigned i = (unsigned)rnd(3); i-- > 0;)
        strcat(fmt, text || rnd(2) ? "-" : "0");
    bool prefix = !text && rnd(4) == 0;
    strcat(fmt, prefix ? "#" : "");
    if (rnd(2))
        sprintf(fmt + strlen(fmt), "%u", (unsigned)rnd(30) + 1);
    if (text && rnd(2))
        sprintf(fmt + strlen(fmt), ".%u", (unsigned)rnd(12));
    uint64_t value = rnd(3) ? seed >> rnd(64) : (uint64_t)0 - rnd(1000);
    if (text) {
        strcat(fmt, "sb");
        CHECK(fmt, "0123456789");
        return;
    }
    unsigned l = (unsigned)rnd(7);
    strcat(fmt, length[l]);
    sprintf(fmt + strlen(fmt), "%cb", number[prefix ? 3 + rnd(2) : rnd(5)]);
    if (l >= 1 && l <= 4)
        CHECK(fmt, value);
    else
        CHECK(fmt, (unsigned)value);
}

static void random_formats_agree(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20000; i++)
        one(rnd(4) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corners), cmocka_unit_test(precision_bounds_the_reading),
        cmocka_unit_test(odd_formats_end_well), cmocka_unit_test(random_formats_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
