# Compiler flags that every target of ours gets, through the interface library s3c_options.
add_library(s3c_options INTERFACE)
target_compile_features(s3c_options INTERFACE cxx_std_20)
target_compile_options(s3c_options INTERFACE -Wall -Wextra -Wconversion -Wshadow)
if(S3C_WERROR)
  target_compile_options(s3c_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees overlapping copies in its own std::string when it optimizes (GCC bug 105651).
  # And an uninitialized std::stop_token where an aggregate is moved (release only; the other builds keep the warning).
  target_compile_options(s3c_options INTERFACE -Wno-restrict $<$<CONFIG:Release>:-Wno-maybe-uninitialized>)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # Guarded state is annotated (src/base/mutex.h): touching it without its lock doesn't compile.
  target_compile_options(s3c_options INTERFACE -Wthread-safety)
endif()
if(S3C_SANITIZE)
  # Optimized, a build with AddressSanitizer takes twice as long, more than its tests gain. With ThreadSanitizer it pays.
  set(level -O0)
  if(S3C_SANITIZE STREQUAL "thread")
    set(level -O1)
  endif()
  target_compile_options(s3c_options INTERFACE -fsanitize=${S3C_SANITIZE} -fno-omit-frame-pointer ${level} -g1)
  # operator[] of a string_view beyond its end stays within its allocation, where AddressSanitizer sees nothing wrong.
  target_compile_definitions(s3c_options INTERFACE _GLIBCXX_ASSERTIONS)
  target_link_options(s3c_options INTERFACE -fsanitize=${S3C_SANITIZE})
  find_program(S3C_LLD ld.lld)
  if(S3C_LLD) # GNU ld takes seconds for each of some thirty programs with sanitizers
    target_link_options(s3c_options INTERFACE -fuse-ld=lld)
  endif()
  if(S3C_SANITIZE MATCHES "undefined")
    # Three of its checks go without: they double the time a test file takes to compile (37 s rather than 19), and a null
    # pointer or a wrong object that is used ends in AddressSanitizer's hands anyway.
    target_compile_options(s3c_options INTERFACE -fno-sanitize-recover=undefined -fno-sanitize=null,alignment,vptr)
  endif()
endif()
