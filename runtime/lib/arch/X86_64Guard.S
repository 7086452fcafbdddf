// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A frame with a personality of its own, so that the unwinder of the program
// finds a handler here whatever C++ library it belongs to.
#include "X86_64Macros.inc"

        begin   hcrArchCallGuarded
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
        end     hcrArchCallGuarded

        noteProperties
