// SPDX-License-Identifier: Apache-2.0
// For the fake frameworks: what lies in a dispatch_data_t.
#pragma once
#import <dispatch/dispatch.h>

#include <cstddef>
#include <span>

std::span<const std::byte> dispatch_data_bytes(dispatch_data_t data);
