// SPDX-License-Identifier: Apache-2.0
// Stand-in for Apple's header, for Linux alone. Which system this is, the test says at run time.
#pragma once
#define TARGET_OS_MAC 0
#define TARGET_OS_OSX 0
#define TARGET_OS_IPHONE 0
#define TARGET_OS_IOS 0
#define TARGET_OS_SIMULATOR 0
#define TARGET_OS_STAND_IN 1

#ifdef __cplusplus
extern "C"
#endif
    // "iOS", "iOS simulator" or "macOS"; ts_stand_in_system() in stand_in.h sets it.
    const char*
    ts_stand_in_platform(void);
