// SPDX-License-Identifier: Apache-2.0
// What tests may ask of the stand-in, and tell it. Plain C++.
#pragma once

extern "C" {

// Objects allocated and not yet destroyed: a leak test compares before and after.
long objc_live_objects();
// How many classes have a living object, with names: "3 NSError, 1 FakeBuffer"; for a leak's
// message. Empty where there are none.
const char* objc_describe_live_objects();

// Every @protocol of the program, one line a method with its type encoding, tabs between:
// protocol, "req" or "opt", "-selector", encoding; or protocol, "inherits", parent.
void ts_print_protocols();
// The same of the classes whose names begin with NS or MTL; objects have no class there.
void ts_print_classes();

// What system this pretends to be; iOS 16.0 at first. "iOS", "iOS simulator" or "macOS".
void ts_stand_in_system(const char* platform, int major, int minor, int patch);

}  // extern "C"
