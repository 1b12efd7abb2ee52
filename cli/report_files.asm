; Owns: the files that stand in every report as they are.
section .rodata
%macro file 2
global %1:data, %1_end:data
%1:     incbin %2
%1_end: db 0
%endmacro
file report_css, "cli/report.css"
file report_js, "cli/report.js"
section .note.GNU-stack noalloc noexec nowrite progbits
