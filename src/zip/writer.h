// Writes one ZIP from front to back into a sink: members, then the central directory. Writes ZIP64 records
// only if a number needs them. Entry names must be unique, as EntryNamer makes them. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "zip/entry_info.h"
#include "zip/member_encoder.h"
#include "zip/pending_directory.h"

namespace s3c::zip {

class Writer;

/// A member that is written piece by piece, for bodies too large for memory. Its sizes and CRC-32 follow the
/// data (general purpose bit 3). If it is destroyed without finish(), the writer is unusable, so that a half
/// member is never sealed into a ZIP. It must not outlive its writer, and the writer must not be moved
/// meanwhile. One thread at a time, the writer's.
class StreamedEntry {
 public:
  StreamedEntry(StreamedEntry&&) noexcept;
  StreamedEntry& operator=(StreamedEntry&&) = delete;
  ~StreamedEntry();

  /// Throws Error corrupt as soon as more bytes came than were expected. Then the writer is unusable.
  void write(std::string_view bytes);
  /// Ends the member. Throws Error corrupt when fewer bytes came than were expected. Then the writer is
  /// unusable.
  EntryInfo finish();

 private:
  friend class Writer;
  struct State;
  explicit StreamedEntry(std::unique_ptr<State> state);
  void expect_open() const;
  void deflate(std::string_view bytes, int flush);

  std::unique_ptr<State> state_;
};

class Writer {
 public:
  /// Takes the archive's next bytes. The view is valid during the call only. What it throws passes through,
  /// and the writer is unusable then (every later call throws Error internal).
  using Sink = std::function<void(std::string_view)>;

  explicit Writer(Sink sink);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Writes a whole member, with sizes and CRC-32 in its local header. Returns its info with both offsets.
  /// Throws Error invalid_argument when the name is not UTF-8 or is longer than 65,535 bytes. Nothing was
  /// written then.
  EntryInfo add(EncodedMember&& member);

  /// Writes a member whose data is already in info.method's form, in pieces. Throws Error internal when the
  /// pieces don't add up to info.compressed_size_bytes. Ignores the offsets in info.
  EntryInfo add_precompressed(EntryInfo info, std::span<const std::string_view> pieces);

  /// Starts a member of exactly expected_size_bytes. Until its finish() no other call is allowed (Error
  /// internal). level: 0..9, zlib's scale (higher is taken as 9). The bytes go to the sink in pieces of up to
  /// 64 KiB.
  [[nodiscard]] StreamedEntry begin_streamed(std::string name, base::Timestamp modified, int level,
                                             std::uint64_t expected_size_bytes);

  /// Writes the central directory and its end records. No call is allowed afterwards. The destructor doesn't
  /// do this: without finish() no reader opens the archive.
  void finish();

  /// Bytes handed to the sink so far.
  std::uint64_t size_bytes() const { return size_bytes_; }
  /// Members finished so far.
  std::uint64_t entries() const { return directory_.entries(); }
  /// How much memory the pending central directory takes.
  std::uint64_t pending_directory_bytes() const { return directory_.memory_bytes(); }

 private:
  friend class StreamedEntry;
  enum class Phase { between_entries, in_streamed_entry, finished, broken };

  static void check_name(const std::string& name);
  void expect_between_entries() const;
  void write(std::string_view bytes);
  EntryInfo write_member(EntryInfo info, std::span<const std::string_view> pieces);
  void record(const EntryInfo& info, std::uint16_t flags, bool zip64_local);

  Sink sink_;
  PendingDirectory directory_;
  std::string header_;  // reused for every header
  std::uint64_t size_bytes_ = 0;
  Phase phase_ = Phase::between_entries;
};

}  // namespace s3c::zip
