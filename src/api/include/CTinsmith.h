/* SPDX-License-Identifier: Apache-2.0
 *
 * The Clang module CTinsmith, which Swift imports. It names this header and not tinsmith.h, so that
 * C++ of a Swift package, which may not build modules, includes tinsmith.h as text. */
#include "tinsmith.h"
