// SPDX-License-Identifier: Apache-2.0
// SwiftPM asks each target for a source (Package.swift, TinsmithCpp). This one sees to it that the
// header needs no other before it.
#include "tinsmith.hpp"
