; The smallest PVH kernel with two segments, written byte by byte so that each field can be made wrong: nasm -f bin -DNAME=VALUE.
; As it stands it is good, and halts.
%ifndef ENTRY
%define ENTRY 0x100000
%endif
%ifndef SECOND                  ; physical address of the second segment
%define SECOND 0x101000
%endif
%ifndef FILE_SIZE               ; of the second segment
%define FILE_SIZE 16
%endif
%ifndef MEMORY_SIZE
%define MEMORY_SIZE 0x1000
%endif
%ifndef NOTE                    ; 18 is XEN_ELFNOTE_PHYS32_ENTRY, 6 GUEST_OS
%define NOTE 18
%endif
bits 64
        org 0
        db 0x7f, "ELF", 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0
        dw 2, 62
        dd 1
        dq ENTRY, headers, 0
        dd 0
        dw 64, 56, 3, 64, 0, 0
headers:
        dd 1, 5                                         ; PT_LOAD, r-x
        dq first, 0x100000, 0x100000, 16, 0x1000, 0x1000
        dd 1, 6                                         ; PT_LOAD, rw-
        dq second, SECOND, SECOND, FILE_SIZE, MEMORY_SIZE, 0x1000
        dd 4, 4                                         ; PT_NOTE
        dq note, 0, 0, note_end - note, note_end - note, 4
note:   dd 4, 4, NOTE
        db "Xen", 0
        dd ENTRY
note_end:
        align 16
first:  hlt
        times 15 db 0x90
second: times 16 db 0
