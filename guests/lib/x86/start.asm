; Owns: the first instructions of every CPU of a test guest. Whatever the boot ABI promises is saved before anything is
; changed; then 64-bit mode with the first 4 GiB mapped one to one. C begins in guest_start (first CPU) and ap_main (others).

XEN_ELFNOTE_PHYS32_ENTRY equ 18     ; <xen/elfnote.h>
CR0_64  equ 0x80010033              ; PG WP NE ET MP PE
CR4_64  equ 0x20                    ; PAE
EFER_64 equ 0x900                   ; NXE LME
BIG_RW  equ 0x83                    ; 2 MiB page, writable, present

extern guest_start, ap_main

section .note.Xen note alloc noexec nowrite align=4
    dd 4, 4, XEN_ELFNOTE_PHYS32_ENTRY
    db "Xen", 0
    dd start

section .entry progbits alloc exec nowrite align=16
bits 32
global start
start:                              ; only MOV until the flags are saved: it changes none of them
    mov [entry_state.gpr + 0], eax
    mov [entry_state.gpr + 4], ecx
    mov [entry_state.gpr + 8], edx
    mov [entry_state.gpr + 12], ebx
    mov [entry_state.gpr + 16], esp
    mov [entry_state.gpr + 20], ebp
    mov [entry_state.gpr + 24], esi
    mov [entry_state.gpr + 28], edi
    mov [entry_state.selector + 0], es
    mov [entry_state.selector + 2], cs
    mov [entry_state.selector + 4], ss
    mov [entry_state.selector + 6], ds
    mov [entry_state.selector + 8], fs
    mov [entry_state.selector + 10], gs
    str [entry_state.selector + 12]
    sldt [entry_state.selector + 14]
    mov esp, first_stack_end
    pushfd
    pop dword [entry_state.eflags]
    sgdt [entry_state.gdtr]
    sidt [entry_state.idtr]
    mov eax, cr0
    mov [entry_state.cr0], eax
    mov eax, cr2
    mov [entry_state.cr2], eax
    mov eax, cr3
    mov [entry_state.cr3], eax
    mov eax, cr4
    mov [entry_state.cr4], eax
    mov ecx, 0xc0000080
    rdmsr
    mov [entry_state.efer], eax
    ; Segments as they are behave: the same high byte through each of them, below 4 GiB. A limit too low is a triple fault.
    mov esi, [ebx + 32]             ; rsdp_paddr
    test esi, esi
    jz .no_tables
    mov al, [cs:esi]
    mov ah, [ds:esi]
    mov dl, [es:esi]
    mov dh, [ss:esi]
    mov [entry_state.through + 0], ax
    mov [entry_state.through + 2], dx
.no_tables:
    cld
    cli
    call map_first_4gib
    jmp to_64

; The tables that every CPU uses.
map_first_4gib:
    mov dword [page_pml4], page_pdpt + 3
    mov dword [page_pdpt + 0], page_pd + 0x0003
    mov dword [page_pdpt + 8], page_pd + 0x1003
    mov dword [page_pdpt + 16], page_pd + 0x2003
    mov dword [page_pdpt + 24], page_pd + 0x3003
    mov eax, BIG_RW
    mov edi, page_pd
    mov ecx, 2048
.next:
    mov [edi], eax
    add eax, 0x200000
    add edi, 8
    loop .next
    ret

; From 32-bit protected mode with paging off to ap_start64 or first_64, by ap_number (0: the first CPU).
global to_64
to_64:
    mov eax, CR4_64
    mov cr4, eax
    mov eax, page_pml4
    mov cr3, eax
    mov ecx, 0xc0000080
    mov eax, EFER_64
    xor edx, edx
    wrmsr
    mov eax, CR0_64
    mov cr0, eax
    lgdt [gdt_pointer]
    jmp 0x08:.in_64
bits 64
.in_64:
    mov ax, 0x10
    mov ds, ax
    mov es, ax
    mov ss, ax
    cmp dword [abs ap_number], 0
    jne ap_start64
    mov rsp, first_stack_end
    xor ebp, ebp
    call guest_start
.stop:
    cli
    hlt
    jmp .stop

; Where VCPUOP_initialise begins in 64-bit mode: paging is on, tables are ours. The GDT may be nobody's yet.
global ap_start64
ap_start64:
    mov rsp, [abs ap_stack]
    lgdt [abs gdt_pointer]
    push 0x08
    push .reloaded
    o64 retf
.reloaded:
    mov ax, 0x10
    mov ds, ax
    mov es, ax
    mov ss, ax
    xor ebp, ebp
    mov edi, [abs ap_number]
    call ap_main
.stop:
    cli
    hlt
    jmp .stop

; Copied to a page below 1 MiB (ap_trampoline_at in guest.h): where a startup IPI begins, in real mode.
TRAMPOLINE equ 0x8000
section .rodata progbits alloc noexec nowrite align=16
bits 16
global ap_trampoline, ap_trampoline_end
ap_trampoline:
    cli
    xor ax, ax
    mov ds, ax
    o32 lgdt [TRAMPOLINE + .pointer - ap_trampoline]
    mov eax, 0x11
    mov cr0, eax
    jmp dword 0x18:ap_start32
align 4
.pointer:
    dw gdt_end - gdt - 1
    dd gdt
ap_trampoline_end:

section .text
bits 32
global ap_start32, ap_start_flat
; From the trampoline: protected mode, our GDT, data segments still those of real mode.
ap_start32:
    mov ax, 0x20
    mov ds, ax
    mov es, ax
    mov ss, ax
; Where VCPUOP_initialise begins in 32-bit mode: flat segments, no GDT.
ap_start_flat:
    jmp to_64

section .data progbits alloc noexec write align=16
global gdt, gdt_pointer, ap_number, ap_stack, gdt_tss
gdt:
    dq 0
    dq 0x00af9b000000ffff           ; 08: 64-bit code
    dq 0x00cf93000000ffff           ; 10: data
    dq 0x00cf9b000000ffff           ; 18: 32-bit code, flat
    dq 0x00cf93000000ffff           ; 20: data, flat
gdt_tss:
    times 2 * 64 dq 0               ; 28..: a TSS for each CPU
gdt_end:
gdt_pointer:
    dw gdt_end - gdt - 1
    dq gdt
align 8
ap_stack:  dq 0
ap_number: dd 0

section .bss nobits alloc noexec write align=4096
global page_pml4, page_pdpt, page_pd, entry_state
page_pml4: resb 4096
page_pdpt: resb 4096
page_pd:   resb 4 * 4096
first_stack: resb 16384
first_stack_end:
; struct entry_state in guest.h
entry_state:
.gpr:      resd 8
.selector: resw 8
.eflags:   resd 1
.cr0:      resd 1
.cr2:      resd 1
.cr3:      resd 1
.cr4:      resd 1
.efer:     resd 1
.through:  resb 4
.gdtr:     resb 6
.idtr:     resb 6
