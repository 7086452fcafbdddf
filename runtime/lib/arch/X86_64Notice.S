// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The common part of notice stubs; %r11 points to the NoticeCell.
//
// Everything a call can pass is kept: six integer registers, %rax (the number
// of vector registers of a variadic call), %r10 (static chain), and the vector
// registers at full width through XSAVE, because an argument may be a __m512.
// The stack arguments are where they were: the body is reached by a jump.
#include "X86_64Macros.inc"

        begin   hcrArchNotice
        endbr64
        testb   $1, 8(%r11)             // told: the lowest bit of Context
        jz      1f
        jmpq    *(%r11)
1:      pushq   %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp
        pushq   %rdi
        pushq   %rsi
        pushq   %rdx
        pushq   %rcx
        pushq   %r8
        pushq   %r9
        pushq   %rax
        pushq   %r10
        pushq   %r11
        pushq   %rbx
        movq    %r11, %rdi
        movq    8(%rbp), %rsi           // the return address
        callKeepingVectors HcrArchReport
        leaq    -80(%rbp), %rsp
        popq    %rbx
        popq    %r11
        popq    %r10
        popq    %rax
        popq    %r9
        popq    %r8
        popq    %rcx
        popq    %rdx
        popq    %rsi
        popq    %rdi
        popq    %rbp
        .cfi_def_cfa %rsp, 8
        .cfi_restore %rbp
        jmpq    *(%r11)
        end     hcrArchNotice

        begin   hcrArchNothing
        endbr64
        xorl    %eax, %eax
        xorl    %edx, %edx
        pxor    %xmm0, %xmm0
        pxor    %xmm1, %xmm1
        retq
        end     hcrArchNothing
        .hidden HcrArchSaveSize
        .hidden HcrArchReport

        noteProperties
