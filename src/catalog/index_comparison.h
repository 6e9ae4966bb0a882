// A volume's central directory against the index: which entry has which row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/hash.h"
#include "catalog/audit_report.h"
#include "index/index_reader.h"
#include "index/manifest.h"
#include "index/row.h"
#include "zip/entry_info.h"

namespace s3c::catalog {

/// The same for every index with the same rows, in whatever blocks they came.
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

/// What an entry is called in a report: its key, or its name when that is no name of ours.
std::string key_of(const zip::EntryInfo& entry);

/// One thread. Keeps 24 bytes for each member.
class IndexComparison {
 public:
  /// manifest and findings outlive it.
  IndexComparison(const index::Manifest& manifest, AuditFindings& findings)
      : manifest_(manifest), findings_(findings) {}

  /// Reads the whole index. Throws corrupt when it can't be read.
  void read(index::IndexCursor& index);
  /// The digest of all rows; REQUIRES: read() has returned.
  const std::string& rows_digest() const { return rows_digest_; }

  /// Compares the next entry, in the order of offsets. Returns it as it is to be read: with the place of its
  /// data that the index says, if the index says one.
  zip::EntryInfo compare(zip::EntryInfo entry);
  /// Notes what the directory, now at its end, lacks. index: the one that was read.
  void finish(index::IndexCursor& index);

 private:
  /// What the index says of one member, kept small: there may be millions.
  struct Place {
    std::uint64_t offset = 0;
    std::uint64_t data_offset = 0;
    std::uint64_t fingerprint = 0;
  };

  static std::uint64_t fingerprint(const std::string& name, unsigned method, std::uint32_t crc32,
                                   std::uint64_t size_bytes, std::uint64_t compressed_size_bytes);
  void miss(std::uint64_t offset);
  void name_missing(index::IndexCursor& index);
  void compare_unlisted();

  const index::Manifest& manifest_;
  AuditFindings& findings_;
  std::string rows_digest_;
  std::vector<Place> places_;  // by offset
  std::size_t next_place_ = 0;
  std::uint64_t missing_ = 0;
  std::set<std::uint64_t> missing_offsets_;
  bool saw_own_index_ = false;
  std::uint64_t unlisted_ = 0;  // entries of a foreign archive that have no row
};

}  // namespace s3c::catalog
