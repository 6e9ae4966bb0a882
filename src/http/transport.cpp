#include "http/transport.h"

#include <algorithm>

#include "base/text.h"

namespace s3c::http {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return base::lower(x) == base::lower(y); });
}

void Headers::add(std::string_view name, std::string_view value) {
  for (const std::string_view piece : {name, value}) {
    text_ += piece;
    ends_.push_back(static_cast<std::uint32_t>(text_.size()));
  }
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [field, value] : *this) {
    if (equal_ignoring_case(field, name)) return value;
  }
  return std::nullopt;
}

void Headers::reserve(std::size_t count, std::size_t bytes) {
  ends_.reserve(2 * count);
  text_.reserve(bytes);
}

void Headers::clear() {
  text_.clear();
  ends_.clear();
}

}  // namespace s3c::http
