// SPDX-License-Identifier: Apache-2.0
// Sending a message: find the method, leave every argument register as it was, jump. A message to
// nil gives 0 in every register that returns something; where a struct comes back in memory, the
// compiler asks for nil itself. Long doubles (objc_msgSend_fpret) are left out: a link error.
#if defined(__x86_64__)

asm(R"(
.macro SEND name, self, selector, lookup, is_super
.globl \name
.type \name, @function
\name:
  test %\self, %\self
  je 9f
  push %rbp
  mov %rsp, %rbp
  sub $192, %rsp
  mov %rdi, 0(%rsp); mov %rsi, 8(%rsp); mov %rdx, 16(%rsp)
  mov %rcx, 24(%rsp); mov %r8, 32(%rsp); mov %r9, 40(%rsp)
  mov %rax, 48(%rsp)             # how many vector registers a variadic call uses
  movaps %xmm0, 64(%rsp); movaps %xmm1, 80(%rsp)
  movaps %xmm2, 96(%rsp); movaps %xmm3, 112(%rsp)
  movaps %xmm4, 128(%rsp); movaps %xmm5, 144(%rsp)
  movaps %xmm6, 160(%rsp); movaps %xmm7, 176(%rsp)
  mov %\self, %rdi               # with a struct in memory all is one register further on
.ifc \selector, rdx
  mov %rdx, %rsi
.endif
  call \lookup@PLT
  mov %rax, %r11
  mov 0(%rsp), %rdi; mov 8(%rsp), %rsi; mov 16(%rsp), %rdx
  mov 24(%rsp), %rcx; mov 32(%rsp), %r8; mov 40(%rsp), %r9
  mov 48(%rsp), %rax
  movaps 64(%rsp), %xmm0; movaps 80(%rsp), %xmm1
  movaps 96(%rsp), %xmm2; movaps 112(%rsp), %xmm3
  movaps 128(%rsp), %xmm4; movaps 144(%rsp), %xmm5
  movaps 160(%rsp), %xmm6; movaps 176(%rsp), %xmm7
  leave
.if \is_super
  mov (%\self), %\self           # the receiver
.endif
  jmp *%r11
9:
  xor %eax, %eax
  xor %edx, %edx
  xorps %xmm0, %xmm0
  xorps %xmm1, %xmm1
  ret
.endm
.text
SEND objc_msgSend, rdi, rsi, objc_find, 0
SEND objc_msgSendSuper2, rdi, rsi, objc_find_super, 1
SEND objc_msgSend_stret, rsi, rdx, objc_find, 0
SEND objc_msgSendSuper2_stret, rsi, rdx, objc_find_super, 1
.section .note.GNU-stack, "", @progbits
.text
)");

#elif defined(__aarch64__)

asm(R"(
.macro SEND name, lookup, is_super
.globl \name
.type \name, %function
\name:
  cbz x0, 9f
  stp x29, x30, [sp, #-224]!
  mov x29, sp
  stp x0, x1, [sp, #16]
  stp x2, x3, [sp, #32]
  stp x4, x5, [sp, #48]
  stp x6, x7, [sp, #64]
  str x8, [sp, #80]              // where a struct is returned
  stp q0, q1, [sp, #96]
  stp q2, q3, [sp, #128]
  stp q4, q5, [sp, #160]
  stp q6, q7, [sp, #192]
  bl \lookup
  mov x17, x0
  ldp x0, x1, [sp, #16]
  ldp x2, x3, [sp, #32]
  ldp x4, x5, [sp, #48]
  ldp x6, x7, [sp, #64]
  ldr x8, [sp, #80]
  ldp q0, q1, [sp, #96]
  ldp q2, q3, [sp, #128]
  ldp q4, q5, [sp, #160]
  ldp q6, q7, [sp, #192]
  ldp x29, x30, [sp], #224
.if \is_super
  ldr x0, [x0]                   // the receiver
.endif
  br x17
9:
  mov x1, #0
  movi d0, #0
  movi d1, #0
  movi d2, #0
  movi d3, #0
  ret
.endm
.text
SEND objc_msgSend, objc_find, 0
SEND objc_msgSendSuper2, objc_find_super, 1
.section .note.GNU-stack, "", %progbits
.text
)");

#else
#error "objc_msgSend is written for x86-64 and arm64"
#endif
