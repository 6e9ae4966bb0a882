// "Did you mean ...?": finds the candidate that is closest to a mistyped word. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace s3c::cli {

/// How many letters must be inserted, removed, replaced or swapped with their neighbour to turn a into b.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that is closest to word; of equally close ones the first; nullopt when none is close enough.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace s3c::cli
