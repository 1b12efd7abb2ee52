/* We are wrong: stop. No input that a guest controls may reach this; the fuzzers assert it. */
#ifndef LIB_PANIC_H
#define LIB_PANIC_H
_Noreturn void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
#endif
