; The first process of the bench's Linux guest. It stands at an address that no other program has, so that the plugin
; sees user space reached; then it powers off.
bits 64
section .text
global _start
_start:
    mov eax, 169            ; reboot(2)
    mov edi, 0xfee1dead
    mov esi, 672274793
    mov edx, 0x4321fedc     ; LINUX_REBOOT_CMD_POWER_OFF
    syscall
    jmp $
