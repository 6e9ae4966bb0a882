// Reads the index: all rows in order, from the beginning or from a key on. Nothing that the bytes
// say decides how much memory is taken. Free functions: any thread. Classes: one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/block.h"
#include "index/row.h"

namespace s3c::index {

/// Returns the text of one block (exactly one gzip member). Throws Error corrupt when the bytes are anything
/// else, when CRC-32 or length don't agree, or when the text is longer than max_text_bytes.
std::string decompress_block(std::string_view block, std::uint64_t max_text_bytes = kMaxBlockTextBytes);

/// All rows of one block. Throws Error corrupt also when the keys are not strictly ascending.
std::vector<Row> decode_block(std::string_view block, std::uint64_t max_text_bytes = kMaxBlockTextBytes);

/// Whether a row is wanted, by its key.
using Wants = std::function<bool(const std::string& key)>;

struct WantedRows {
  std::vector<Row> rows;
  std::string last_key;  ///< of the block, wanted or not
};

/// The wanted rows of a block that a manifest lists. Of the other rows only the keys are read, which takes a third of
/// the time. wants: empty: all rows. Throws Error corrupt as decode_block does, and when the first key or the number
/// of rows isn't as listed.
WantedRows decode_wanted(const Block& listed, std::string_view bytes, const Wants& wants);

/// Throws Error corrupt when these are not the bytes of the block: another length or, where the block has
/// one, another SHA-256.
void expect_block(const Block& block, std::string_view bytes);

/// The only block that may hold key; nullopt when key is before the first block.
std::optional<std::size_t> find_block(const std::vector<Block>& blocks, std::string_view key);

/// Reads all rows in key order, one block in memory at a time. Throws Error corrupt when a block doesn't hold
/// what the list of blocks says (first key, number of rows), or when keys are not strictly ascending, also
/// across blocks. It doesn't check that the bytes are those that the manifest means: expect_block() does.
class IndexCursor {
 public:
  /// Returns exactly size_bytes of the index object from offset on.
  using ReadRange = std::function<std::string(std::uint64_t offset, std::uint64_t size_bytes)>;

  IndexCursor(ReadRange read_range, std::vector<Block> blocks,
              std::uint64_t max_text_bytes = kMaxBlockTextBytes);

  /// The next row; at the end nullopt, also for every further call.
  std::optional<Row> next();
  /// Moves, forwards or backwards, so that next() returns the first row whose key is not less than key.
  void seek(std::string_view key);

 private:
  void load(std::size_t block);

  ReadRange read_range_;
  std::vector<Block> blocks_;
  std::uint64_t max_text_bytes_;
  std::size_t next_block_ = 0;
  std::string text_;  // of block next_block_ - 1
  std::size_t position_ = 0;
  std::optional<std::string> last_key_;
  std::optional<Row> pending_;  // found by seek(), not yet returned
};

/// Reads rows from plain text that comes in pieces of any size. Used for the volume's index entry when the
/// catalog is lost.
class RowSplitter {
 public:
  explicit RowSplitter(std::function<void(Row)> visit) : visit_(std::move(visit)) {}

  /// Throws Error corrupt for a bad row, a row longer than kMaxRowBytes, or keys not strictly ascending.
  void write(std::string_view bytes);
  /// Throws Error corrupt when the text doesn't end with a newline.
  void finish();

 private:
  void take_line(std::string_view line);

  std::function<void(Row)> visit_;
  std::string rest_;
  std::optional<std::string> last_key_;
};

}  // namespace s3c::index
