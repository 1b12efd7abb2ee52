/* What the host half asks of the virtualization extension. VT-x will stand behind the same two. */
#ifndef HYPERVISOR_X86_VIRT_H
#define HYPERVISOR_X86_VIRT_H

/* NULL, or why this CPU can run no guest: a sentence that tells what it has. Any time. */
const char *svm_refusal(void);
/* On each CPU once, CPU 0 first, when pages can be had and its descriptor tables, FS and GS are what they will stay. Only where nothing was refused. */
void svm_cpu_start(void);
#endif
