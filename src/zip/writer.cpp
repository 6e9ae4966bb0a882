#include "zip/writer.h"

#include <fmt/format.h>

#include <utility>

#include "base/encoding.h"
#include "zip/failure.h"
#include "zip/format.h"

namespace s3c::zip {

Writer::Writer(Sink sink) : sink_(std::move(sink)) {}

void Writer::expect_between_entries() const {
  switch (phase_) {
    case Phase::between_entries:
      return;
    case Phase::in_streamed_entry:
      throw failure(base::ErrorKind::internal, "a streamed member is not finished", "write ZIP");
    case Phase::finished:
      throw failure(base::ErrorKind::internal, "the archive is already finished", "write ZIP");
    case Phase::broken:
      throw failure(base::ErrorKind::internal, "the archive failed before", "write ZIP");
  }
}

void Writer::check_name(const std::string& name) {
  if (name.empty() || name.size() > kMaxNameBytes || !base::is_utf8(name)) {
    throw failure(base::ErrorKind::invalid_argument, "not a name for a ZIP entry", "write ZIP", name);
  }
}

/// After an exception of the sink nobody knows how much of the archive was written. So phase_ stays broken.
void Writer::write(std::string_view bytes) {
  const Phase phase = std::exchange(phase_, Phase::broken);
  sink_(bytes);
  size_bytes_ += bytes.size();
  phase_ = phase;
}

EntryInfo Writer::add(EncodedMember&& member) {
  const std::string data = std::move(member.data);
  const std::string_view piece = data;
  return write_member(std::move(member.info), {&piece, 1});
}

EntryInfo Writer::add_precompressed(EntryInfo info, std::span<const std::string_view> pieces) {
  return write_member(std::move(info), pieces);
}

EntryInfo Writer::write_member(EntryInfo info, std::span<const std::string_view> pieces) {
  expect_between_entries();
  check_name(info.name);
  std::uint64_t data_size_bytes = 0;
  for (const std::string_view piece : pieces) data_size_bytes += piece.size();
  if (data_size_bytes != info.compressed_size_bytes ||
      (info.method == Method::stored && info.size_bytes != info.compressed_size_bytes)) {
    throw failure(base::ErrorKind::internal,
                  fmt::format("{} bytes of data came, but {} were announced", data_size_bytes,
                              info.compressed_size_bytes),
                  "write ZIP", info.name);
  }
  info.offset = size_bytes_;
  const bool zip64 = info.size_bytes >= kIn64 || info.compressed_size_bytes >= kIn64;
  header_.clear();
  append_local_header(header_, info, kFlagUtf8, zip64);
  info.data_offset = info.offset + header_.size();
  write(header_);
  for (const std::string_view piece : pieces) {
    if (!piece.empty()) write(piece);
  }
  record(info, kFlagUtf8, zip64);
  return info;
}

void Writer::record(const EntryInfo& info, std::uint16_t flags, bool zip64_local) {
  header_.clear();
  append_central_header(header_, info, flags, zip64_local);
  directory_.append(header_);
}

void Writer::finish() {
  expect_between_entries();
  const Directory directory{
      .entries = directory_.entries(), .size_bytes = directory_.size_bytes(), .offset = size_bytes_};
  directory_.drain([this](std::string_view bytes) { write(bytes); });
  header_.clear();
  append_end_records(header_, directory);
  write(header_);
  phase_ = Phase::finished;
}

}  // namespace s3c::zip
