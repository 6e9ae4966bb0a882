#include "zip/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/hash.h"
#include "zip/decoder.h"
#include "zip/failure.h"
#include "zip/format.h"

namespace s3c::zip {
namespace {

constexpr std::uint64_t kRangeBytes = std::uint64_t{1} << 20;
// More than our extra fields take in a local header (ZIP64 20, timestamp 9). So one read gets header and
// data.
constexpr std::uint64_t kExtraGuessBytes = 64;

[[noreturn]] void corrupt(const std::string& what, std::string_view entry_name = {}) {
  throw failure(base::ErrorKind::corrupt, what, "read ZIP", entry_name);
}

/// The smallest offset at which the entry can end in the file. Call it after the sizes were checked against
/// the file's.
std::uint64_t least_end_offset(const EntryInfo& entry) {
  return entry.offset + kLocalHeaderBytes + entry.name.size() + entry.compressed_size_bytes;
}

}  // namespace

/// An entry's place in the file. Its local header was read and agrees with the central one.
struct Reader::Located {
  LocalHeader header;
  std::uint64_t data_offset = 0;
  std::string bytes;  ///< from the local header on: at least the whole header
};

Reader::Reader(ReadAt read_at, std::uint64_t archive_size_bytes) : read_at_(std::move(read_at)) {
  if (archive_size_bytes < kEndBytes)
    corrupt(fmt::format("{} bytes are too few for a ZIP", archive_size_bytes));
  // Reads all end records at once: there is no comment behind them.
  constexpr std::size_t kAllEndBytes = kZip64EndBytes + kZip64LocatorBytes + kEndBytes;
  const std::uint64_t tail_size = std::min<std::uint64_t>(archive_size_bytes, kAllEndBytes);
  const std::string tail = read(archive_size_bytes - tail_size, tail_size);
  const std::string_view end = std::string_view(tail).substr(tail.size() - kEndBytes);
  if (base::load_le<std::uint32_t>(end, 0) != kEndSignature || base::load_le<std::uint16_t>(end, 20) != 0) {
    corrupt("no end record at the end: not a ZIP, cut off, or with a comment behind it");
  }
  if (base::load_le<std::uint32_t>(end, 4) != 0 ||
      base::load_le<std::uint16_t>(end, 8) != base::load_le<std::uint16_t>(end, 10)) {
    corrupt("end record of a split archive");
  }
  Directory directory{.entries = base::load_le<std::uint16_t>(end, 10),
                      .size_bytes = base::load_le<std::uint32_t>(end, 12),
                      .offset = base::load_le<std::uint32_t>(end, 16)};
  std::uint64_t end_offset = archive_size_bytes - kEndBytes;
  // If there is a ZIP64 end record, it counts: Python's zipfile writes it from 2 GiB on. If there is none, a
  // number of all ones is an ordinary number (65,535 entries, for Python). The checks below compare it with
  // the bytes.
  if (tail.size() == kAllEndBytes &&
      base::load_le<std::uint32_t>(tail, kZip64EndBytes) == kZip64LocatorSignature) {
    end_offset = archive_size_bytes - kAllEndBytes;
    directory = read_zip64_end(tail, end_offset, directory);
  }
  if (directory.size_bytes > end_offset || directory.offset != end_offset - directory.size_bytes) {
    corrupt(fmt::format("central directory of {} bytes at offset {} does not end at the end records, at {}",
                        directory.size_bytes, directory.offset, end_offset));
  }
  if (directory.entries > directory.size_bytes / kCentralHeaderBytes) {
    corrupt(fmt::format("{} entries in a central directory of {} bytes", directory.entries,
                        directory.size_bytes));
  }
  entries_ = directory.entries;
  directory_offset_ = directory.offset;
  directory_size_bytes_ = directory.size_bytes;
}

Reader Reader::reading_from(ReadAt read_at) const {
  Reader other = *this;
  other.read_at_ = std::move(read_at);
  return other;
}

/// tail: the three end records. narrow: what the plain end record says; a field of all ones defers to the
/// ZIP64 record.
Directory Reader::read_zip64_end(std::string_view tail, std::uint64_t offset, const Directory& narrow) {
  const std::string_view end = tail.substr(0, kZip64EndBytes);
  const std::string_view locator = tail.substr(kZip64EndBytes, kZip64LocatorBytes);
  if (base::load_le<std::uint32_t>(end, 0) != kZip64EndSignature ||
      base::load_le<std::uint64_t>(end, 4) != kZip64EndBytes - 12 ||
      base::load_le<std::uint64_t>(locator, 8) != offset) {
    corrupt("no ZIP64 end record where its locator says");
  }
  const Directory wide{.entries = base::load_le<std::uint64_t>(end, 32),
                       .size_bytes = base::load_le<std::uint64_t>(end, 40),
                       .offset = base::load_le<std::uint64_t>(end, 48)};
  if (base::load_le<std::uint64_t>(end, 24) != wide.entries || base::load_le<std::uint32_t>(end, 16) != 0 ||
      base::load_le<std::uint32_t>(end, 20) != 0 || base::load_le<std::uint32_t>(locator, 4) != 0 ||
      base::load_le<std::uint32_t>(locator, 16) != 1) {
    corrupt("ZIP64 end record of a split archive");
  }
  if ((narrow.entries != kIn64Short && narrow.entries != wide.entries) ||
      (narrow.size_bytes != kIn64 && narrow.size_bytes != wide.size_bytes) ||
      (narrow.offset != kIn64 && narrow.offset != wide.offset)) {
    corrupt("the end record and the ZIP64 end record disagree");
  }
  return wide;
}

std::string Reader::read(std::uint64_t offset, std::uint64_t size_bytes) const {
  std::string bytes = read_at_(offset, size_bytes);
  if (bytes.size() != size_bytes) {
    corrupt(
        fmt::format("{} bytes at offset {}, {} were asked for: cut off", bytes.size(), offset, size_bytes));
  }
  return bytes;
}

void Reader::for_each_entry(const std::function<void(const EntryInfo&)>& visit) const {
  const std::uint64_t directory_end = directory_offset_ + directory_size_bytes_;
  std::uint64_t read_to = directory_offset_;  // file offset behind buffer
  std::string buffer;
  std::size_t position = 0;  // of the next record in buffer
  const auto need = [&](std::uint64_t size) {
    if (buffer.size() - position >= size) return true;
    buffer.erase(0, position);
    position = 0;
    // A record has at most 46 + 3 * 65,535 bytes, less than one range: a single read is always enough.
    const std::uint64_t step = std::min(kRangeBytes, directory_end - read_to);
    if (step > 0) buffer += read(read_to, step);
    read_to += step;
    return buffer.size() >= size;
  };

  std::uint64_t seen = 0;
  std::uint64_t previous_end = 0;
  while (need(kCentralHeaderBytes)) {
    const std::uint64_t offset = read_to - (buffer.size() - position);
    const std::optional<std::uint64_t> size =
        central_header_size_bytes(std::string_view(buffer).substr(position));
    if (!size) corrupt(fmt::format("no central header at offset {}", offset));
    if (!need(*size)) corrupt(fmt::format("central header at offset {} is cut off", offset));
    const CentralHeader header =
        decode_central_header(std::string_view(buffer).substr(position, *size), offset);
    position += *size;
    if (++seen > entries_) corrupt(fmt::format("more than the {} entries of the end record", entries_));
    check_extent(header.info);
    if (header.info.offset < previous_end) corrupt("overlaps the entry before it", header.info.name);
    previous_end = least_end_offset(header.info);
    visit(header.info);
  }
  if (buffer.size() != position) corrupt("bytes left over behind the last central header");
  if (seen != entries_) corrupt(fmt::format("{} entries, the end record says {}", seen, entries_));
}

/// Checks that local header and data lie before the central directory, and that DEFLATE can produce these
/// sizes.
void Reader::check_extent(const EntryInfo& entry) const {
  const std::uint64_t header_size = kLocalHeaderBytes + entry.name.size();
  if (entry.offset > directory_offset_ || header_size > directory_offset_ - entry.offset ||
      entry.compressed_size_bytes > directory_offset_ - entry.offset - header_size) {
    corrupt(fmt::format("{} bytes at offset {} reach into the central directory", entry.compressed_size_bytes,
                        entry.offset),
            entry.name);
  }
  check_sizes(entry.method, entry.compressed_size_bytes, entry.size_bytes);
}

/// wanted_data_bytes: how much of the data to read along with the header.
Reader::Located Reader::locate(const EntryInfo& entry, std::uint64_t wanted_data_bytes) const {
  check_extent(entry);
  const std::uint64_t room = directory_offset_ - entry.offset;
  Located located;
  located.bytes = read(entry.offset, std::min(room, kLocalHeaderBytes + entry.name.size() + kExtraGuessBytes +
                                                        wanted_data_bytes + kZip64DescriptorBytes));
  const std::optional<std::uint64_t> header_size = local_header_size_bytes(located.bytes);
  if (!header_size) corrupt(fmt::format("no local header at offset {}", entry.offset), entry.name);
  if (*header_size > room) corrupt("local header reaches into the central directory", entry.name);
  if (*header_size > located.bytes.size()) {
    located.bytes += read(entry.offset + located.bytes.size(), *header_size - located.bytes.size());
  }
  located.header = decode_local_header(located.bytes, entry.offset);
  const LocalHeader& local = located.header;
  const bool later = (local.flags & kFlagDescriptor) != 0;
  if (local.name != entry.name || local.method != static_cast<std::uint16_t>(entry.method) ||
      (local.flags & ~(kFlagDescriptor | kFlagUtf8 | 6)) != 0) {
    corrupt(fmt::format("local header at offset {} is of another entry", entry.offset), entry.name);
  }
  if (local.crc32 != (later ? 0 : entry.crc32) || local.size_bytes != (later ? 0 : entry.size_bytes) ||
      local.compressed_size_bytes != (later ? 0 : entry.compressed_size_bytes)) {
    corrupt("local and central header disagree about size or CRC-32", entry.name);
  }
  located.data_offset = entry.offset + local.header_size_bytes;
  const std::uint64_t behind = entry.compressed_size_bytes + descriptor_size_bytes(local);
  if (behind > directory_offset_ - located.data_offset)
    corrupt("data reaches into the central directory", entry.name);
  if (entry.data_offset != 0 && entry.data_offset != located.data_offset) {
    corrupt(fmt::format("data is at offset {}, not {}", located.data_offset, entry.data_offset), entry.name);
  }
  return located;
}

std::uint64_t Reader::data_offset_of(const EntryInfo& entry) const {
  return locate(entry, 0).data_offset;
}

std::uint64_t Reader::descriptor_size_bytes(const LocalHeader& header) {
  if ((header.flags & kFlagDescriptor) == 0) return 0;
  return header.zip64 ? kZip64DescriptorBytes : kDescriptorBytes;
}

void Reader::check_descriptor(const EntryInfo& entry, const LocalHeader& header,
                              std::string_view descriptor) {
  if (descriptor.empty()) return;
  std::string expected;
  append_data_descriptor(expected, entry, header.zip64);
  if (descriptor != expected) corrupt("data descriptor and central header disagree", entry.name);
}

std::optional<EntryInfo> Reader::last_entry() const {
  constexpr std::uint64_t kTailBytes = 4096;
  const std::uint64_t size = std::min(directory_size_bytes_, kTailBytes);
  if (size < kCentralHeaderBytes) return std::nullopt;
  const std::uint64_t offset = directory_offset_ + directory_size_bytes_ - size;
  const std::string tail = read(offset, size);
  for (std::size_t at = tail.size() - kCentralHeaderBytes;; --at) {
    const std::string_view record = std::string_view(tail).substr(at);
    if (central_header_size_bytes(record) == record.size())
      return decode_central_header(record, offset + at).info;
    if (at == 0) return std::nullopt;
  }
}

std::string Reader::read_member(const EntryInfo& entry, std::uint64_t max_size_bytes) const {
  if (entry.size_bytes > max_size_bytes) {
    throw failure(base::ErrorKind::invalid_argument,
                  fmt::format("{} bytes, at most {} are allowed", entry.size_bytes, max_size_bytes),
                  "read ZIP", entry.name);
  }
  Located located = locate(entry, entry.compressed_size_bytes);
  const std::uint64_t header_size = located.header.header_size_bytes;
  const std::uint64_t descriptor_size = descriptor_size_bytes(located.header);
  const std::uint64_t whole_size = header_size + entry.compressed_size_bytes + descriptor_size;
  if (located.bytes.size() < whole_size) {
    located.bytes += read(entry.offset + located.bytes.size(), whole_size - located.bytes.size());
  }
  const std::string_view bytes = located.bytes;
  std::string body = decode_member(entry.method, bytes.substr(header_size, entry.compressed_size_bytes),
                                   entry.size_bytes, entry.crc32);
  check_descriptor(entry, located.header,
                   bytes.substr(header_size + entry.compressed_size_bytes, descriptor_size));
  return body;
}

void Reader::read_member(const EntryInfo& entry, const Sink& sink) const {
  MemberDecoder decoder(entry.method, entry.size_bytes, entry.crc32, sink);
  read_data(entry, [&decoder](std::string_view data) { decoder.write(data); });
  decoder.finish();
}

void Reader::read_data(const EntryInfo& entry, const Sink& sink) const {
  const Located located = locate(entry, 0);
  for (std::uint64_t done = 0; done < entry.compressed_size_bytes;) {
    const std::uint64_t step = std::min(kRangeBytes, entry.compressed_size_bytes - done);
    sink(read(located.data_offset + done, step));
    done += step;
  }
  if (const std::uint64_t size = descriptor_size_bytes(located.header); size > 0) {
    check_descriptor(entry, located.header, read(located.data_offset + entry.compressed_size_bytes, size));
  }
}

}  // namespace s3c::zip
