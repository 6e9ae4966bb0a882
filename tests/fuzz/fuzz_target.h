// What every fuzz target shares: how it says that a property does not hold. A target is one function of
// bytes. It calls a parser, which has to give the right value or base::Error of a kind its header documents;
// anything else ends the program: another exception, a broken property, a sanitizer's finding, memory beyond
// the limits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/encoding.h"
#include "base/error.h"

namespace s3c::fuzz {

inline void require(bool holds, std::string_view property) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(property.size()), property.data());
  std::abort();
}

/// True when text can be printed on one line of a terminal and does nothing there.
inline bool is_printable(std::string_view text) {
  return base::printable(text) == text;
}

/// What call returns (std::monostate for nothing), or nullopt when it threw Error of one of kinds. Other
/// kinds end the program; other exceptions pass through, and end it too.
template <typename Call>
auto value_of(std::initializer_list<base::ErrorKind> kinds, Call&& call) {
  using Result = std::invoke_result_t<Call>;
  using Value = std::conditional_t<std::is_void_v<Result>, std::monostate, Result>;
  std::optional<Value> value;
  try {
    if constexpr (std::is_void_v<Result>) {
      call();
      value.emplace();
    } else {
      value.emplace(call());
    }
  } catch (const base::Error& error) {
    if (std::find(kinds.begin(), kinds.end(), error.kind()) == kinds.end()) {
      std::fprintf(stderr, "%s\n", error.what());
      require(false, "an Error is of a documented kind");
    }
    require(!error.message().empty(), "an Error says what was wrong");
  }
  return value;
}

/// The parts of text between separators; at least one.
inline std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace s3c::fuzz

/// What each target defines: one input. libFuzzer's signature; returns 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace s3c::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace s3c::fuzz
