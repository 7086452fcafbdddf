// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a function must keep for its caller: rbx, rbp, r12 to r15.
#include "X86_64Macros.inc"

        begin   hcrArchSaveRegisters
        endbr64
        movq    %rbx, 0(%rdi)
        movq    %rbp, 8(%rdi)
        movq    %r12, 16(%rdi)
        movq    %r13, 24(%rdi)
        movq    %r14, 32(%rdi)
        movq    %r15, 40(%rdi)
        retq
        end     hcrArchSaveRegisters

        noteProperties
