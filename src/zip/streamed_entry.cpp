#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include "base/hash.h"
#include "zip/failure.h"
#include "zip/format.h"
#include "zip/writer.h"

namespace s3c::zip {
namespace {

constexpr std::size_t kDeflatedBytes = std::size_t{64} << 10;
constexpr int kMemLevel = 9;  // 256 KiB of hash: small compared with a body too large for memory
constexpr std::uint16_t kFlags = kFlagUtf8 | kFlagDescriptor;

/// Whether the data descriptor needs 64-bit sizes. This is decided before the data, so for the worst case:
/// DEFLATE adds 5 bytes per stored block of at least some 16 KiB, which is far less than 1/256.
bool may_need_zip64(std::uint64_t size_bytes) {
  return size_bytes >= kIn64 - (kIn64 >> 8) - 1024;
}

}  // namespace

struct StreamedEntry::State {
  Writer* writer = nullptr;
  EntryInfo info;
  std::uint64_t expected_size_bytes = 0;
  bool zip64 = false;
  z_stream stream{};
  std::unique_ptr<char[]> output{new char[kDeflatedBytes]};

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { deflateEnd(&stream); }

  /// Leaves the writer unusable: the bytes already in the sink belong to no whole member.
  [[noreturn]] void fail(const std::string& message) {
    writer->phase_ = Writer::Phase::broken;
    throw failure(base::ErrorKind::corrupt, message, "write ZIP", info.name);
  }
};

StreamedEntry::StreamedEntry(std::unique_ptr<State> state) : state_(std::move(state)) {}
StreamedEntry::StreamedEntry(StreamedEntry&&) noexcept = default;
StreamedEntry::~StreamedEntry() = default;

StreamedEntry Writer::begin_streamed(std::string name, base::Timestamp modified, int level,
                                     std::uint64_t expected_size_bytes) {
  expect_between_entries();
  check_name(name);
  auto state = std::make_unique<StreamedEntry::State>();
  if (deflateInit2(&state->stream, std::clamp(level, 0, 9), Z_DEFLATED, kRawDeflate, kMemLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  state->writer = this;
  state->expected_size_bytes = expected_size_bytes;
  state->zip64 = may_need_zip64(expected_size_bytes);
  state->info.name = std::move(name);
  state->info.method = Method::deflate;
  state->info.modified = modified;
  state->info.offset = size_bytes_;
  header_.clear();
  append_local_header(header_, state->info, kFlags, state->zip64);
  state->info.data_offset = state->info.offset + header_.size();
  write(header_);
  phase_ = Phase::in_streamed_entry;
  return StreamedEntry(std::move(state));
}

void StreamedEntry::expect_open() const {
  if (!state_ || state_->writer->phase_ != Writer::Phase::in_streamed_entry) {
    throw failure(base::ErrorKind::internal, "the streamed member has ended or failed", "write ZIP");
  }
}

void StreamedEntry::write(std::string_view bytes) {
  expect_open();
  State& state = *state_;
  if (bytes.size() > state.expected_size_bytes - state.info.size_bytes) {
    state.fail(fmt::format("more than the expected {} bytes came", state.expected_size_bytes));
  }
  state.info.crc32 = base::crc32(bytes, state.info.crc32);
  state.info.size_bytes += bytes.size();
  constexpr std::size_t kMaxPiece = std::numeric_limits<uInt>::max();
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kMaxPiece))) {
    deflate(bytes.substr(0, kMaxPiece), Z_NO_FLUSH);
  }
}

void StreamedEntry::deflate(std::string_view bytes, int flush) {
  State& state = *state_;
  state.stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib doesn't write to it
  state.stream.avail_in = static_cast<uInt>(bytes.size());
  do {
    state.stream.next_out = reinterpret_cast<Bytef*>(state.output.get());
    state.stream.avail_out = kDeflatedBytes;
    if (::deflate(&state.stream, flush) == Z_STREAM_ERROR) state.fail("zlib refused to go on");
    const std::size_t produced = kDeflatedBytes - state.stream.avail_out;
    if (produced > 0) state.writer->write({state.output.get(), produced});
    state.info.compressed_size_bytes += produced;
  } while (state.stream.avail_out == 0);
}

EntryInfo StreamedEntry::finish() {
  expect_open();
  State& state = *state_;
  if (state.info.size_bytes != state.expected_size_bytes) {
    state.fail(
        fmt::format("{} bytes were expected and {} came", state.expected_size_bytes, state.info.size_bytes));
  }
  deflate({}, Z_FINISH);
  if (!state.zip64 && state.info.compressed_size_bytes >= kIn64)
    state.fail("compressed size is beyond 32 bits");
  Writer& writer = *state.writer;
  writer.header_.clear();
  append_data_descriptor(writer.header_, state.info, state.zip64);
  writer.write(writer.header_);
  writer.record(state.info, kFlags, state.zip64);
  writer.phase_ = Writer::Phase::between_entries;
  EntryInfo info = std::move(state.info);
  state_.reset();
  return info;
}

}  // namespace s3c::zip
