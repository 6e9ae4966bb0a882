// What all listings share: their parameters, delimiters, and writing keys into XML. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "sim/query.h"

namespace s3c::sim {

/// The parameters of every listing.
struct ListingQuery {
  std::string prefix;
  std::string delimiter;  ///< "" for none; may be longer than one byte
  int max_entries = 1000;
  bool url_encoding = false;

  /// count_parameter: "max-keys" or "max-uploads". takes_encoding: false: encoding-type is ignored. Throws
  /// S3Error: InvalidArgument.
  ListingQuery(const Query& query, std::string_view count_parameter, bool takes_encoding = true);

  /// A key or prefix as it is written into the document.
  std::string text(std::string_view key) const;
  /// The common prefix under which key is listed, delimiter included; "" if key is listed itself.
  /// REQUIRES: key starts with prefix.
  std::string_view common_prefix_of(std::string_view key) const;
};

/// Whether UTF-8 text a comes before b in the order of UTF-16, which some stores have. It differs from the order
/// of the bytes where a character above U+FFFF meets one from U+E000 on.
bool precedes_in_utf16(std::string_view a, std::string_view b);

/// The smallest string above every string that starts with prefix; "" when there is none (prefix is all 0xff
/// or empty). A listing with a delimiter jumps there, so its cost depends on the entries that it returns and
/// not on the number of keys below the prefixes.
std::string first_after_prefix(std::string_view prefix);

}  // namespace s3c::sim
