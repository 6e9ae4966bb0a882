// A ZIP in memory and the calls around it, for the tests of this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "zip/reader.h"
#include "zip/writer.h"

namespace s3c::zip::testing {

inline base::Timestamp at(const char* iso8601) {
  return base::parse_iso8601(iso8601).value();
}

inline const base::Timestamp kModified = at("2017-02-10T00:06:31.000Z");

inline Writer::Sink append_to(std::string& out) {
  return [&out](std::string_view bytes) { out.append(bytes); };
}

/// A reader over bytes, which must outlive it; every read must lie within them.
inline Reader reader_of(const std::string& bytes) {
  return Reader([&bytes](std::uint64_t offset, std::uint64_t size) { return bytes.substr(offset, size); },
                bytes.size());
}

inline std::vector<EntryInfo> entries_of(const Reader& reader) {
  std::vector<EntryInfo> entries;
  reader.for_each_entry([&entries](const EntryInfo& entry) { entries.push_back(entry); });
  return entries;
}

/// What call throws, or nothing.
template <typename Call>
std::optional<base::ErrorKind> error_kind(Call&& call) {
  try {
    call();
  } catch (const base::Error& e) {
    return e.kind();
  }
  return std::nullopt;
}

}  // namespace s3c::zip::testing
