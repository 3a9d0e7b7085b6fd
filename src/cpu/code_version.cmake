# Writes OUT: a header with one hash of all the files of IN, so that code compiled by another version of src/cpu is
# never taken from the disk cache.
file(GLOB files ${IN}/*.cc ${IN}/*.h)
list(SORT files)
foreach(file ${files})
  if(NOT file MATCHES "_test\\.cc$")
    file(SHA256 ${file} hash)
    string(APPEND hashes ${hash})
  endif()
endforeach()
string(SHA256 version "${hashes}")
file(WRITE ${OUT} "#pragma once
#include <string_view>
namespace tinsmith::cpu {
constexpr std::string_view kCodeVersion = \"${version}\";
}
")
