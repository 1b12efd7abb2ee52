/* Where the architecture's entry code goes once there is a stack: CPU 0, interrupts off, long mode. */
#ifndef HYPERVISOR_MAIN_H
#define HYPERVISOR_MAIN_H
_Noreturn void hypervisor_main(void);
#endif
