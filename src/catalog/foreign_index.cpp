#include "catalog/foreign_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "index/index_writer.h"

namespace s3c::catalog {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kMaxKeyBytes = 1024;  // S3's limit

/// Kept small: there may be millions of entries.
struct Entry {
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t compressed_size_bytes = 0;
  base::Timestamp modified{};
  std::uint64_t name_at = 0;  // offset in Entries::names
  std::uint32_t crc32 = 0;
  std::uint32_t header_bytes = 0;  // size of the local header
  std::uint16_t name_bytes = 0;
  std::uint16_t method = 0;
};
static_assert(sizeof(Entry) == 56);

struct Entries {
  std::vector<Entry> all;
  std::string names;  // all names, one behind the other

  std::string_view name_of(const Entry& entry) const {
    return std::string_view(names).substr(entry.name_at, entry.name_bytes);
  }
  /// Sorts by name. Entries with the same name keep the order of the archive, which is that of its directory.
  void sort() {
    std::sort(all.begin(), all.end(), [this](const Entry& a, const Entry& b) {
      const int order = name_of(a).compare(name_of(b));
      return order != 0 ? order < 0 : a.offset < b.offset;
    });
  }
};

class Indexing {
 public:
  Indexing(const zip::Reader& zip, const ForwardReader::Fetch& fetch, std::uint64_t archive_size_bytes)
      : zip_(zip), archive_(fetch, 0, archive_size_bytes, archive_size_bytes) {}

  ForeignIndex run(std::uint64_t memory_bytes) {
    reserve(memory_bytes);
    read_entries();
    entries_.sort();
    write_rows();
    return std::move(index_);
  }

 private:
  /// Checks the memory before anything is read. zip_ says how large the directory is: never larger than the
  /// archive. A directory of another size is refused later.
  void reserve(std::uint64_t memory_bytes) {
    const std::uint64_t names_bytes = zip_.directory_size_bytes() - zip_.entries() * zip::kCentralHeaderBytes;
    const std::uint64_t needed = zip_.entries() * sizeof(Entry) + names_bytes + ForwardReader::kMemoryBytes;
    if (needed > memory_bytes) {
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("sorting its {} entries takes {} MiB: allow at least that much memory",
                              zip_.entries(), (needed >> 20) + 1));
    }
    entries_.all.reserve(zip_.entries());
    entries_.names.reserve(names_bytes);
  }

  void read_entries() {
    const zip::Reader headers = zip_.reading_from(
        [this](std::uint64_t offset, std::uint64_t size) { return archive_.read(offset, size); });
    zip_.for_each_entry([&](const zip::EntryInfo& entry) {
      if (entry.name == zip::kIndexEntryName) throw copy_of_volume();
      const std::uint64_t data_offset = headers.data_offset_of(entry);  // also proves the local header
      if (entry.name.ends_with('/') && entry.size_bytes == 0) {
        ++index_.unlisted.directories;
      } else if (entry.name.empty() || entry.name.size() > kMaxKeyBytes) {
        ++index_.unlisted.no_keys;
        name_unlisted(entry.name);
      } else {
        entries_.all.push_back(
            {entry.offset, entry.size_bytes, entry.compressed_size_bytes, entry.modified,
             entries_.names.size(), entry.crc32, static_cast<std::uint32_t>(data_offset - entry.offset),
             static_cast<std::uint16_t>(entry.name.size()), static_cast<std::uint16_t>(entry.method)});
        entries_.names += entry.name;
      }
    });
    index_.crc32 = archive_.finish();
  }

  void write_rows() {
    index::IndexWriter writer;
    for (std::size_t i = 0; i < entries_.all.size(); ++i) {
      const Entry& entry = entries_.all[i];
      const std::string_view name = entries_.name_of(entry);
      if (i + 1 < entries_.all.size() && entries_.name_of(entries_.all[i + 1]) == name) {
        ++index_.unlisted.shadowed;
        name_unlisted(name);
        continue;
      }
      index::Row row;
      row.key = name;
      row.size_bytes = entry.size_bytes;
      row.last_modified = entry.modified;
      row.crc32 = entry.crc32;
      row.method = entry.method;
      row.offset = entry.offset;
      row.data_offset = entry.offset + entry.header_bytes;
      row.compressed_size_bytes = entry.compressed_size_bytes;
      writer.add(row);
      index_.source_size_bytes += entry.size_bytes;
    }
    if (writer.rows() == 0) throw Error(ErrorKind::unsupported, "it has no entry that can be an object");
    index_.file = writer.finish();
  }

  void name_unlisted(std::string_view name) {
    index_.unlisted.hidden.add(std::string(name.substr(0, kMaxKeyBytes)));
  }

  const zip::Reader& zip_;
  ForwardReader archive_;
  Entries entries_;
  ForeignIndex index_;
};

}  // namespace

Error copy_of_volume() {
  return {ErrorKind::unsupported,
          fmt::format(
              "it carries no id but contains {}: it is a copy of a volume of this program, and the copy lost "
              "the metadata. If its record is still in the catalog, a deep verify that mends gives it its "
              "id back. Otherwise copy it again in parts, with x-amz-meta-s3compress-id",
              zip::kIndexEntryName)};
}

ForeignIndex index_foreign(const zip::Reader& zip, const ForwardReader::Fetch& fetch,
                           std::uint64_t archive_size_bytes, std::uint64_t memory_bytes) {
  return Indexing(zip, fetch, archive_size_bytes).run(memory_bytes);
}

}  // namespace s3c::catalog
