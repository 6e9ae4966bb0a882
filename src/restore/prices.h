// S3's list prices, as data: us-east-1, US dollars, August 2026. Source: "Amazon S3 pricing".
#pragma once

#include <array>
#include <string_view>

#include "s3/types.h"

namespace s3c::restore {

/// What thawing from a class costs. Bulk from GLACIER is free.
struct ThawPrice {
  std::string_view storage_class;
  s3::RestoreTier tier;
  double per_gib;
  double per_1000_requests;
  std::string_view takes;  ///< the time until the copy can be read
};
inline constexpr std::array<ThawPrice, 5> kThawPrices = {{
    {"GLACIER", s3::RestoreTier::expedited, .03, 10, "1 to 5 minutes"},
    {"GLACIER", s3::RestoreTier::standard, .01, .05, "3 to 5 hours"},
    {"GLACIER", s3::RestoreTier::bulk, 0, 0, "5 to 12 hours"},
    {"DEEP_ARCHIVE", s3::RestoreTier::standard, .02, .10, "12 hours"},
    {"DEEP_ARCHIVE", s3::RestoreTier::bulk, .0025, .025, "48 hours"},
}};

inline constexpr double kPutPer1000 = .005;  ///< price of PUT and LIST
inline constexpr double kGetPer1000 = .0004;

}  // namespace s3c::restore
