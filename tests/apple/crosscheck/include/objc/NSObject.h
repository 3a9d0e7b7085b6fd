// SPDX-License-Identifier: Apache-2.0
// In front of Darwin's own: <os/object.h> includes this name, and there can be one NSObject alone,
// the stand-in's, as Foundation is the stand-in too.
#pragma once
#import <Foundation/NSObject.h>
