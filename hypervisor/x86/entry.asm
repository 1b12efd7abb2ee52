; Owns: the way from a loader to C. Both loaders hand over in 32-bit protected mode without paging: PVH with ebx =
; hvm_start_info (docs/misc/pvh.pandoc), Multiboot2 with eax = magic and ebx = its information (spec 3.3).
; Then the same way for the other CPUs, from a startup IPI's real mode.

MULTIBOOT2_HEADER  equ 0xe85250d6
MULTIBOOT2_LOADER  equ 0x36d76289
PVH_LOADER         equ 0x336ec578
XEN_ELFNOTE_PHYS32_ENTRY equ 18

PAGE_RW            equ 0x003
PAGE_LARGE         equ 0x083
PAGE_LARGE_UC      equ 0x09b

extern early_pml4_phys, early_pdpt_phys, early_pd_phys, image_pdpt_phys, image_pd_phys, image_pt_phys
extern x86_start, x86_start_other, boot_stack_top

; eax: the PML4's address. PAE, long mode with no-execute where the CPU has it, paging with write protection. Needs no stack.
%macro ENTER_LONG_MODE 0
        mov     cr3, eax
        mov     eax, cr4
        or      eax, 0x20
        mov     cr4, eax
        mov     eax, 0x80000001
        cpuid
        and     edx, 1 << 20
        shr     edx, 20 - 11
        mov     edi, edx
        mov     ecx, 0xc0000080
        rdmsr
        or      eax, 0x100
        or      eax, edi
        wrmsr
        mov     eax, cr0
        or      eax, 0x80010000
        and     eax, 0x9fffffff         ; caches on
        mov     cr0, eax
%endmacro

section .multiboot2 progbits alloc noexec nowrite align=8
header:
        dd MULTIBOOT2_HEADER, 0, header_end - header, -(MULTIBOOT2_HEADER + (header_end - header))
        dw 1, 1                         ; we read: command line (1), modules (3), memory map (6), ACPI (14, 15)
        dd 28
        dd 1, 3, 6, 14, 15
        align 8, db 0
        dw 6, 0                         ; modules at page boundaries
        dd 8
        dw 3, 0                         ; where to enter
        dd 12
        dd multiboot2_entry
        dd 0
        dw 0, 0
        dd 8
header_end:

section .note.pvh note alloc noexec nowrite align=4
        dd 4, 4, XEN_ELFNOTE_PHYS32_ENTRY
        db "Xen", 0
        dd pvh_entry

section .boot progbits alloc exec nowrite align=16
bits 32
global multiboot2_entry, pvh_entry
pvh_entry:
        mov     eax, PVH_LOADER
multiboot2_entry:
        cld
        cli
        mov     esi, eax                ; who loaded us
        mov     ebp, ebx                ; what it has to say
        mov     eax, 0x80000000
        cpuid
        cmp     eax, 0x80000001
        jb      no_long_mode
        mov     eax, 0x80000001
        cpuid
        test    edx, 1 << 29
        jz      no_long_mode
        ; The loader zeroed the BSS. Direct map and, for a moment, identity: the first 4 GiB in 2 MiB pages.
        mov     edi, early_pd_phys
        mov     eax, PAGE_LARGE
        mov     ecx, 4 * 512
.large: cmp     eax, 0xfec00000         ; IOAPIC, local APIC: not cached
        jb      .cached
        or      eax, PAGE_LARGE_UC
.cached:
        mov     [edi], eax
        add     eax, 0x200000
        add     edi, 8
        loop    .large
        mov     edi, early_pdpt_phys
        mov     eax, early_pd_phys + PAGE_RW
        mov     ecx, 4
.pdpt:  mov     [edi], eax
        add     eax, 0x1000
        add     edi, 8
        loop    .pdpt
        ; The image, 2 MiB of 4 KiB pages, so that code, constants and data can have different rights later.
        mov     edi, image_pt_phys
        mov     eax, 0x200000 + PAGE_RW
        mov     ecx, 512
.image: mov     [edi], eax
        add     eax, 0x1000
        add     edi, 8
        loop    .image
        mov     dword [image_pd_phys], image_pt_phys + PAGE_RW
        mov     dword [image_pdpt_phys], image_pd_phys + PAGE_RW
        mov     dword [early_pml4_phys], early_pdpt_phys + PAGE_RW
        mov     dword [early_pml4_phys + 256 * 8], early_pdpt_phys + PAGE_RW
        mov     dword [early_pml4_phys + 260 * 8], image_pdpt_phys + PAGE_RW
        mov     eax, early_pml4_phys
        ENTER_LONG_MODE
        lgdt    [boot_gdt_pointer]
        jmp     0x08:pvh_entry_long
; No C code can run here: the sentence goes to COM1 from here, and the end to QEMU's isa-debug-exit as arch_halt does it.
no_long_mode:
        mov     esi, no_long_mode_text
.next:  lodsb
        test    al, al
        jz      .end
        mov     ah, al
        mov     ecx, 100000
        mov     dx, 0x3fd
.wait:  in      al, dx
        test    al, 0x20
        loopz   .wait
        mov     al, ah
        mov     dx, 0x3f8
        out     dx, al
        jmp     .next
.end:   mov     al, 0x13
        out     0xf4, al
.stop:  hlt
        jmp     .stop
no_long_mode_text:
        db 13, 10, "(bp) panic: this processor has no 64-bit mode, which Bedplate needs", 13, 10, 0

bits 64
pvh_entry_long:
        mov     eax, 0x10
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        xor     eax, eax
        mov     fs, eax
        mov     gs, eax
        mov     rax, boot_stack_top
        mov     rsp, [rax]
        mov     edi, esi
        mov     esi, ebp
        mov     rax, x86_start
        xor     ebp, ebp
        call    rax
        ud2

section .boot
align 8
boot_gdt:
        dq      0, 0x00af9b000000ffff, 0x00cf93000000ffff
boot_gdt_pointer:
        dw      $ - boot_gdt - 1
        dd      boot_gdt

; ---- the other CPUs ------------------------------------------------------------------------
; Copied to a page below 1 MiB (smp.c), entered there in real mode with cs = page >> 4. Position: told by cs.
section .rodata
align 16
global trampoline_start, trampoline_end, trampoline_pml4, trampoline_stack
bits 16
trampoline_start:
        cli
        cld
        mov     ax, cs
        mov     ds, ax
        movzx   ebx, ax
        shl     ebx, 4                  ; where we are
        lea     eax, [ebx + (tr_gdt - trampoline_start)]
        mov     [tr_gdt_pointer - trampoline_start + 2], eax
        lea     eax, [ebx + (tr_long - trampoline_start)]
        mov     [tr_far - trampoline_start], eax
        mov     eax, [trampoline_pml4 - trampoline_start]
        mov     ebp, ebx
        mov     cr3, eax
        mov     eax, 0x20
        mov     cr4, eax
        mov     eax, 0x80000001
        cpuid
        and     edx, 1 << 20
        shr     edx, 20 - 11
        mov     edi, edx
        mov     ecx, 0xc0000080
        rdmsr
        or      eax, 0x100
        or      eax, edi
        wrmsr
        lgdt    [tr_gdt_pointer - trampoline_start]
        mov     eax, cr0
        or      eax, 0x80010001
        and     eax, 0x9fffffff
        mov     cr0, eax
        jmp     far dword [tr_far - trampoline_start]
bits 64
tr_long:
        mov     eax, 0x10
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        xor     eax, eax
        mov     fs, eax
        mov     gs, eax
        mov     ebp, ebp
        ; One CPU to a stack: one that answers when nobody waits for it any more, or twice, finds none and stays here.
        xor     eax, eax
        xchg    rax, [rbp + (trampoline_stack - trampoline_start)]
        test    rax, rax
        jz      .off
        mov     rsp, rax
        mov     rax, x86_start_other
        xor     ebp, ebp
        call    rax
        ud2
.off:   hlt
        jmp     .off
align 8
tr_gdt: dq      0, 0x00af9b000000ffff, 0x00cf93000000ffff
tr_gdt_pointer:
        dw      $ - tr_gdt - 1
        dd      0
tr_far: dd      0
        dw      0x08
align 8
trampoline_pml4:
        dq      0
trampoline_stack:
        dq      0
trampoline_end:
