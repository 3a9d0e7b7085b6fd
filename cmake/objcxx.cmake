# Objective-C++ for the Metal device and its tests: clang's, since g++ has neither ARC nor blocks. Where clang 14 is
# missing, TS_OBJCXX is off, and so is all that needs it (tests/apple/README.md).
set(TS_OBJCXX OFF)
if(APPLE OR TS_SANITIZE OR TS_FUZZ)
  return()  # Linux alone; the tests of the Metal device bring sanitizers of their own
endif()
find_program(CMAKE_OBJCXX_COMPILER NAMES clang++-14)
if(NOT CMAKE_OBJCXX_COMPILER)
  message(NOTICE "Metal device and its tests: off, clang-14 is missing (tools/setup test installs it)")
  return()
endif()
set(CMAKE_OBJCXX_STANDARD 20)
set(CMAKE_OBJCXX_STANDARD_REQUIRED ON)
set(CMAKE_OBJCXX_EXTENSIONS OFF)
if(CCACHE)
  set(CMAKE_OBJCXX_COMPILER_LAUNCHER ${CCACHE})
endif()
enable_language(OBJCXX)
set(TS_OBJCXX ON)
