// The records of a ZIP, for both Writer and Reader. Source: PKWARE's APPNOTE.TXT 6.3.10, sections in
// brackets. All numbers little-endian, offsets in bytes. Free functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "zip/entry_info.h"

namespace s3c::zip {

inline constexpr std::uint32_t kLocalHeaderSignature = 0x04034b50;
inline constexpr std::uint32_t kDataDescriptorSignature = 0x08074b50;
inline constexpr std::uint32_t kCentralHeaderSignature = 0x02014b50;
inline constexpr std::uint32_t kEndSignature = 0x06054b50;
inline constexpr std::uint32_t kZip64EndSignature = 0x06064b50;
inline constexpr std::uint32_t kZip64LocatorSignature = 0x07064b50;

inline constexpr std::size_t kLocalHeaderBytes = 30;    // + name + extra
inline constexpr std::size_t kCentralHeaderBytes = 46;  // + name + extra + comment
inline constexpr std::size_t kEndBytes = 22;            // + comment
inline constexpr std::size_t kZip64EndBytes = 56;
inline constexpr std::size_t kZip64LocatorBytes = 20;
inline constexpr std::size_t kDescriptorBytes = 16;
inline constexpr std::size_t kZip64DescriptorBytes = 24;
inline constexpr std::size_t kMaxNameBytes = 0xffff;

inline constexpr int kRawDeflate = -15;  // zlib's windowBits: largest window, no zlib header

// A field with all bits set says that the true value is in the ZIP64 extra field or record [4.4.8].
inline constexpr std::uint16_t kIn64Short = 0xffff;
inline constexpr std::uint32_t kIn64 = 0xffffffff;

inline constexpr std::uint16_t kFlagDescriptor = 1 << 3;  // sizes and CRC-32 follow the data [4.4.4]
inline constexpr std::uint16_t kFlagUtf8 = 1 << 11;       // name is UTF-8 [4.4.4]

inline constexpr std::uint16_t kVersionDefault = 20;                  // DEFLATE, directories [4.4.3.2]
inline constexpr std::uint16_t kVersionZip64 = 45;                    // ZIP64 [4.4.3.2]
inline constexpr std::uint16_t kMadeBy = (3 << 8) | 45;               // Unix, version 4.5 [4.4.2]
inline constexpr std::uint32_t kExternalAttributes = 0100644u << 16;  // Unix: regular file, rw-r--r--

/// An MS-DOS date and time, in steps of two seconds, in UTC here (ZIP itself names no time zone) [4.4.6].
/// date: bits 15-9 year - 1980, 8-5 month, 4-0 day; time: bits 15-11 hour, 10-5 minute, 4-0 second / 2.
struct DosTime {
  std::uint16_t time = 0;
  std::uint16_t date = 0;
  bool operator==(const DosTime&) const = default;
};

/// Times before 1980 or after 2107 become the nearest time that DOS can express.
DosTime dos_time(base::Timestamp time);
/// nullopt when it is not a date.
std::optional<base::Timestamp> from_dos_time(DosTime time);

/// Local file header [4.3.7]. Columns of this and the tables below: offset, bytes, field.
///
///    0  4  signature
///    4  2  version needed
///    6  2  flags
///    8  2  method
///   10  2  time
///   12  2  date
///   14  4  crc-32
///   18  4  compressed size
///   22  4  size
///   26  2  name length
///   28  2  extra length
///   30     name, extra
///
/// Extra field ZIP64 [4.5.3], where it is needed:
///
///    0  2  0x0001
///    2  2  16
///    4  8  size
///   12  8  compressed size
///
/// Extra field "extended timestamp" (Info-ZIP), left out for times beyond 1901-2038:
///
///    0  2  0x5455
///    2  2  5
///    4  1  flags (1: modified)
///    5  4  Unix seconds, signed
struct LocalHeader {
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  DosTime modified;
  std::uint32_t crc32 = 0;
  std::uint64_t compressed_size_bytes = 0;
  std::uint64_t size_bytes = 0;
  bool zip64 = false;  ///< sizes are in the ZIP64 field
  std::string name;
  std::uint64_t header_size_bytes = 0;  ///< with name and extra fields
};

/// Appends the local header of info. With kFlagDescriptor, sizes and CRC-32 are 0; in ZIP64 form the sizes in
/// the extra field are 0.
void append_local_header(std::string& out, const EntryInfo& info, std::uint16_t flags, bool zip64);
/// The size of the whole header, from its first kLocalHeaderBytes bytes; nullopt without the signature.
std::optional<std::uint64_t> local_header_size_bytes(std::string_view fixed_part);
/// Decodes a whole local header. Throws Error corrupt. offset: where the header lies, for the message.
LocalHeader decode_local_header(std::string_view bytes, std::uint64_t offset);

/// Data descriptor [4.3.9]. The sizes take 8 bytes each when the local header has a ZIP64 field.
///
///    0  4       signature
///    4  4       crc-32
///    8  4 or 8  compressed size
///       4 or 8  size
void append_data_descriptor(std::string& out, const EntryInfo& info, bool zip64);

/// Central directory header [4.3.12]:
///
///    0  4  signature
///    4  2  made by
///    6  2  version needed
///    8  2  flags
///   10  2  method
///   12  2  time
///   14  2  date
///   16  4  crc-32
///   20  4  compressed size
///   24  4  size
///   28  2  name length
///   30  2  extra length
///   32  2  comment length
///   34  2  disk
///   36  2  internal attributes
///   38  4  external attributes
///   42  4  local header offset
///   46     name, extra, comment
///
/// Its ZIP64 extra field has 8 bytes for each of size, compressed size and offset whose own field is all
/// ones, in this order.
struct CentralHeader {
  EntryInfo info;
  std::uint16_t flags = 0;
  std::uint64_t record_size_bytes = 0;
};

void append_central_header(std::string& out, const EntryInfo& info, std::uint16_t flags, bool zip64_local);
/// The length of the record that starts with bytes; nullopt without the signature. REQUIRES:
/// kCentralHeaderBytes bytes.
std::optional<std::uint64_t> central_header_size_bytes(std::string_view bytes);
/// Decodes a whole record. Throws Error corrupt. offset: where the record lies, for the message.
CentralHeader decode_central_header(std::string_view bytes, std::uint64_t offset);

/// Where the central directory is. Three records at the end of the file say it; the first two are only there
/// in ZIP64.
///
/// ZIP64 end record [4.3.14]:
///
///    0  4  signature
///    4  8  size of the rest (44)
///   12  2  made by
///   14  2  version needed
///   16  4  disk
///   20  4  directory's disk
///   24  8  entries on disk
///   32  8  entries
///   40  8  directory size
///   48  8  directory offset
///
/// ZIP64 end locator [4.3.15]:
///
///    0  4  signature
///    4  4  disk
///    8  8  offset of the ZIP64 end record
///   16  4  disks
///
/// End record [4.3.16]:
///
///    0  4  signature
///    4  2  disk
///    6  2  directory's disk
///    8  2  entries on disk
///   10  2  entries
///   12  4  directory size
///   16  4  directory offset
///   20  2  comment length
///   22     comment
struct Directory {
  std::uint64_t entries = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t offset = 0;
};

/// True when the end record's own fields are too narrow.
bool needs_zip64(const Directory& directory);
/// Appends the end records: ZIP64 end record and locator if needed, then the end record.
void append_end_records(std::string& out, const Directory& directory);

}  // namespace s3c::zip
