// A request's query string, decoded. Value type.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace s3c::sim {

class Query {
 public:
  Query() = default;
  /// Throws S3Error: InvalidURI for malformed percent-encoding. '+' means space, as S3 reads it.
  explicit Query(std::string_view raw_query);

  bool has(std::string_view name) const { return find(name) != nullptr; }
  /// The first value, or nullptr.
  const std::string* find(std::string_view name) const;
  /// The first value, or "" when there is none.
  std::string_view get(std::string_view name) const;
  /// A number from 0 to limit, or nullopt when the parameter is absent. Throws S3Error: InvalidArgument.
  std::optional<int> get_number(std::string_view name, int limit) const;

  const std::vector<std::pair<std::string, std::string>>& parameters() const { return parameters_; }

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace s3c::sim
