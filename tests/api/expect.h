/* SPDX-License-Identifier: Apache-2.0
 * What a test in C needs: expectations that say where they failed, and go on. */
#ifndef EXPECT_H
#define EXPECT_H

#include <stdio.h>
#include <string.h>
#include <tinsmith.h>

static int failures = 0;

#define EXPECT(condition)                                            \
  do {                                                               \
    if (!(condition)) {                                              \
      printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      printf("    the last error is: %s\n", tin_last_error());       \
      ++failures;                                                    \
    }                                                                \
  } while (0)

#define OK(call) EXPECT((call) == TIN_OK)

/* `call` fails with `status`, and the message contains `words`. */
#define FAILS(call, expected, words)                                                        \
  do {                                                                                      \
    const tin_status status = (call);                                                       \
    if (status != (expected) || strstr(tin_last_error(), words) == NULL) {                  \
      printf("%s:%d: %s: status %d, message: %s\n", __FILE__, __LINE__, #call, (int)status, \
             tin_last_error());                                                             \
      printf("    expected status %d and: %s\n", (int)(expected), words);                   \
      ++failures;                                                                           \
    }                                                                                       \
  } while (0)

#define SAYS(words) EXPECT(strstr(tin_last_error(), words) != NULL)

#endif
