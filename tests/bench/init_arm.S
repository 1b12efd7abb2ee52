/*
 * The first process of the bench's Linux guest on Arm. It stands at an address that no other program has, so that the plugin sees
 * user space reached; then it powers off.
 */
        .globl  _start
_start: ldr     x0, =0xfee1dead
        ldr     x1, =672274793
        ldr     x2, =0x4321fedc         /* LINUX_REBOOT_CMD_POWER_OFF */
        mov     x8, #142                /* reboot(2) */
        svc     #0
        b       .
