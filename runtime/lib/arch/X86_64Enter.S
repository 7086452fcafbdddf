// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The common part of entry thunks (X86_64.cpp), and the way back into a recorded
// call.
//
// Nothing but the flags is changed for the body: under conventions other than
// the usual one (regcall, preserve_none) %r11 is an argument, too. So what the
// thunk needs is on the stack, and the body's address lies in the red zone when
// it is jumped to.
#include "X86_64Macros.inc"

#define TOP 0
#define BEGIN 8
#define END 16
#define STACK_LOW 24
#define STACK_HIGH 32
#define GLOBALS 40

#define STACK 0
#define BODY 8
#define CELL 16
#define RETURN 24
#define WHOLE 32
#define TARGET 40
#define RAX 48
#define RCX 56
#define RDX 64
#define RBX 72
#define RBP 80
#define RSI 88
#define RDI 96
#define R8 104
#define R9 112
#define R10 120
#define R11 128
#define R12 136
#define R13 144
#define R14 152
#define R15 160
#define MXCSR 168
#define CONTROL 172
#define EXCEPTIONS 176
#define BYTES 192
#define VECTORS 256
#define COPY 1280
#define RECORD 1792
#define MOST 512

        .macro storeVectors Move, Width
        .irp    N, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        \Move   %\Width\()mm\N, VECTORS + 64 * \N(%rdi)
        .endr
        .endm
        .macro loadVectors Move, Width
        .irp    N, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        \Move   VECTORS + 64 * \N(%rdi), %\Width\()mm\N
        .endr
        .endm

        begin   hcrArchEnter
        .cfi_def_cfa %rsp, 24           // %rax, index, return address
        endbr64
        pushq   %rcx
        .cfi_adjust_cfa_offset 8
        pushq   %rdx
        .cfi_adjust_cfa_offset 8
        pushq   %rsi
        .cfi_adjust_cfa_offset 8
        pushq   %rdi
        .cfi_adjust_cfa_offset 8
        movq    40(%rsp), %rcx          // index
        shlq    $4, %rcx
        leaq    16(%rax,%rcx), %rax     // the cell; the head's is in front
        movq    (%rax), %rcx
        movq    %rcx, 40(%rsp)          // the body
        movq    HcrArchRecords@gottpoff(%rip), %rdx
        movq    %fs:(%rdx), %rdx
        testq   %rdx, %rdx
        jz      5f
        // Whoever returned is dropped.
0:      leaq    48(%rsp), %rsi
        movq    TOP(%rdx), %rdi
1:      cmpq    BEGIN(%rdx), %rdi
        jbe     2f
        cmpq    %rsi, STACK - RECORD(%rdi)
        ja      2f
        subq    $RECORD, %rdi
        jmp     1b
2:      cmpq    END(%rdx), %rdi
        jae     4f
        // First it is taken: a signal's handler may call through a thunk now.
        leaq    RECORD(%rdi), %rcx
        movq    %rcx, TOP(%rdx)
        movq    $0, WHOLE(%rdi)
        movq    %rsi, STACK(%rdi)
        movq    %rax, CELL(%rdi)
        movq    40(%rsp), %rcx
        movq    %rcx, BODY(%rdi)
        movq    (%rsi), %rcx
        movq    %rcx, RETURN(%rdi)
        movq    32(%rsp), %rcx
        movq    %rcx, RAX(%rdi)
        movq    24(%rsp), %rcx
        movq    %rcx, RCX(%rdi)
        movq    16(%rsp), %rcx
        movq    %rcx, RDX(%rdi)
        movq    8(%rsp), %rcx
        movq    %rcx, RSI(%rdi)
        movq    (%rsp), %rcx
        movq    %rcx, RDI(%rdi)
        movq    %rbx, RBX(%rdi)
        movq    %rbp, RBP(%rdi)
        movq    %r8, R8(%rdi)
        movq    %r9, R9(%rdi)
        movq    %r10, R10(%rdi)
        movq    %r11, R11(%rdi)
        movq    %r12, R12(%rdi)
        movq    %r13, R13(%rdi)
        movq    %r14, R14(%rdi)
        movq    %r15, R15(%rdi)
        stmxcsr MXCSR(%rdi)
        fnstcw  CONTROL(%rdi)
        movl    HcrArchVectors(%rip), %ecx
        cmpl    $1, %ecx
        je      6f
        ja      7f
        storeVectors movaps, x
        jmp     8f
6:      storeVectors vmovaps, y
        jmp     8f
7:      storeVectors vmovaps, z
8:      movq    GLOBALS(%rdx), %rcx
        testq   %rcx, %rcx
        jz      9f
        movq    (%rcx), %rax
        movq    %rax, EXCEPTIONS(%rdi)
        movq    8(%rcx), %rax
        movq    %rax, EXCEPTIONS + 8(%rdi)
9:      // Arguments on the stack; of a stack that is not the thread's own only
        // to the end of the page.
        addq    $8, %rsi
        movq    STACK_HIGH(%rdx), %rcx
        cmpq    STACK_LOW(%rdx), %rsi
        jb      1f
        cmpq    %rcx, %rsi
        jb      2f
1:      leaq    -1(%rsi), %rcx
        orq     $4095, %rcx
        incq    %rcx
2:      subq    %rsi, %rcx
        cmpq    $MOST, %rcx
        jbe     3f
        movl    $MOST, %ecx
3:      movq    %rcx, BYTES(%rdi)
        shrq    $3, %rcx
        movq    %rdi, %rdx
        leaq    COPY(%rdi), %rdi
        rep     movsq
        movq    $1, WHOLE(%rdx)
        jmp     3f
4:      movq    %rdi, TOP(%rdx)
3:      .cfi_remember_state
        popq    %rdi
        .cfi_adjust_cfa_offset -8
        popq    %rsi
        .cfi_adjust_cfa_offset -8
        popq    %rdx
        .cfi_adjust_cfa_offset -8
        popq    %rcx
        .cfi_adjust_cfa_offset -8
        popq    %rax
        .cfi_adjust_cfa_offset -8
        leaq    8(%rsp), %rsp
        .cfi_adjust_cfa_offset -8
        jmpq    *-8(%rsp)
        .cfi_restore_state
        // The thread's first thunk: everything that a C function may change is
        // saved around it, as in X86_64Notice.S.
5:      leaq    48(%rsp), %rdi
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_offset %rbp, -64
        movq    %rsp, %rbp
        .cfi_def_cfa %rbp, 64
        pushq   %rax
        pushq   %r8
        pushq   %r9
        pushq   %r10
        pushq   %r11
        pushq   %rbx
        callKeepingVectors HcrArchMakeRecords
        movq    %rcx, %rdx
        leaq    -48(%rbp), %rsp
        popq    %rbx
        popq    %r11
        popq    %r10
        popq    %r9
        popq    %r8
        popq    %rax
        popq    %rbp
        .cfi_def_cfa %rsp, 56
        .cfi_restore %rbp
        jmp     0b
        end     hcrArchEnter

        begin   hcrArchCallAgain
        endbr64
        cld
        movq    %rdi, %rdx
        movq    RETURN(%rdx), %rax
        movq    %rax, (%rsp)
        leaq    COPY(%rdx), %rsi
        leaq    8(%rsp), %rdi
        movq    BYTES(%rdx), %rcx
        rep     movsb
        movq    %rdx, %rdi
        movq    TARGET(%rdi), %rax
        movq    %rax, -8(%rsp)
        fninit
        fldcw   CONTROL(%rdi)
        ldmxcsr MXCSR(%rdi)
        movl    HcrArchVectors(%rip), %ecx
        cmpl    $1, %ecx
        je      1f
        ja      2f
        loadVectors movaps, x
        jmp     3f
1:      loadVectors vmovaps, y
        jmp     3f
2:      loadVectors vmovaps, z
3:      movq    RAX(%rdi), %rax
        movq    RCX(%rdi), %rcx
        movq    RDX(%rdi), %rdx
        movq    RBX(%rdi), %rbx
        movq    RBP(%rdi), %rbp
        movq    RSI(%rdi), %rsi
        movq    R8(%rdi), %r8
        movq    R9(%rdi), %r9
        movq    R10(%rdi), %r10
        movq    R11(%rdi), %r11
        movq    R12(%rdi), %r12
        movq    R13(%rdi), %r13
        movq    R14(%rdi), %r14
        movq    R15(%rdi), %r15
        movq    RDI(%rdi), %rdi
        jmpq    *-8(%rsp)
        end     hcrArchCallAgain
        .hidden HcrArchSaveSize
        .hidden HcrArchVectors
        .hidden HcrArchRecords
        .hidden HcrArchMakeRecords

        noteProperties
