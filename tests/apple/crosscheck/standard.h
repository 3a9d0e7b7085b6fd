// SPDX-License-Identifier: Apache-2.0
// The headers of the C++ library that nearly every file of the runtime includes, precompiled once a
// target. One target is compiled without it, so that no file can lack an include.
#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>
