#include "zip/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>

#include "base/bytes.h"
#include "base/encoding.h"
#include "zip/failure.h"

namespace s3c::zip {
namespace {

constexpr std::uint16_t kZip64Field = 0x0001;
constexpr std::uint16_t kTimestampField = 0x5455;
constexpr char kTimestampHasModified = 1;
// Bits 1 and 2 tell how hard DEFLATE tried. A reader can ignore them.
constexpr std::uint16_t kFlagsUnderstood = kFlagDescriptor | kFlagUtf8 | (3 << 1);

/// The numbers of a record, collected in place and appended at once: headers are written for every member.
class Fields {
 public:
  template <typename T>
  Fields& put(T value) {
    static_assert(std::is_unsigned_v<T>);
    for (std::size_t i = 0; i < sizeof(T); ++i)
      bytes_[size_++] = static_cast<char>((value >> (8 * i)) & 0xff);
    return *this;
  }
  std::string_view view() const { return {bytes_, size_}; }

 private:
  char bytes_[64];  // the longest is the ZIP64 end record, 56
  std::size_t size_ = 0;
};

[[noreturn]] void corrupt(std::uint64_t offset, std::string_view what) {
  throw failure(base::ErrorKind::corrupt, fmt::format("{} at offset {}", what, offset), "read ZIP");
}

std::int64_t unix_seconds(base::Timestamp time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

/// The extended timestamp field; empty for a time that the field can't hold.
Fields timestamp_field(base::Timestamp time) {
  Fields fields;
  const std::int64_t seconds = unix_seconds(time);
  if (seconds < std::numeric_limits<std::int32_t>::min() ||
      seconds > std::numeric_limits<std::int32_t>::max())
    return fields;
  fields.put(kTimestampField).put(std::uint16_t{5}).put(static_cast<std::uint8_t>(kTimestampHasModified));
  fields.put(static_cast<std::uint32_t>(seconds));
  return fields;
}

std::uint32_t or_in_64(std::uint64_t value) {
  return value >= kIn64 ? kIn64 : static_cast<std::uint32_t>(value);
}

/// What the extra fields of a local or central header say, as far as we understand them.
struct Extra {
  std::optional<std::string_view> zip64;
  std::optional<base::Timestamp> modified;
};

Extra decode_extra(std::string_view extra, std::uint64_t offset) {
  Extra result;
  while (!extra.empty()) {
    if (extra.size() < 4) corrupt(offset, "extra field cut off");
    const auto id = base::load_le<std::uint16_t>(extra, 0);
    const std::size_t size = base::load_le<std::uint16_t>(extra, 2);
    if (size > extra.size() - 4) corrupt(offset, "extra field longer than its header");
    const std::string_view data = extra.substr(4, size);
    if (id == kZip64Field) {
      if (result.zip64) corrupt(offset, "two ZIP64 extra fields");
      result.zip64 = data;
    } else if (id == kTimestampField && size >= 5 && (data[0] & kTimestampHasModified) != 0) {
      const auto seconds = static_cast<std::int32_t>(base::load_le<std::uint32_t>(data, 1));
      result.modified = base::Timestamp{std::chrono::seconds{seconds}};
    }
    extra.remove_prefix(4 + size);
  }
  return result;
}

/// If the value's own field is all ones, takes the value from the next 8 bytes of the ZIP64 field.
std::uint64_t resolve(std::uint32_t value, std::string_view& zip64, std::uint64_t offset) {
  if (value != kIn64) return value;
  if (zip64.size() < 8) corrupt(offset, "ZIP64 extra field missing or too short");
  const auto wide = base::load_le<std::uint64_t>(zip64, 0);
  zip64.remove_prefix(8);
  return wide;
}

/// A ZIP64 field must hold what is needed and no more. With two values for one size, programs differ about
/// which one counts.
void expect_used_up(std::string_view zip64, std::uint64_t offset) {
  if (!zip64.empty()) corrupt(offset, "ZIP64 extra field with more than is needed");
}

}  // namespace

DosTime dos_time(base::Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  if (date.year() < std::chrono::year{1980}) return {.time = 0, .date = (1 << 5) | 1};
  if (date.year() > std::chrono::year{2107}) {
    return {.time = (23 << 11) | (59 << 5) | 29,
            .date = static_cast<std::uint16_t>((127 << 9) | (12 << 5) | 31)};
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time - day).count();
  return {.time = static_cast<std::uint16_t>((seconds / 3600) << 11 | (seconds / 60 % 60) << 5 |
                                             seconds % 60 / 2),
          .date = static_cast<std::uint16_t>((static_cast<unsigned>(int{date.year()}) - 1980) << 9 |
                                             unsigned{date.month()} << 5 | unsigned{date.day()})};
}

std::optional<base::Timestamp> from_dos_time(DosTime time) {
  const std::chrono::year_month_day date{std::chrono::year{1980 + (time.date >> 9)},
                                         std::chrono::month{static_cast<unsigned>(time.date >> 5 & 15)},
                                         std::chrono::day{static_cast<unsigned>(time.date & 31)}};
  const int hour = time.time >> 11;
  const int minute = time.time >> 5 & 63;
  const int second = (time.time & 31) * 2;
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return base::Timestamp{std::chrono::sys_days{date}} + std::chrono::hours{hour} +
         std::chrono::minutes{minute} + std::chrono::seconds{second};
}

void append_local_header(std::string& out, const EntryInfo& info, std::uint16_t flags, bool zip64) {
  const bool later = (flags & kFlagDescriptor) != 0;
  const std::uint64_t size = later ? 0 : info.size_bytes;
  const std::uint64_t compressed_size = later ? 0 : info.compressed_size_bytes;
  const DosTime dos = dos_time(info.modified);
  const Fields timestamp = timestamp_field(info.modified);
  Fields wide;
  if (zip64) wide.put(kZip64Field).put(std::uint16_t{16}).put(size).put(compressed_size);

  Fields fields;
  fields.put(kLocalHeaderSignature).put(zip64 ? kVersionZip64 : kVersionDefault).put(flags);
  fields.put(static_cast<std::uint16_t>(info.method)).put(dos.time).put(dos.date);
  fields.put(later ? std::uint32_t{0} : info.crc32);
  fields.put(zip64 ? kIn64 : static_cast<std::uint32_t>(compressed_size));
  fields.put(zip64 ? kIn64 : static_cast<std::uint32_t>(size));
  fields.put(static_cast<std::uint16_t>(info.name.size()));
  fields.put(static_cast<std::uint16_t>(wide.view().size() + timestamp.view().size()));
  out.append(fields.view()).append(info.name).append(wide.view()).append(timestamp.view());
}

std::optional<std::uint64_t> local_header_size_bytes(std::string_view fixed_part) {
  if (fixed_part.size() < kLocalHeaderBytes) return std::nullopt;
  if (base::load_le<std::uint32_t>(fixed_part, 0) != kLocalHeaderSignature) return std::nullopt;
  return kLocalHeaderBytes + std::uint64_t{base::load_le<std::uint16_t>(fixed_part, 26)} +
         base::load_le<std::uint16_t>(fixed_part, 28);
}

LocalHeader decode_local_header(std::string_view bytes, std::uint64_t offset) {
  const std::optional<std::uint64_t> size = local_header_size_bytes(bytes);
  if (!size) corrupt(offset, "no local header");
  if (bytes.size() < *size) corrupt(offset, "local header cut off");
  LocalHeader header;
  header.header_size_bytes = *size;
  header.flags = base::load_le<std::uint16_t>(bytes, 6);
  header.method = base::load_le<std::uint16_t>(bytes, 8);
  header.modified = {base::load_le<std::uint16_t>(bytes, 10), base::load_le<std::uint16_t>(bytes, 12)};
  header.crc32 = base::load_le<std::uint32_t>(bytes, 14);
  const auto compressed_size = base::load_le<std::uint32_t>(bytes, 18);
  const auto uncompressed_size = base::load_le<std::uint32_t>(bytes, 22);
  const std::size_t name_size = base::load_le<std::uint16_t>(bytes, 26);
  header.name = bytes.substr(kLocalHeaderBytes, name_size);
  const Extra extra = decode_extra(
      bytes.substr(kLocalHeaderBytes + name_size, *size - kLocalHeaderBytes - name_size), offset);
  header.zip64 = extra.zip64.has_value();
  std::string_view wide = extra.zip64.value_or(std::string_view{});
  header.size_bytes = resolve(uncompressed_size, wide, offset);
  header.compressed_size_bytes = resolve(compressed_size, wide, offset);
  // Python's zipfile writes both sizes in both places when it expected one of them to become too large (from
  // 2 GB on). Both places then say the same, so no program reads another size.
  const bool repeated = wide.size() == 16 && base::load_le<std::uint64_t>(wide, 0) == header.size_bytes &&
                        base::load_le<std::uint64_t>(wide, 8) == header.compressed_size_bytes;
  if (!repeated) expect_used_up(wide, offset);
  return header;
}

void append_data_descriptor(std::string& out, const EntryInfo& info, bool zip64) {
  Fields fields;
  fields.put(kDataDescriptorSignature).put(info.crc32);
  if (zip64) {
    fields.put(info.compressed_size_bytes).put(info.size_bytes);
  } else {
    fields.put(static_cast<std::uint32_t>(info.compressed_size_bytes))
        .put(static_cast<std::uint32_t>(info.size_bytes));
  }
  out.append(fields.view());
}

void append_central_header(std::string& out, const EntryInfo& info, std::uint16_t flags, bool zip64_local) {
  Fields values;
  for (const std::uint64_t value : {info.size_bytes, info.compressed_size_bytes, info.offset}) {
    if (value >= kIn64) values.put(value);
  }
  Fields wide;
  if (!values.view().empty()) wide.put(kZip64Field).put(static_cast<std::uint16_t>(values.view().size()));
  const DosTime dos = dos_time(info.modified);
  const Fields timestamp = timestamp_field(info.modified);
  const bool zip64 = zip64_local || !values.view().empty();

  Fields fields;
  fields.put(kCentralHeaderSignature).put(kMadeBy).put(zip64 ? kVersionZip64 : kVersionDefault).put(flags);
  fields.put(static_cast<std::uint16_t>(info.method)).put(dos.time).put(dos.date).put(info.crc32);
  fields.put(or_in_64(info.compressed_size_bytes)).put(or_in_64(info.size_bytes));
  fields.put(static_cast<std::uint16_t>(info.name.size()));
  fields.put(static_cast<std::uint16_t>(wide.view().size() + values.view().size() + timestamp.view().size()));
  fields.put(std::uint16_t{0}).put(std::uint16_t{0}).put(std::uint16_t{0});  // no comment, disk 0, binary
  fields.put(kExternalAttributes).put(or_in_64(info.offset));
  out.append(fields.view())
      .append(info.name)
      .append(wide.view())
      .append(values.view())
      .append(timestamp.view());
}

std::optional<std::uint64_t> central_header_size_bytes(std::string_view bytes) {
  if (base::load_le<std::uint32_t>(bytes, 0) != kCentralHeaderSignature) return std::nullopt;
  return kCentralHeaderBytes + std::uint64_t{base::load_le<std::uint16_t>(bytes, 28)} +
         base::load_le<std::uint16_t>(bytes, 30) + base::load_le<std::uint16_t>(bytes, 32);
}

CentralHeader decode_central_header(std::string_view bytes, std::uint64_t offset) {
  CentralHeader header;
  header.record_size_bytes = bytes.size();
  header.flags = base::load_le<std::uint16_t>(bytes, 8);
  if ((header.flags & ~kFlagsUnderstood) != 0)
    corrupt(offset, fmt::format("entry with flags 0x{:04x}", header.flags));
  const auto method = base::load_le<std::uint16_t>(bytes, 10);
  if (method != static_cast<std::uint16_t>(Method::stored) &&
      method != static_cast<std::uint16_t>(Method::deflate)) {
    corrupt(offset, fmt::format("entry with compression method {}", method));
  }
  if (base::load_le<std::uint16_t>(bytes, 34) != 0) corrupt(offset, "entry on another disk");

  EntryInfo& info = header.info;
  info.method = static_cast<Method>(method);
  info.crc32 = base::load_le<std::uint32_t>(bytes, 16);
  const std::size_t name_size = base::load_le<std::uint16_t>(bytes, 28);
  info.name = bytes.substr(kCentralHeaderBytes, name_size);
  if (!base::is_utf8(info.name)) corrupt(offset, "entry name is not UTF-8");
  const Extra extra = decode_extra(
      bytes.substr(kCentralHeaderBytes + name_size, base::load_le<std::uint16_t>(bytes, 30)), offset);
  std::string_view wide = extra.zip64.value_or(std::string_view{});
  info.size_bytes = resolve(base::load_le<std::uint32_t>(bytes, 24), wide, offset);
  info.compressed_size_bytes = resolve(base::load_le<std::uint32_t>(bytes, 20), wide, offset);
  info.offset = resolve(base::load_le<std::uint32_t>(bytes, 42), wide, offset);
  expect_used_up(wide, offset);
  const std::optional<base::Timestamp> dos =
      from_dos_time({base::load_le<std::uint16_t>(bytes, 12), base::load_le<std::uint16_t>(bytes, 14)});
  if (!dos) corrupt(offset, "entry's date is no date");
  info.modified = extra.modified.value_or(*dos);
  return header;
}

bool needs_zip64(const Directory& directory) {
  return directory.entries >= kIn64Short || directory.size_bytes >= kIn64 || directory.offset >= kIn64;
}

void append_end_records(std::string& out, const Directory& directory) {
  if (needs_zip64(directory)) {
    Fields end;
    end.put(kZip64EndSignature).put(std::uint64_t{kZip64EndBytes - 12}).put(kMadeBy).put(kVersionZip64);
    end.put(std::uint32_t{0}).put(std::uint32_t{0}).put(directory.entries).put(directory.entries);
    end.put(directory.size_bytes).put(directory.offset);
    Fields locator;
    locator.put(kZip64LocatorSignature).put(std::uint32_t{0});
    locator.put(directory.offset + directory.size_bytes).put(std::uint32_t{1});
    out.append(end.view()).append(locator.view());
  }
  const auto entries = static_cast<std::uint16_t>(std::min<std::uint64_t>(directory.entries, kIn64Short));
  Fields fields;
  fields.put(kEndSignature).put(std::uint16_t{0}).put(std::uint16_t{0}).put(entries).put(entries);
  fields.put(or_in_64(directory.size_bytes)).put(or_in_64(directory.offset)).put(std::uint16_t{0});
  out.append(fields.view());
}

}  // namespace s3c::zip
