// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a function must keep for its caller: rbx, rbp, r12 to r15.
        .text
        .hidden hcrArchSaveRegisters
        .globl  hcrArchSaveRegisters
        .type   hcrArchSaveRegisters, @function
hcrArchSaveRegisters:
        .cfi_startproc
        endbr64
        movq    %rbx, 0(%rdi)
        movq    %rbp, 8(%rdi)
        movq    %r12, 16(%rdi)
        movq    %r13, 24(%rdi)
        movq    %r14, 32(%rdi)
        movq    %r15, 40(%rdi)
        retq
        .cfi_endproc
        .size   hcrArchSaveRegisters, .-hcrArchSaveRegisters

        .section .note.GNU-stack, "", @progbits
        .section .note.gnu.property, "a"
        .p2align 3
        .long   4, 16, 5
        .asciz  "GNU"
        .long   0xc0000002, 4, 3, 0
