; Owns: the way into the guest and out again. All of it runs with GIF clear (APM vol. 2, 15.17): no interrupt, NMI or
; debug trap can find half of the guest's and half of the host's registers.
;
; void svm_vmrun(struct x86_regs *regs, uint64_t guest_vmcb, uint64_t host_vmcb)    physical addresses
; rax, rsp, rip and rflags of the guest are in its VMCB; the other registers in regs, in the order of struct x86_regs.
; No FPU state is touched: the guest's lives in the registers while its vCPU is loaded.

bits 64
default rel

%define REG(n) [rdi + 8 * n]

section .text
global svm_vmrun:function hidden
svm_vmrun:
        push    rbx
        push    rbp
        push    r12
        push    r13
        push    r14
        push    r15
        push    rdx
        push    rdi
        mov     rax, rsi
        mov     rcx, REG(1)
        mov     rdx, REG(2)
        mov     rbx, REG(3)
        mov     rbp, REG(5)
        mov     rsi, REG(6)
        mov     r8,  REG(8)
        mov     r9,  REG(9)
        mov     r10, REG(10)
        mov     r11, REG(11)
        mov     r12, REG(12)
        mov     r13, REG(13)
        mov     r14, REG(14)
        mov     r15, REG(15)
        mov     rdi, REG(7)
        clgi
        sti                             ; with V_INTR_MASKING the host's IF decides whether its interrupts end VMRUN, 15.21.1
        vmload                          ; FS GS TR LDTR KERNEL_GS STAR.. SYSENTER..: not switched by VMRUN
        vmrun
        vmsave
        cli
        push    rdi
        mov     rdi, [rsp + 8]
        mov     REG(1),  rcx
        mov     REG(2),  rdx
        mov     REG(3),  rbx
        mov     REG(5),  rbp
        mov     REG(6),  rsi
        mov     REG(8),  r8
        mov     REG(9),  r9
        mov     REG(10), r10
        mov     REG(11), r11
        mov     REG(12), r12
        mov     REG(13), r13
        mov     REG(14), r14
        mov     REG(15), r15
        pop     qword REG(7)
        pop     rdi
        pop     rax
        vmload                          ; before STGI: an NMI's handler needs the host's GS and TR
        stgi
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        pop     rbp
        pop     rbx
        ; No value of the guest's is left for speculation to use; the callee-saved were overwritten just now.
        xor     ecx, ecx
        xor     edx, edx
        xor     esi, esi
        xor     r8d, r8d
        xor     r9d, r9d
        xor     r10d, r10d
        xor     r11d, r11d
        ret

section .note.GNU-stack noalloc noexec nowrite progbits
