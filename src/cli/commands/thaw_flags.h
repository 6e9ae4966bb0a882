// The flags of the commands that can ask for a thaw.
#pragma once

#include "catalog/volume_thaw.h"
#include "cli/options/reader.h"

namespace s3c::cli {

inline constexpr std::string_view kTheThaw = "The thaw";

constexpr Flag tier_flag() {
  return {.name = "tier",
          .value = "TIER",
          .group = kTheThaw,
          .help = "speed and cost of the thaw",
          .fallback = to_string(s3::RestoreTier::bulk),
          .choices = {to_string(s3::RestoreTier::bulk), to_string(s3::RestoreTier::standard),
                      to_string(s3::RestoreTier::expedited)}};
}

constexpr Flag days_flag() {
  return {.name = "days",
          .value = "COUNT",
          .group = kTheThaw,
          .help = "days that thawed copies stay",
          .fallback = "3",
          .range = {1, 30'000}};
}

constexpr Flag wait_flag(std::string_view help) {
  return {.name = "wait", .kind = FlagKind::toggle, .group = kTheThaw, .help = help};
}

constexpr Flag poll_flag() {
  return {.name = "poll",
          .value = "AGE",
          .group = kTheThaw,
          .help = "with --wait: how often to ask",
          .fallback = "1m"};
}

/// Throws UsageError.
inline catalog::ThawOptions read_thaw(const Reader& reader) {
  catalog::ThawOptions thaw;
  const std::string tier = reader.choice("tier");
  for (const auto one : {s3::RestoreTier::bulk, s3::RestoreTier::standard, s3::RestoreTier::expedited}) {
    if (tier == to_string(one)) thaw.tier = one;
  }
  thaw.days = reader.number("days");
  return thaw;
}

}  // namespace s3c::cli
