// What both kinds of places say when something is there already.
#pragma once

#include <fmt/format.h>

#include <string>

#include "base/counted.h"
#include "base/encoding.h"
#include "base/error.h"

namespace s3c::plan {

inline constexpr const char* kSplitStep = "write manifests";  ///< ErrorContext::operation

/// found: names of the manifests that are in place.
inline base::Error occupied_by_split(const std::string& place, const base::Counted<std::string>& found) {
  return {base::ErrorKind::invalid_argument,
          fmt::format(
              "{} of an earlier split {} there, such as {}: remove {}, or name another place. Nothing was "
              "written",
              found.count() == 1 ? "a manifest" : fmt::format("{} manifests", found.count()),
              found.count() == 1 ? "is" : "are", base::printable(found.named().front()),
              found.count() == 1 ? "it" : "them"),
          {.operation = kSplitStep, .resource = base::printable(place)}};
}

/// file: the manifest's whole name.
inline base::Error taken_by_another(const std::string& file) {
  return {base::ErrorKind::invalid_argument,
          "another process has written it meanwhile: name a place of its own for each split",
          {.operation = kSplitStep, .resource = base::printable(file)}};
}

/// file: the name of one that isn't ours.
inline base::Error mixed_with_another(const std::string& place, const std::string& file) {
  return {base::ErrorKind::invalid_argument,
          fmt::format("another split has written there at the same time: {} is not of this one",
                      base::printable(file)),
          {.operation = kSplitStep, .resource = base::printable(place)}};
}

}  // namespace s3c::plan
