; A PVH guest that does nothing but exit: EXITS times CPUID, EXITS times `in al, 0x42` (the port that stock Linux reads
; most on the peer). bench.py finds the four labels in the ELF and counts the hypervisor's instructions between them.
bits 32
EXITS equ 10000

section .note note alloc noexec nowrite align=4
    dd 4, 4, 18             ; name size, descriptor size, XEN_ELFNOTE_PHYS32_ENTRY
    db "Xen", 0
    dd start

section .text
global start, cpuid_begin, cpuid_end, inb_begin, inb_end
start:
    mov esi, EXITS
cpuid_begin:
.next:
    xor eax, eax
    cpuid
    dec esi
    jnz .next
cpuid_end:
    mov esi, EXITS
inb_begin:
.next:
    in al, 0x42
    dec esi
    jnz .next
inb_end:
    mov dx, 0x600           ; PC_SLEEP_CONTROL of platform/pc_map.h: SLP_EN and the type of S5
    mov al, 0x20 | 5 << 2
    out dx, al
.stop:
    cli
    hlt
    jmp .stop
