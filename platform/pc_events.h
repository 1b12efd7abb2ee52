/*
 * The two register files that a PC guest's AML works, as docs/guest-abi.md has them: what has happened, at PC_GED_PORT, and CPUs
 * that come and go, at PC_CPUS_PORT. The chip and the DSDT both are told from here.
 */
#ifndef PLATFORM_PC_EVENTS_H
#define PLATFORM_PC_EVENTS_H

/* One register of 4 bytes; ones written clear. */
enum { PC_EVENT_POWER = 1, PC_EVENT_CPUS = 2 };
enum { PC_EVENTS_BYTES = 4 };

/* Bytes from PC_CPUS_PORT. SELECT, NEXT, COUNT: 4 bytes; FLAGS: 1, of the CPU in SELECT. */
enum { PC_CPUS_SELECT = 0, PC_CPUS_FLAGS = 4, PC_CPUS_NEXT = 8, PC_CPUS_COUNT = 12, PC_CPUS_BYTES = 16 };
/* Read: the first three. Written: INSERTED and REMOVE take the news, EJECT is what _EJ0 stands for. */
enum { PC_CPU_PRESENT = 1, PC_CPU_INSERTED = 2, PC_CPU_REMOVE = 4, PC_CPU_EJECT = 8 };
#define PC_CPUS_NONE UINT32_MAX     /* in NEXT, the first CPU with news: none has */
#endif
