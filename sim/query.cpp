#include "sim/query.h"

#include "base/encoding.h"
#include "base/text.h"
#include "sim/s3_error.h"

namespace s3c::sim {
namespace {

std::string decode(std::string_view text) {
  std::optional<std::string> decoded = base::percent_decode(text, true);
  if (!decoded) throw S3Error(S3Code::InvalidURI);
  return std::move(*decoded);
}

}  // namespace

Query::Query(std::string_view raw_query) {
  while (!raw_query.empty()) {
    const std::size_t end = raw_query.find('&');
    const std::string_view pair = raw_query.substr(0, end);
    raw_query = end == std::string_view::npos ? std::string_view{} : raw_query.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    parameters_.emplace_back(decode(pair.substr(0, equals)), equals == std::string_view::npos
                                                                 ? std::string{}
                                                                 : decode(pair.substr(equals + 1)));
  }
}

const std::string* Query::find(std::string_view name) const {
  for (const auto& [candidate, value] : parameters_) {
    if (candidate == name) return &value;
  }
  return nullptr;
}

std::string_view Query::get(std::string_view name) const {
  const std::string* value = find(name);
  return value == nullptr ? std::string_view{} : std::string_view(*value);
}

std::optional<int> Query::get_number(std::string_view name, int limit) const {
  const std::string* text = find(name);
  if (text == nullptr || text->empty()) return std::nullopt;
  const auto value = base::parse_number<int>(*text);
  if (!value || *value < 0 || *value > limit) {
    throw S3Error(S3Code::InvalidArgument,
                  "Argument " + std::string(name) + " must be an integer from 0 to " + std::to_string(limit))
        .with("ArgumentName", std::string(name))
        .with("ArgumentValue", *text);
  }
  return value;
}

}  // namespace s3c::sim
