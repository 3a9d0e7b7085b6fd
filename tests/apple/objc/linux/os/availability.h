// SPDX-License-Identifier: Apache-2.0
// Stand-in for Apple's header. tests/apple/declarations reads the versions out of the text.
#pragma once
#define API_AVAILABLE(...)
#define API_UNAVAILABLE(...)
