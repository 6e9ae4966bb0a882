// Compares a volume's central directory with the index: which entry belongs to which row.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/counted.h"
#include "base/hash.h"
#include "catalog/audit_report.h"
#include "index/index_reader.h"
#include "index/manifest.h"
#include "index/row.h"
#include "zip/entry_info.h"

namespace s3c::catalog {

/// A digest of all rows. It doesn't depend on how the rows are split into blocks.
class RowsDigest {
 public:
  void add(const index::Row& row) {
    line_.clear();
    index::append_json_line(line_, row);
    digest_.update(line_);
  }
  std::string finish() { return digest_.finish(); }

 private:
  base::Digest digest_ = base::Digest::sha256();
  std::string line_;
};

/// What an entry is called in a report: its key, or the entry's name when that isn't one of our names.
std::string key_of(const zip::EntryInfo& entry);

/// An entry to read, and what its bytes must be beside what the ZIP says.
struct ExpectedEntry {
  zip::EntryInfo entry;
  std::optional<std::string> md5;  ///< 16 raw bytes; nullopt: the member's ETag tells none
};

/// One thread. Holds 48 bytes for each member.
class IndexComparison {
 public:
  /// manifest and findings outlive it.
  IndexComparison(const index::Manifest& manifest, AuditFindings& findings)
      : manifest_(manifest), findings_(findings) {}

  /// Reads the whole index. Throws damaged when it can't be read.
  void read(index::IndexCursor& index);
  /// The digest of all rows; REQUIRES: read() has returned.
  const std::string& rows_digest() const { return rows_digest_; }

  /// Compares the next entry. Entries come in the order of their offsets. Returns the entry to read: if the
  /// index has it, with the data offset that the index says.
  ExpectedEntry compare(zip::EntryInfo entry);
  /// Call it at the end of the directory. Notes what the directory lacks. index: the one that read() has
  /// read.
  void finish(index::IndexCursor& index);

 private:
  /// What the index says of one member, kept small: there may be millions.
  struct Place {
    std::uint64_t offset = 0;
    std::uint64_t data_offset = 0;
    std::uint64_t fingerprint = 0;
    bool has_md5 = false;
    std::array<char, 16> md5{};
  };

  static std::uint64_t fingerprint(const std::string& name, unsigned method, std::uint32_t crc32,
                                   std::uint64_t size_bytes, std::uint64_t compressed_size_bytes);
  void name_missing(index::IndexCursor& index);
  void compare_unlisted();

  const index::Manifest& manifest_;
  AuditFindings& findings_;
  std::string rows_digest_;
  std::vector<Place> places_;  // by offset
  std::size_t next_place_ = 0;
  base::Counted<std::uint64_t> missing_;  // offsets of rows without an entry, ascending
  bool saw_own_index_ = false;
  std::uint64_t unlisted_ = 0;  // entries of a foreign archive that have no row
};

}  // namespace s3c::catalog
