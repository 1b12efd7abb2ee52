/* The sleep, reset and timer registers against ACPI 6.4, 4.8.3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "hypervisor/devices/acpi_pm.h"

static void test_sleep(void **state)
{
    (void)state;
    struct acpi_pm pm;
    acpi_pm_reset(&pm, 5, 6);
    assert_int_equal(acpi_pm_sleep_write(&pm, 0, 5 << 2), ACPI_PM_NONE);        /* SLP_EN decides */
    assert_int_equal(acpi_pm_sleep_read(&pm, 0), 5 << 2);
    assert_int_equal(acpi_pm_sleep_write(&pm, 0, 1 << 2 | 0x20), ACPI_PM_NONE); /* S1 does not exist */
    assert_int_equal(acpi_pm_sleep_read(&pm, 0), 1 << 2);                       /* SLP_EN reads as 0 */
    assert_int_equal(acpi_pm_sleep_write(&pm, 1, 5 << 2 | 0x20), ACPI_PM_NONE);
    assert_int_equal(acpi_pm_sleep_write(&pm, 0, 5 << 2 | 0x20), ACPI_PM_OFF);
    pm.status = 0x80;
    assert_int_equal(acpi_pm_sleep_read(&pm, 1), 0x80);
    (void)acpi_pm_sleep_write(&pm, 1, 0x80);
    assert_int_equal(acpi_pm_sleep_read(&pm, 1), 0);
    assert_int_equal(acpi_pm_reset_write(&pm, 5), ACPI_PM_NONE);
    assert_int_equal(acpi_pm_reset_write(&pm, 6), ACPI_PM_RESET);
}

static void test_timer(void **state)
{
    (void)state;
    assert_int_equal(acpi_pm_timer(0), 0);
    assert_int_equal(acpi_pm_timer(1000000000), 3579545);
    assert_int_equal(acpi_pm_timer(10000000), 35795);
    /* a year: 3579545 * 31536000 mod 2^32 */
    assert_int_equal(acpi_pm_timer(UINT64_C(31536000) * 1000000000), (uint32_t)(UINT64_C(3579545) * 31536000));
    uint32_t before = acpi_pm_timer(0);
    for (uint64_t ns = 0; ns < 3000000000; ns += 99999) {
        assert_true(acpi_pm_timer(ns) >= before);
        before = acpi_pm_timer(ns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_sleep), cmocka_unit_test(test_timer) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
