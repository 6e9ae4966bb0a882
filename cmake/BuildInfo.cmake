# build_info: writes generated/cli/build_info.h, now and before each build.
set(build_type ${CMAKE_BUILD_TYPE})
if(S3C_SANITIZE)
  string(APPEND build_type " with sanitizers (${S3C_SANITIZE})")
endif()
if(S3C_STATIC)
  string(PREPEND build_type "static ")
endif()
# Library/version, as libcurl writes its own: lintian takes "libdeflate 1.14" for a copy of zlib in the program.
set(build_info_command ${CMAKE_COMMAND}
  -D SOURCE=${PROJECT_SOURCE_DIR}
  -D HEADER=${PROJECT_BINARY_DIR}/generated/cli/build_info.h
  -D VERSION=${PROJECT_VERSION}
  -D "BUILD_TYPE=${build_type}"
  -D "COMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
  -D "LIBRARIES=libcurl/${CURL_VERSION_STRING} OpenSSL/${OPENSSL_VERSION} zlib/${ZLIB_VERSION_STRING} libdeflate/${libdeflate_VERSION} zstd/${libzstd_VERSION} fmt/${fmt_VERSION} spdlog/${spdlog_VERSION} pugixml/${pugixml_VERSION} nlohmann-json/${nlohmann_json_VERSION} ${malloc_version}"
  -P ${PROJECT_SOURCE_DIR}/cmake/WriteBuildInfo.cmake)
execute_process(COMMAND ${build_info_command} COMMAND_ERROR_IS_FATAL ANY)
add_custom_target(build_info COMMAND ${build_info_command} VERBATIM
  BYPRODUCTS ${PROJECT_BINARY_DIR}/generated/cli/build_info.h COMMENT "Reading the version from git")
