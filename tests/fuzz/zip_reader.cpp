// Input: a ZIP. zip::Reader gives the members' right bytes, the same at once and in pieces, or Error corrupt;
// it never reads outside the file and never gives out more bytes than the directory says a member has.
#include "base/hash.h"
#include "tests/fuzz/fuzz_target.h"
#include "zip/entry_name.h"
#include "zip/reader.h"

using namespace s3c;
using base::ErrorKind;
using fuzz::require;

namespace {

constexpr std::uint64_t kMaxMemberBytes = std::uint64_t{8} << 20;

/// What an unpacker that goes by local headers would take the member for.
void check_local_header(std::string_view file, const zip::EntryInfo& entry) {
  const zip::LocalHeader local = zip::decode_local_header(file.substr(entry.offset), entry.offset);
  require(local.name == entry.name && local.method == static_cast<std::uint16_t>(entry.method),
          "both directories tell the same name and method");
  if ((local.flags & zip::kFlagDescriptor) != 0) return;
  require(local.size_bytes == entry.size_bytes && local.crc32 == entry.crc32 &&
              local.compressed_size_bytes == entry.compressed_size_bytes,
          "both directories tell the same sizes and CRC-32");
}

void read_both_ways(std::string_view file, const zip::Reader& reader, const zip::EntryInfo& entry) {
  const std::optional<std::string> whole =
      fuzz::value_of({ErrorKind::corrupt, ErrorKind::invalid_argument},
                     [&] { return reader.read_member(entry, kMaxMemberBytes); });
  std::uint64_t seen_bytes = 0;
  std::uint32_t crc32 = 0;
  const auto streamed = fuzz::value_of({ErrorKind::corrupt}, [&] {
    reader.read_member(entry, [&](std::string_view piece) {
      seen_bytes += piece.size();
      crc32 = base::crc32(piece, crc32);
      require(seen_bytes <= entry.size_bytes, "a member gives no more bytes than the directory says");
    });
  });
  if (whole || streamed) check_local_header(file, entry);
  if (whole) require(whole->size() == entry.size_bytes, "a member is as long as the directory says");
  if (whole) require(base::crc32(*whole) == entry.crc32, "a member has the CRC-32 of the directory");
  if (streamed) require(seen_bytes == entry.size_bytes, "a streamed member is as long as the directory says");
  if (streamed) require(crc32 == entry.crc32, "a streamed member has the CRC-32 of the directory");
  // Not the other way round: libdeflate takes the reserved length symbols 286 and 287 for 285, zlib refuses
  // them. What comes out has the member's size and CRC-32 all the same, as is required above.
  if (entry.size_bytes <= kMaxMemberBytes && streamed)
    require(whole.has_value(), "what can be read in pieces can be read whole");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view file = fuzz::text_of(data, size);
  const auto read_at = [&](std::uint64_t offset, std::uint64_t size_bytes) {
    require(offset <= file.size() && size_bytes <= file.size() - offset, "reads lie within the file");
    return std::string(file.substr(offset, size_bytes));
  };
  std::vector<zip::EntryInfo> entries;
  const auto read = fuzz::value_of({ErrorKind::corrupt}, [&] {
    const zip::Reader reader(read_at, file.size());
    reader.for_each_entry([&](const zip::EntryInfo& entry) { entries.push_back(entry); });
    require(entries.size() == reader.entries(), "there are as many entries as the end record says");
    return reader;
  });
  if (!read) return 0;
  for (const zip::EntryInfo& entry : entries) {
    read_both_ways(file, *read, entry);
    fuzz::value_of({ErrorKind::corrupt}, [&] { return zip::key_from_entry_name(entry.name); });
  }
  return 0;
}
