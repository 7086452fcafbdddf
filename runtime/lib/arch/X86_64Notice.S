// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The common part of notice stubs; %r11 points to the NoticeCell.
//
// Everything a call can pass is kept: six integer registers, %rax (the number
// of vector registers of a variadic call), %r10 (static chain), and the vector
// registers at full width through XSAVE, because an argument may be a __m512.
// The stack arguments are where they were: the body is reached by a jump.
        .text
        .hidden hcrArchNotice
        .globl  hcrArchNotice
        .type   hcrArchNotice, @function
hcrArchNotice:
        .cfi_startproc
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
        movl    HcrArchSaveSize(%rip), %ebx
        testl   %ebx, %ebx
        jz      2f
        subq    %rbx, %rsp
        andq    $-64, %rsp
        // XSAVE only sets bits in its header; XRSTOR wants the others zero.
        xorl    %eax, %eax
        movq    %rax, 512(%rsp)
        movq    %rax, 520(%rsp)
        movq    %rax, 528(%rsp)
        movq    %rax, 536(%rsp)
        movq    %rax, 544(%rsp)
        movq    %rax, 552(%rsp)
        movq    %rax, 560(%rsp)
        movq    %rax, 568(%rsp)
        movl    $0xe6, %eax             // SSE, AVX, AVX-512
        xorl    %edx, %edx
        xsave64 (%rsp)
        movq    %r11, %rdi
        movq    8(%rbp), %rsi           // the return address
        callq   *HcrArchReport(%rip)
        movl    $0xe6, %eax
        xorl    %edx, %edx
        xrstor64 (%rsp)
        jmp     3f
2:      subq    $512, %rsp
        andq    $-64, %rsp
        fxsave64 (%rsp)
        movq    %r11, %rdi
        movq    8(%rbp), %rsi           // the return address
        callq   *HcrArchReport(%rip)
        fxrstor64 (%rsp)
3:      leaq    -80(%rbp), %rsp
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
        .cfi_endproc
        .size   hcrArchNotice, .-hcrArchNotice

        .hidden hcrArchNothing
        .globl  hcrArchNothing
        .type   hcrArchNothing, @function
hcrArchNothing:
        .cfi_startproc
        endbr64
        xorl    %eax, %eax
        xorl    %edx, %edx
        pxor    %xmm0, %xmm0
        pxor    %xmm1, %xmm1
        retq
        .cfi_endproc
        .size   hcrArchNothing, .-hcrArchNothing
        .hidden HcrArchSaveSize
        .hidden HcrArchReport

        .section .note.GNU-stack, "", @progbits
        // Says that indirect jumps land on landing pads here (IBT, SHSTK).
        .section .note.gnu.property, "a"
        .p2align 3
        .long   4, 16, 5
        .asciz  "GNU"
        .long   0xc0000002, 4, 3, 0
