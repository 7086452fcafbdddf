// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// hcr_guard()'s frame, which the unwinder finds by its code, and a call on
// another stack.
#include "X86_64Macros.inc"

        begin   hcrArchGuard
        endbr64
        pushq   %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp
        pushq   %rbx
        .cfi_offset %rbx, -24
        pushq   %r12
        .cfi_offset %r12, -32
        pushq   %r13
        .cfi_offset %r13, -40
        pushq   %r14
        .cfi_offset %r14, -48
        pushq   %r15
        .cfi_offset %r15, -56
        subq    $24, %rsp
        stmxcsr (%rsp)
        fnstcw  4(%rsp)
        movq    %rdi, %rax
        movq    %rsi, %rdi
        callq   *%rax
        xorl    %eax, %eax
        jmp     1f
        .hidden hcrArchGuardLanding
        .globl  hcrArchGuardLanding
hcrArchGuardLanding:                    // %eax: the signal; %rsp, %rbp are set
        endbr64
        cld
        fninit
        fldcw   4(%rsp)
        ldmxcsr (%rsp)
1:      addq    $24, %rsp
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        .cfi_def_cfa %rsp, 8
        retq
        end     hcrArchGuard

        begin   hcrArchCallOn
        endbr64
        pushq   %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp
        movq    %rdi, %rsp
        andq    $-16, %rsp
        movq    %rdx, %rdi
        callq   *%rsi
        movq    %rbp, %rsp
        popq    %rbp
        .cfi_def_cfa %rsp, 8
        retq
        end     hcrArchCallOn

        noteProperties
