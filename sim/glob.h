// Shell-like patterns over whole strings. Pure functions.
#pragma once

#include <string_view>

namespace s3c::sim {

/// True if pattern matches all of text. '*' stands for any number of bytes, also none, '/' included. '?'
/// stands for any one byte.
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace s3c::sim
