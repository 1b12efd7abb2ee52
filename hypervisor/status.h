/* What the console's key `d` prints: domains, their vCPUs, memory and exits by reason. */
#ifndef HYPERVISOR_STATUS_H
#define HYPERVISOR_STATUS_H
void status_print(void);
/* One line per memory figure of the hypervisor itself, at start. */
struct host;
void status_host(const struct host *h);
#endif
