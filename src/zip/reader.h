// Reads a ZIP that Writer or Python's zipfile wrote, from anything that can be read at an offset. It trusts
// no number in the ZIP: a number that doesn't agree with the bytes is Error corrupt, saying what and where,
// and no number decides how much memory is taken. It is stricter than ZIP: no encryption, no split archives,
// no methods but STORED and DEFLATE, names in UTF-8, members in file order without overlap, nothing between
// the central directory and its end records, no comment behind them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "zip/decoder.h"
#include "zip/entry_info.h"
#include "zip/format.h"

namespace s3c::zip {

/// Any thread, if ReadAt is.
class Reader {
 public:
  /// Returns exactly size_bytes from offset on; both lie within the archive. It may throw anything. A shorter
  /// answer is Error corrupt.
  using ReadAt = std::function<std::string(std::uint64_t offset, std::uint64_t size_bytes)>;
  using Sink = std::function<void(std::string_view)>;

  /// Reads the end records: one read of at most 98 bytes. Throws Error corrupt when they are not there, or
  /// contradict the archive or each other.
  Reader(ReadAt read_at, std::uint64_t archive_size_bytes);

  /// Returns a reader of the same ZIP through another read_at. The end records are not read again.
  Reader reading_from(ReadAt read_at) const;

  /// What the end records say. for_each_entry() checks it.
  std::uint64_t entries() const { return entries_; }
  std::uint64_t directory_offset() const { return directory_offset_; }
  std::uint64_t directory_size_bytes() const { return directory_size_bytes_; }

  /// Calls visit for each entry in the central directory's order; data_offset is left 0. Reads the directory
  /// in ranges of 1 MiB and keeps no more than two of them. Throws Error corrupt at the first wrong record;
  /// what visit throws passes through.
  void for_each_entry(const std::function<void(const EntryInfo&)>& visit) const;

  /// The last entry of the central directory, found from the directory's end: one read of at most 4 KiB, however
  /// large the directory is. nullopt: there is none, or its record isn't whole in what was read. Tells what the
  /// ZIP seems to be; only for_each_entry() proves it.
  std::optional<EntryInfo> last_entry() const;

  /// Returns where the entry's data begins: behind its local header. Reads the local header (one read).
  /// Throws Error corrupt when it doesn't agree with entry.
  std::uint64_t data_offset_of(const EntryInfo& entry) const;

  /// Returns the member's bytes, checked against CRC-32, sizes and the local header. A small member takes one
  /// read. Throws Error: invalid_argument when it is larger than max_size_bytes, corrupt as above.
  std::string read_member(const EntryInfo& entry, std::uint64_t max_size_bytes) const;

  /// Hands the member's data to sink as it is in the archive, in pieces of at most 1 MiB. Throws Error corrupt when
  /// the local header or the descriptor doesn't agree with entry; the data itself is the caller's to prove.
  void read_data(const EntryInfo& entry, const Sink& sink) const;

  /// Reads a member of any size in pieces; takes about 1.3 MiB of memory. The pieces are only proven once
  /// this returns. On an error sink has already got some of them.
  void read_member(const EntryInfo& entry, const Sink& sink) const;

 private:
  struct Located;

  static Directory read_zip64_end(std::string_view tail, std::uint64_t offset, const Directory& narrow);
  static std::uint64_t descriptor_size_bytes(const LocalHeader& header);
  static void check_descriptor(const EntryInfo& entry, const LocalHeader& header,
                               std::string_view descriptor);
  std::string read(std::uint64_t offset, std::uint64_t size_bytes) const;
  void check_extent(const EntryInfo& entry) const;
  Located locate(const EntryInfo& entry, std::uint64_t wanted_data_bytes) const;

  ReadAt read_at_;
  std::uint64_t entries_ = 0;
  std::uint64_t directory_offset_ = 0;
  std::uint64_t directory_size_bytes_ = 0;
};

}  // namespace s3c::zip
