; Owns: the IDT's entry points. Every vector's stub pushes its number (and a zero where the CPU pushes no error code)
; and comes to one place, which saves what C may change. No FPU register is touched: they are the guest's.

extern x86_trap
section .text
bits 64
trap_common:
        push    rax
        push    rcx
        push    rdx
        push    rbx
        push    rbp
        push    rsi
        push    rdi
        push    r8
        push    r9
        push    r10
        push    r11
        push    r12
        push    r13
        push    r14
        push    r15
        mov     rdi, rsp
        cld
        mov     rbx, rsp
        and     rsp, -16
        call    x86_trap
        mov     rsp, rbx
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        pop     r11
        pop     r10
        pop     r9
        pop     r8
        pop     rdi
        pop     rsi
        pop     rbp
        pop     rbx
        pop     rdx
        pop     rcx
        pop     rax
        add     rsp, 16
        iretq

%assign vector 0
%rep 256
align 16, nop
%if vector == 0
global trap_stubs:function hidden
trap_stubs:
%endif
%if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30)
        push    0
%endif
        push    strict dword vector
        jmp     strict near trap_common
%assign vector vector + 1
%endrep

section .zero_text progbits alloc exec nowrite align=16
; void arch_zero(void *p, uint64_t bytes): a section of its own, so that its instructions can be counted apart.
global arch_zero:function hidden
global arch_zero_cached:function hidden
arch_zero:
arch_zero_cached:                       ; caches are coherent
        mov     rcx, rsi
        shr     rcx, 3
        xor     eax, eax
        rep stosq
        ret
