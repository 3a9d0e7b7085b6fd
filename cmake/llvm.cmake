# LLVM 14 as the imported target ts_llvm: typed pointers, and bitcode that Apple's readers take (docs/dependencies.md).
# LLVM's own LLVMConfig.cmake asks for the development files of everything that it was built with; we need one library.
find_path(TS_LLVM_INCLUDE llvm/IR/Module.h PATHS /usr/lib/llvm-14/include NO_DEFAULT_PATH)
find_library(TS_LLVM_LIBRARY LLVM-14 PATHS /usr/lib/llvm-14/lib NO_DEFAULT_PATH)
if(NOT TS_LLVM_INCLUDE OR NOT TS_LLVM_LIBRARY)
  message(FATAL_ERROR "LLVM 14 is missing: apt-get install llvm-14-dev, or -DTS_LLVM_INCLUDE=… -DTS_LLVM_LIBRARY=…")
endif()
add_library(ts_llvm SHARED IMPORTED GLOBAL)
set_target_properties(ts_llvm PROPERTIES IMPORTED_LOCATION ${TS_LLVM_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${TS_LLVM_INCLUDE}
  INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${TS_LLVM_INCLUDE}
  INTERFACE_COMPILE_DEFINITIONS "__STDC_CONSTANT_MACROS;__STDC_FORMAT_MACROS;__STDC_LIMIT_MACROS")

# Lavapipe brings an LLVM of its own version into the process. What our programs have instantiated of LLVM's templates
# must not take the place of its instances (it crashes in its optimiser), so they export nothing of LLVM.
add_link_options("$<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-Wl,--version-script=${CMAKE_CURRENT_LIST_DIR}/hide_llvm.map>")
