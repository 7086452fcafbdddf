// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A frame with a personality of its own, so that the unwinder of the program
// finds a handler here whatever C++ library it belongs to.
        .text
        .hidden hcrArchCallGuarded
        .globl  hcrArchCallGuarded
        .type   hcrArchCallGuarded, @function
hcrArchCallGuarded:
        .cfi_startproc
        .cfi_personality 0x1b, hcrArchPersonality
        endbr64
        pushq   %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp
        movq    %rdi, %rax
        movq    %rsi, %rdi
        callq   *%rax
        xorl    %eax, %eax
        popq    %rbp
        .cfi_remember_state
        .cfi_def_cfa %rsp, 8
        retq
        .cfi_restore_state
        .hidden hcrArchLanding
        .globl  hcrArchLanding
hcrArchLanding:                         // %rax: the exception
        endbr64
        movq    %rax, %rdi
        callq   hcrArchCaught
        movl    $1, %eax
        popq    %rbp
        .cfi_def_cfa %rsp, 8
        retq
        .cfi_endproc
        .size   hcrArchCallGuarded, .-hcrArchCallGuarded

        .section .note.GNU-stack, "", @progbits
        .section .note.gnu.property, "a"
        .p2align 3
        .long   4, 16, 5
        .asciz  "GNU"
        .long   0xc0000002, 4, 3, 0
