#include "sim/listing.h"

#include <algorithm>
#include <limits>

#include "sim/s3_error.h"
#include "sim/xml.h"

namespace s3c::sim {
namespace {

constexpr int kMaxEntries = 1000;

}  // namespace

ListingQuery::ListingQuery(const Query& query, std::string_view count_parameter, bool takes_encoding)
    : prefix(query.get("prefix")), delimiter(query.get("delimiter")) {
  const int asked = query.get_number(count_parameter, std::numeric_limits<int>::max()).value_or(kMaxEntries);
  max_entries = std::min(asked, kMaxEntries);
  if (const std::string* encoding = query.find("encoding-type"); encoding != nullptr && takes_encoding) {
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

bool precedes_in_utf16(std::string_view a, std::string_view b) {
  const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (in_a == a.end() || in_b == b.end()) return in_a == a.end() && in_b != b.end();
  const auto lead_a = static_cast<unsigned char>(*in_a);
  const auto lead_b = static_cast<unsigned char>(*in_b);
  // 0xf0 and above lead a surrogate pair; 0xee and 0xef lead U+E000 to U+FFFF, which come after all pairs.
  const bool pair_a = lead_a >= 0xf0;
  const bool pair_b = lead_b >= 0xf0;
  if (pair_a != pair_b && std::min(lead_a, lead_b) >= 0xee) return pair_a;
  return lead_a < lead_b;
}

std::string first_after_prefix(std::string_view prefix) {
  std::string next(prefix);
  while (!next.empty() && static_cast<unsigned char>(next.back()) == 0xff) next.pop_back();
  if (!next.empty()) next.back() = static_cast<char>(static_cast<unsigned char>(next.back()) + 1);
  return next;
}

}  // namespace s3c::sim
