/* Random numbers: ChaCha20's first block as RFC 8439 has it (A.1, test vector 1), and that no byte of a seed is lost. */
#include "lib/random.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <cmocka.h>

static void test_block(void **state)
{
    static const uint8_t key[] = { 0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90, 0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd, 0x28,
                                   0xbd, 0xd2, 0x19, 0xb8, 0xa0, 0x8d, 0xed, 0x1a, 0xa8, 0x36, 0xef, 0xcc, 0x8b, 0x77, 0x0d, 0xc7 };
    static const uint8_t given[] = { 0xda, 0x41, 0x59, 0x7c, 0x51, 0x57, 0x48, 0x8d, 0x77, 0x24, 0xe0, 0x3f, 0xb8, 0xd8, 0x4a, 0x37,
                                     0x6a, 0x43, 0xb8, 0xf4, 0x15, 0x18, 0xa1, 0x1c, 0xc3, 0x87, 0xb6, 0x69, 0xb2, 0xee, 0x65, 0x86 };
    struct random r = { { 0 } };
    uint8_t got[RANDOM_SEED], more[RANDOM_SEED];
    (void)state;
    random_take(&r, got, sizeof(got));
    assert_memory_equal(got, given, sizeof(given));
    assert_memory_equal(r.key, key, sizeof(key));
    random_take(&r, more, sizeof(more));
    assert_memory_not_equal(got, more, sizeof(more));
}

static void test_every_byte_counts(void **state)
{
    uint8_t seed[70], got[70][RANDOM_SEED];
    (void)state;
    for (unsigned i = 0; i < sizeof(seed); i++) {
        struct random r = { { 0 } };
        memset(seed, 0x5a, sizeof(seed));
        seed[i] ^= 1;
        random_seed(&r, seed, sizeof(seed));
        random_take(&r, got[i], RANDOM_SEED);
        for (unsigned k = 0; k < i; k++)
            assert_memory_not_equal(got[i], got[k], RANDOM_SEED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_block), cmocka_unit_test(test_every_byte_counts) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
