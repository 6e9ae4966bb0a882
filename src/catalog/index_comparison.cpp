#include "catalog/index_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/encoding.h"
#include "base/error.h"
#include "zip/entry_name.h"
#include "zip/reader.h"

namespace s3c::catalog {

using base::Error;

std::string key_of(const zip::EntryInfo& entry) {
  try {
    return zip::key_from_entry_name(entry.name);
  } catch (const Error&) {
    return entry.name;  // not one of our names: the entry's name is all there is
  }
}

/// Covers everything that both the row and the central directory say, except the offset.
std::uint64_t IndexComparison::fingerprint(const std::string& name, unsigned method, std::uint32_t crc32,
                                           std::uint64_t size_bytes, std::uint64_t compressed_size_bytes) {
  return base::load_le<std::uint64_t>(
      base::sha256(fmt::format("{} {} {} {} {}", method, crc32, size_bytes, compressed_size_bytes, name)), 0);
}

void IndexComparison::read(index::IndexCursor& index) {
  RowsDigest digest;
  std::string last_key;
  std::uint64_t size_bytes = 0;
  while (std::optional<index::Row> row = index.next()) {
    digest.add(*row);
    Place& place = places_.emplace_back();
    place.offset = row->offset;
    place.data_offset = row->data_offset;
    place.fingerprint = fingerprint(row->entry_name.empty() ? row->key : row->entry_name, row->method,
                                    row->crc32, row->size_bytes, row->compressed_size_bytes);
    if (const std::optional<std::string> md5 = index::md5_of(*row)) {
      place.has_md5 = true;
      std::copy(md5->begin(), md5->end(), place.md5.begin());
    }
    size_bytes += row->size_bytes;
    last_key = std::move(row->key);
  }
  // The first key of each block, and so of the index, is the cursor's to compare.
  if (last_key != manifest_.last_key) {
    findings_.note("", fmt::format("its index ends with {}, the manifest says {}", base::printable(last_key),
                                   base::printable(manifest_.last_key)));
  }
  if (size_bytes != manifest_.source_size_bytes) {
    findings_.note("", fmt::format("its members have {} bytes, the manifest says {}", size_bytes,
                                   manifest_.source_size_bytes));
  }
  rows_digest_ = digest.finish();
  std::sort(places_.begin(), places_.end(),
            [](const Place& a, const Place& b) { return a.offset < b.offset; });
}

ExpectedEntry IndexComparison::compare(zip::EntryInfo entry) {
  std::optional<std::string> md5;
  for (; next_place_ < places_.size() && places_[next_place_].offset < entry.offset; ++next_place_)
    missing_.add(places_[next_place_].offset);
  if (next_place_ < places_.size() && places_[next_place_].offset == entry.offset) {
    const Place& place = places_[next_place_++];
    entry.data_offset = place.data_offset;
    if (place.has_md5) md5.emplace(place.md5.begin(), place.md5.end());
    if (place.fingerprint != fingerprint(entry.name, static_cast<unsigned>(entry.method), entry.crc32,
                                         entry.size_bytes, entry.compressed_size_bytes)) {
      findings_.note(key_of(entry), "the index says another name, size, method or CRC-32 than the ZIP");
    }
  } else if (manifest_.is_foreign()) {
    ++unlisted_;
  } else if (entry.name == zip::kIndexEntryName) {
    saw_own_index_ = true;
  } else {
    findings_.note(key_of(entry), "the index doesn't have it");
  }
  return {std::move(entry), std::move(md5)};
}

void IndexComparison::finish(index::IndexCursor& index) {
  name_missing(index);
  if (manifest_.is_foreign()) {
    compare_unlisted();
  } else if (!saw_own_index_) {
    findings_.note("", "it lacks its own index, which is its last entry");
  }
}

/// Directories, and entries whose name a later entry has too, have no row. `catalog rebuild` decided which
/// entries these are when it made the record. Here only their number is compared.
void IndexComparison::compare_unlisted() {
  const std::uint64_t expected = manifest_.foreign_entries - manifest_.objects;
  if (unlisted_ != expected) {
    findings_.note("", fmt::format("{} entries of the ZIP are not in the index, the manifest says {}",
                                   unlisted_, expected));
  }
}

/// Notes the rows without an entry. Their keys were not kept, so the index is read a second time.
void IndexComparison::name_missing(index::IndexCursor& index) {
  for (; next_place_ < places_.size(); ++next_place_) missing_.add(places_[next_place_].offset);
  if (missing_.empty()) return;
  std::uint64_t named = 0;
  index.seek("");
  while (const std::optional<index::Row> row = index.next()) {
    if (!std::binary_search(missing_.named().begin(), missing_.named().end(), row->offset)) continue;
    ++named;
    findings_.note(row->key, fmt::format("the ZIP has no entry at offset {}", row->offset));
  }
  for (; named < missing_.count(); ++named) findings_.note("", "the ZIP lacks a member that the index has");
}

}  // namespace s3c::catalog
