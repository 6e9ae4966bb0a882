# Every library we use comes from Debian 12 (scripts/install-deps); why each is here:
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(CURL REQUIRED)            # http/: keep-alive, TLS, proxies, HTTP as it is really spoken
find_package(OpenSSL REQUIRED)         # base/hash: HMAC, SHA-1, SHA-256, MD5
find_package(ZLIB REQUIRED)            # streamed members and index blocks; crc32_combine
find_package(fmt REQUIRED)             # text formatting (GCC 12 has no std::format)
find_package(spdlog REQUIRED)          # -v logging
# s3c_fmt_spdlog: both, linked statically. Their shared libraries have other names in each release of Debian, so a package that
# needs them installs on one release only. Debian has no static ones, but all of their code in the headers. As header-only
# libraries they would cost 3 s more for each file that is compiled.
if(S3C_STATIC) # packaging/build-static compiles the libraries
  add_library(s3c_fmt_spdlog INTERFACE)
  target_link_libraries(s3c_fmt_spdlog INTERFACE fmt::fmt spdlog::spdlog)
else()
  add_library(s3c_fmt_spdlog STATIC ${PROJECT_SOURCE_DIR}/cmake/fmt_and_spdlog.cpp)
  target_compile_definitions(s3c_fmt_spdlog PUBLIC SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL)
  target_link_libraries(s3c_fmt_spdlog PUBLIC Threads::Threads PRIVATE s3c_options)
endif()
# Manifests, --output json, index rows that another program wrote. Not simdjson as well: rows as we write them are
# read without any JSON parser (index/row_readers.h), and of the others what is refused, and how, may not change.
find_package(nlohmann_json REQUIRED)
find_path(S3C_TOML_FOLDER toml++/toml.h REQUIRED) # the file of --config; used as headers, so it adds no shared library
pkg_check_modules(pugixml REQUIRED IMPORTED_TARGET pugixml)        # base/xml: S3's XML
pkg_check_modules(libdeflate REQUIRED IMPORTED_TARGET libdeflate)  # members compressed in memory, fast CRC-32
pkg_check_modules(libzstd REQUIRED IMPORTED_TARGET libzstd)        # the pending central directory, kept small in memory
# malloc for s3compress: a tenth of the CPU per object and a third of the peak memory less than glibc's. Sanitizers
# bring their own.
if(S3C_STATIC) # musl's malloc is slow with many threads; tcmalloc is written for glibc
  find_package(mimalloc REQUIRED)
  add_library(s3c_malloc ALIAS mimalloc-static)
  set(malloc_version mimalloc/${mimalloc_VERSION})
else()
  pkg_check_modules(tcmalloc REQUIRED IMPORTED_TARGET GLOBAL libtcmalloc_minimal)
  add_library(s3c_malloc ALIAS PkgConfig::tcmalloc)
  set(malloc_version tcmalloc/${tcmalloc_VERSION})
  find_package(CLI11 REQUIRED)         # sim/ only: its command line
  find_package(Boost 1.74 REQUIRED)    # sim/ only: Beast
endif()
