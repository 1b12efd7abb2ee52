; Owns: the way into and out of every interrupt, and the calls whose faults come back as values.
bits 64
default rel
extern trap

section .text
; Every stub leaves vector and error code behind a full set of registers: struct trap_frame in guest.h.
%macro STUB 1
stub_%1:
    %if !(%1 == 8 || (%1 >= 10 && %1 <= 14) || %1 == 17 || %1 == 21 || %1 == 29 || %1 == 30)
    push 0
    %endif
    push %1
    jmp common_trap
%endmacro
%assign n 0
%rep 256
STUB n
%assign n n + 1
%endrep

common_trap:
    push r15
    push r14
    push r13
    push r12
    push r11
    push r10
    push r9
    push r8
    push rdi
    push rsi
    push rbp
    push rbx
    push rdx
    push rcx
    push rax
    cld
    mov rdi, rsp
    call trap
    pop rax
    pop rcx
    pop rdx
    pop rbx
    pop rbp
    pop rsi
    pop rdi
    pop r8
    pop r9
    pop r10
    pop r11
    pop r12
    pop r13
    pop r14
    pop r15
    add rsp, 16
    iretq

; int catch_call(void (*f)(void *), void *arg, uint64_t *resume): calls f(arg). 0: it returned. A trap that finds *resume
; set goes on at catch_landed with that stack pointer: 1.
global catch_call, catch_landed
catch_call:
    push rbx
    push rbp
    push r12
    push r13
    push r14
    push r15
    push rdx
    mov [rdx], rsp
    mov rax, rdi
    mov rdi, rsi
    call rax
    xor eax, eax
    jmp catch_done
catch_landed:
    mov eax, 1
catch_done:
    pop rdx
    mov qword [rdx], 0
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbp
    pop rbx
    ret

section .rodata progbits alloc noexec nowrite align=8
global trap_stubs
trap_stubs:
%assign n 0
%rep 256
    dq stub_ %+ n
%assign n n + 1
%endrep
