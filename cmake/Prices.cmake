# generated/base/price_files.h: the files of prices/, for src/base/prices.cpp. A changed file configures the project
# again.
file(GLOB price_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/prices/*.json)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${price_files})
set(price_table "")
foreach(file IN LISTS price_files)
  file(READ ${file} text)
  cmake_path(GET file FILENAME name)
  string(APPEND price_table "    {\"prices/${name}\", R\"json(${text})json\"},\n")
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/base/price_files.h @ONLY CONTENT [=[
// Made by cmake/Prices.cmake. Only base/prices.cpp includes it.
#pragma once

#include <string_view>

namespace s3c::base {

struct PriceFile {
  std::string_view name;
  std::string_view json;
};

inline constexpr PriceFile kPriceFiles[] = {
@price_table@};

}  // namespace s3c::base
]=])
