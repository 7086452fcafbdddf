// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The common part of notice stubs, which are made like entry thunks
// (X86_64Enter.S): %rax and the number of the stub are on the stack, %rax leads
// to the cells.
//
// Everything a call can pass is kept, also under regcall and preserve_none,
// which pass arguments in %r11: all registers that a C function may change,
// and the vector registers at full width, because an argument may be a __m512.
// The stack arguments are where they were: the body is reached by a jump.
#include "X86_64Macros.inc"

        begin   hcrArchNotice
        .cfi_def_cfa %rsp, 24           // %rax, index, return address
        endbr64
        pushq   %rcx
        .cfi_adjust_cfa_offset 8
        movq    16(%rsp), %rcx          // index
        shlq    $4, %rcx
        leaq    16(%rax,%rcx), %rax     // the cell; the head's is in front
        testb   $1, 8(%rax)             // told: the lowest bit of Context
        jz      1f
0:      movq    (%rax), %rcx
        movq    %rcx, 16(%rsp)          // the body
        .cfi_remember_state
        popq    %rcx
        .cfi_adjust_cfa_offset -8
        popq    %rax
        .cfi_adjust_cfa_offset -8
        leaq    8(%rsp), %rsp
        .cfi_adjust_cfa_offset -8
        jmpq    *-8(%rsp)
        .cfi_restore_state
1:      pushq   %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_offset %rbp, -40
        movq    %rsp, %rbp
        .cfi_def_cfa %rbp, 40
        pushq   %rdx
        pushq   %rsi
        pushq   %rdi
        pushq   %r8
        pushq   %r9
        pushq   %r10
        pushq   %r11
        pushq   %rbx
        pushq   %rax
        movq    %rax, %rdi
        movq    32(%rbp), %rsi          // the return address
        callKeepingVectors HcrArchReport
        leaq    -72(%rbp), %rsp
        popq    %rax
        popq    %rbx
        popq    %r11
        popq    %r10
        popq    %r9
        popq    %r8
        popq    %rdi
        popq    %rsi
        popq    %rdx
        popq    %rbp
        .cfi_def_cfa %rsp, 32
        .cfi_restore %rbp
        jmp     0b
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
