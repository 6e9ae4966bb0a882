#include "sim/listing.h"

#include <algorithm>
#include <limits>

#include "sim/s3_error.h"
#include "sim/xml.h"

namespace s3c::sim {
namespace {

constexpr int kMaxEntries = 1000;

}  // namespace

ListingQuery::ListingQuery(const Query& query, std::string_view count_parameter)
    : prefix(query.get("prefix")), delimiter(query.get("delimiter")) {
  const int asked = query.get_number(count_parameter, std::numeric_limits<int>::max()).value_or(kMaxEntries);
  max_entries = std::min(asked, kMaxEntries);
  if (const std::string* encoding = query.find("encoding-type")) {
    if (*encoding != "url") {
      throw S3Error(S3Code::InvalidArgument, "Invalid Encoding Method specified in Request")
          .with("ArgumentName", "encoding-type")
          .with("ArgumentValue", *encoding);
    }
    url_encoding = true;
  }
}

std::string ListingQuery::text(std::string_view key) const {
  return url_encoding ? url_encode_listing(key) : std::string(key);
}

std::string_view ListingQuery::common_prefix_of(std::string_view key) const {
  if (delimiter.empty()) return {};
  const std::size_t at = key.find(delimiter, prefix.size());
  return at == std::string_view::npos ? std::string_view{} : key.substr(0, at + delimiter.size());
}

std::string first_after_prefix(std::string_view prefix) {
  std::string next(prefix);
  while (!next.empty() && static_cast<unsigned char>(next.back()) == 0xff) next.pop_back();
  if (!next.empty()) next.back() = static_cast<char>(static_cast<unsigned char>(next.back()) + 1);
  return next;
}

}  // namespace s3c::sim
