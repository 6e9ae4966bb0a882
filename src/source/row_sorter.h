// Sorts rows that don't fit in memory: sorted runs in temporary files, merged into one file. Memory stays the same
// however many rows there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/temp_file.h"
#include "source/row_text.h"

namespace s3c::source {

/// A file of rows in the order of their periods, and of each period in key order, each key once. Any thread.
class SortedRows {
 public:
  explicit SortedRows(base::TempFile file) : file_(std::move(file)) {}

  /// Reads the file forwards. One thread.
  class Cursor {
   public:
    /// place: of the file's first row (0), or one that place() told.
    explicit Cursor(const base::TempFile& file, std::uint64_t place = 0) : file_(&file), place_(place) {}
    /// nullopt at the end. Throws what TempFile throws.
    std::optional<ObjectRow> next();
    /// Where the row stands that comes next.
    std::uint64_t place() const { return place_; }

   private:
    const base::TempFile* file_;
    std::uint64_t place_;
    std::string bytes_;  // of the file
    std::size_t at_ = 0;
  };
  Cursor from(std::uint64_t place = 0) const { return Cursor(file_, place); }

 private:
  base::TempFile file_;
};

/// One thread.
class RowSorter {
 public:
  static constexpr std::size_t kDefaultMemoryBytes = std::size_t{32} << 20;

  /// memory_bytes: for the rows of a run. After a stop every method throws base::Error (cancelled).
  explicit RowSorter(std::string temp_directory, std::stop_token stop = {},
                     std::size_t memory_bytes = kDefaultMemoryBytes);

  /// Of ObjectSummary::thaw only the kind is kept. Throws what TempFile throws, as finish() does.
  void add(const ObjectRow& row);
  /// All rows, each key of a period once. Of rows with one key the one with the latest last-modified counts; a row
  /// without one is the oldest. Call once, last.
  SortedRows finish();

 private:
  void write_run();
  void expect_no_stop() const;
  base::TempFile merge(const std::vector<base::TempFile>& runs) const;

  const std::string temp_directory_;
  const std::stop_token stop_;
  const std::size_t memory_bytes_;
  std::string rows_;                   // one after the other
  std::vector<std::uint32_t> places_;  // of each in rows_
  /// runs_[1] are made of runs_[0], and so on: so each row is written few times, however many there are.
  std::vector<std::vector<base::TempFile>> runs_;
};

}  // namespace s3c::source
