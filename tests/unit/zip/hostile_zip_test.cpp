// ZIPs that lie. The reader's promise: the right bytes or Error corrupt, and never more memory than was
// allowed.
#include <gtest/gtest.h>

#include <map>

#include "base/bytes.h"
#include "base/hash.h"
#include "tests/unit/zip/memory_zip.h"
#include "zip/format.h"

namespace s3c::zip {
namespace {

using base::ErrorKind;
using testing::append_to;
using testing::entries_of;
using testing::error_kind;
using testing::kModified;
using testing::reader_of;

const std::map<std::string, std::string>& bodies() {
  static const std::map<std::string, std::string> kBodies = {
      {"deflated", "abcabcabcabcabcabcabcabcabcabcabcabcabc"},
      {"empty", ""},
      {"stored", "x1y2"},
      {"streamed", "sssssss"}};
  return kBodies;
}

/// One entry of every kind we write, with a ZIP64 end record if asked for (65,535 entries).
std::string small_zip() {
  std::string zip;
  Writer writer(append_to(zip));
  MemberEncoder encoder(6);
  for (const char* name : {"deflated", "empty", "stored"}) {
    writer.add(encoder.encode(name, bodies().at(name), kModified));
  }
  const std::string& streamed = bodies().at("streamed");
  StreamedEntry entry = writer.begin_streamed("streamed", kModified, 6, streamed.size());
  entry.write(streamed);
  entry.finish();
  writer.finish();
  return zip;
}

/// Reads everything in both ways; every byte that comes out must be right.
void read_all(const std::string& zip) {
  const Reader reader = reader_of(zip);
  for (const EntryInfo& entry : entries_of(reader)) {
    std::string streamed;
    reader.read_member(entry, append_to(streamed));
    EXPECT_EQ(reader.read_member(entry, 1000), bodies().at(entry.name));
    EXPECT_EQ(streamed, bodies().at(entry.name));
  }
}

TEST(HostileZipTest, TheSampleItselfReads) {
  read_all(small_zip());
}

TEST(HostileZipTest, CutOffAnywhere) {
  const std::string zip = small_zip();
  for (std::size_t size = 0; size < zip.size(); ++size) {
    EXPECT_EQ(error_kind([&] { read_all(zip.substr(0, size)); }), ErrorKind::corrupt) << size;
  }
}

TEST(HostileZipTest, AnyByteChanged) {
  const std::string zip = small_zip();
  int survived = 0;
  for (std::size_t i = 0; i < zip.size(); ++i) {
    for (const int change : {0x01, 0x10, 0x80, 0xff}) {
      std::string changed = zip;
      changed[i] = static_cast<char>(changed[i] ^ change);
      const std::optional<ErrorKind> kind = error_kind([&] { read_all(changed); });
      if (!kind) ++survived;
      EXPECT_TRUE(!kind || kind == ErrorKind::corrupt) << "byte " << i << " ^ " << change;
    }
  }
  // Versions, attributes and times don't bear on the bytes; nearly everything else does.
  EXPECT_LT(survived, static_cast<int>(zip.size()) * 4 / 3);
}

TEST(HostileZipTest, AnyByteMissingOrDoubled) {
  const std::string zip = small_zip();
  for (std::size_t i = 0; i < zip.size(); ++i) {
    std::string changed = zip;
    changed.erase(i, 1);
    EXPECT_EQ(error_kind([&] { read_all(changed); }), ErrorKind::corrupt) << i;
    changed = zip;
    changed.insert(i, 1, zip[i]);
    EXPECT_EQ(error_kind([&] { read_all(changed); }), ErrorKind::corrupt) << i;
  }
}

/// A ZIP of one stored entry "a" with the body "body", its central header and end records as given.
std::string forged(EntryInfo central, Directory lie, int copies = 1) {
  std::string zip;
  const EntryInfo honest{
      .name = "a", .crc32 = 0x1234, .size_bytes = 4, .compressed_size_bytes = 4, .modified = kModified};
  append_local_header(zip, honest, kFlagUtf8, false);
  zip += "body";
  Directory directory{.entries = static_cast<std::uint64_t>(copies), .size_bytes = 0, .offset = zip.size()};
  for (int i = 0; i < copies; ++i) append_central_header(zip, central, kFlagUtf8, false);
  directory.size_bytes = zip.size() - directory.offset;
  directory.entries += lie.entries;
  directory.size_bytes += lie.size_bytes;
  directory.offset += lie.offset;
  append_end_records(zip, directory);
  return zip;
}

EntryInfo honest_entry() {
  return {.name = "a", .crc32 = 0x1234, .size_bytes = 4, .compressed_size_bytes = 4, .modified = kModified};
}

TEST(HostileZipTest, LiesOfTheEndRecords) {
  constexpr std::uint64_t kMinus1 = UINT64_MAX;
  EXPECT_EQ(error_kind([] { entries_of(reader_of(forged(honest_entry(), {}))); }), std::nullopt);
  for (const Directory& lie :
       {Directory{.entries = 1}, Directory{.entries = kMinus1}, Directory{.entries = 1ull << 40},
        Directory{.size_bytes = 1}, Directory{.size_bytes = kMinus1}, Directory{.offset = 1},
        Directory{.offset = kMinus1}, Directory{.size_bytes = 1ull << 40}, Directory{.offset = 1ull << 40},
        Directory{.size_bytes = 8, .offset = kMinus1 - 7},
        Directory{.size_bytes = kMinus1 - 7, .offset = 8}}) {
    const std::string zip = forged(honest_entry(), lie);
    EXPECT_EQ(error_kind([&] { entries_of(reader_of(zip)); }), ErrorKind::corrupt)
        << lie.entries << " " << lie.size_bytes << " " << lie.offset;
  }
}

TEST(HostileZipTest, LiesOfACentralHeader) {
  const auto with = [](auto change) {
    EntryInfo entry = honest_entry();
    change(entry);
    return forged(entry, {});
  };
  const std::string lies[] = {
      with([](EntryInfo& e) { e.offset = 1; }),
      with([](EntryInfo& e) { e.offset = UINT64_MAX; }),
      with([](EntryInfo& e) { e.offset = UINT64_MAX - 40; }),
      with([](EntryInfo& e) { e.size_bytes = e.compressed_size_bytes = 5; }),
      with([](EntryInfo& e) { e.size_bytes = e.compressed_size_bytes = UINT64_MAX - 31; }),
      with([](EntryInfo& e) { e.size_bytes = 1ull << 50; }),
      with([](EntryInfo& e) {
        e.method = Method::deflate;
        e.size_bytes = 1ull << 50;
      }),
      with([](EntryInfo& e) { e.method = Method::deflate; }),
      with([](EntryInfo& e) { e.name = "b"; }),
      with([](EntryInfo& e) { e.name = "\xff"; }),
      with([](EntryInfo& e) { e.method = static_cast<Method>(12); }),
  };
  for (const std::string& zip : lies) {
    EXPECT_EQ(error_kind([&] {
                const Reader reader = reader_of(zip);
                for (const EntryInfo& entry : entries_of(reader)) reader.read_member(entry, UINT64_MAX);
              }),
              ErrorKind::corrupt)
        << &zip - lies;
  }
}

/// A ZIP of one stored entry whose directory is honest and whose local header, made with flags and zip64,
/// isn't.
std::string forged_locally(const EntryInfo& local, std::uint16_t flags = kFlagUtf8, bool zip64 = false) {
  std::string zip;
  append_local_header(zip, local, flags, zip64);
  zip += "body";
  EntryInfo central = honest_entry();
  central.crc32 = base::crc32("body");
  Directory directory{.entries = 1, .size_bytes = 0, .offset = zip.size()};
  append_central_header(zip, central, kFlagUtf8, false);
  directory.size_bytes = zip.size() - directory.offset;
  append_end_records(zip, directory);
  return zip;
}

std::optional<ErrorKind> kind_of_reading(const std::string& zip) {
  return error_kind([&] {
    const Reader reader = reader_of(zip);
    for (const EntryInfo& entry : entries_of(reader)) {
      // Both ways have to see it; the second is only reached when the first doesn't.
      const auto whole = error_kind([&] { reader.read_member(entry, 1000); });
      const auto streamed = error_kind([&] { reader.read_member(entry, [](std::string_view) {}); });
      EXPECT_EQ(whole, streamed);
      reader.read_member(entry, 1000);
    }
  });
}

/// Programs differ about which of a ZIP's two directories they believe, so where these differ we believe
/// neither.
TEST(HostileZipTest, TheTwoDirectoriesDisagree) {
  EntryInfo honest = honest_entry();
  honest.crc32 = base::crc32("body");
  EXPECT_EQ(kind_of_reading(forged_locally(honest)), std::nullopt);
  EXPECT_EQ(kind_of_reading(forged_locally(honest, kFlagUtf8, true)), std::nullopt)
      << "ZIP64, with the same sizes";

  const auto with = [&](auto change) {
    EntryInfo entry = honest;
    change(entry);
    return kind_of_reading(forged_locally(entry));
  };
  EXPECT_EQ(with([](EntryInfo& e) { e.name = "b"; }), ErrorKind::corrupt);
  EXPECT_EQ(with([](EntryInfo& e) { e.name = "a/../../b"; }), ErrorKind::corrupt);
  EXPECT_EQ(with([](EntryInfo& e) { e.crc32 ^= 1; }), ErrorKind::corrupt);
  EXPECT_EQ(with([](EntryInfo& e) { e.size_bytes = 5; }), ErrorKind::corrupt);
  EXPECT_EQ(with([](EntryInfo& e) { e.compressed_size_bytes = 3; }), ErrorKind::corrupt);
  EXPECT_EQ(with([](EntryInfo& e) { e.method = Method::deflate; }), ErrorKind::corrupt);
  EXPECT_EQ(kind_of_reading(forged_locally(honest, kFlagUtf8 | 1)), ErrorKind::corrupt) << "encrypted";
  EXPECT_EQ(kind_of_reading(forged_locally(honest, kFlagUtf8 | kFlagDescriptor)), ErrorKind::corrupt)
      << "no descriptor behind the data";
  EntryInfo wide = honest;
  wide.size_bytes = wide.compressed_size_bytes = (1ull << 32) + 4;
  EXPECT_EQ(kind_of_reading(forged_locally(wide, kFlagUtf8, true)), ErrorKind::corrupt)
      << "equal in 32 bits only";
}

/// Sizes in the header proper and others in its ZIP64 field, which must be there only when the first are all
/// ones, or say the same.
TEST(HostileZipTest, ZIP64And32BitSizesDisagree) {
  EntryInfo honest = honest_entry();
  honest.crc32 = base::crc32("body");
  std::string zip = forged_locally(honest, kFlagUtf8, true);
  for (const std::size_t at : {18u, 22u}) zip.replace(at, 4, std::string("\4\0\0\0", 4));
  EXPECT_EQ(kind_of_reading(zip), std::nullopt) << "Python's zipfile says it twice";
  constexpr std::size_t kField = kLocalHeaderBytes + 1 + 4;  // behind the name "a", the field's id and size
  for (const std::size_t at : {std::size_t{18}, std::size_t{22}, kField, kField + 8}) {
    std::string lie = zip;
    lie[at] = 5;
    EXPECT_EQ(kind_of_reading(lie), ErrorKind::corrupt) << at;
  }
  std::string one_wide = zip;  // of the two sizes one is elsewhere, so the field has one too many
  one_wide.replace(22, 4, "\xff\xff\xff\xff");
  EXPECT_EQ(kind_of_reading(one_wide), ErrorKind::corrupt);
}

/// The ZIP with ZIP64 end records that it doesn't need; at: a byte of them that is changed.
std::string with_zip64_end(std::string zip, std::optional<std::size_t> at = std::nullopt) {
  const std::string end = zip.substr(zip.size() - kEndBytes);
  zip.resize(zip.size() - kEndBytes);
  const std::uint64_t offset = base::load_le<std::uint32_t>(end, 16);
  std::string wide;
  // So many entries that append_end_records() writes all three; the true number is put in their place.
  append_end_records(wide, {.entries = kIn64Short, .size_bytes = zip.size() - offset, .offset = offset});
  wide.resize(kZip64EndBytes + kZip64LocatorBytes);
  for (const std::size_t entries : {24u, 32u})
    wide.replace(entries, 8, std::string(end, 10, 2) + std::string(6, '\0'));
  if (at) wide[*at] = static_cast<char>(wide[*at] ^ 1);
  return zip + wide + end;
}

/// Python's zipfile writes them from 2 GiB on, where the numbers still fit the plain record.
TEST(HostileZipTest, ZIP64EndRecordsThatAreNotNeeded) {
  const std::string zip = small_zip();
  read_all(with_zip64_end(zip));
  for (std::size_t at = 0; at < kZip64EndBytes + kZip64LocatorBytes; ++at) {
    const bool version = at >= 12 && at < 16;  // "made by" and "needed" bear on nothing
    EXPECT_EQ(error_kind([&] { read_all(with_zip64_end(zip, at)); }) == ErrorKind::corrupt, !version) << at;
  }
}

/// To Python 65,535 is a number of entries like any other; to others it says that the number is elsewhere.
TEST(HostileZipTest, AsManyEntriesAsNeedNoZIP64ToPython) {
  std::string zip;
  Writer writer(append_to(zip));
  MemberEncoder encoder(0);
  for (int i = 0; i < kIn64Short; ++i) writer.add(encoder.encode(std::to_string(i), "", kModified));
  writer.finish();
  std::string plain = zip;
  plain.erase(zip.size() - kEndBytes - kZip64EndBytes - kZip64LocatorBytes,
              kZip64EndBytes + kZip64LocatorBytes);
  EXPECT_EQ(entries_of(reader_of(plain)).size(), kIn64Short);
  EXPECT_EQ(entries_of(reader_of(zip)).size(), kIn64Short);
}

TEST(HostileZipTest, TwoEndRecords) {
  const std::string zip = small_zip();
  EXPECT_EQ(kind_of_reading(zip + zip.substr(zip.size() - kEndBytes)), ErrorKind::corrupt);
  EXPECT_EQ(kind_of_reading(zip + zip), ErrorKind::corrupt);
}

TEST(HostileZipTest, TwoEntriesOverTheSameBytes) {
  const std::string zip = forged(honest_entry(), {}, 2);
  EXPECT_EQ(error_kind([&] { entries_of(reader_of(zip)); }), ErrorKind::corrupt);
}

TEST(HostileZipTest, TheCallerSetsTheLimit) {
  const std::string zip = small_zip();
  const Reader reader = reader_of(zip);
  const EntryInfo entry = entries_of(reader).at(0);
  EXPECT_EQ(error_kind([&] { reader.read_member(entry, entry.size_bytes - 1); }),
            ErrorKind::invalid_argument);
}

TEST(HostileZipTest, AStoreThatAnswersShort) {
  const std::string zip = small_zip();
  for (std::uint64_t cut = 0; cut < zip.size(); cut += 7) {
    const auto read_at = [&](std::uint64_t offset, std::uint64_t size) {
      return offset <= cut && cut < offset + size ? zip.substr(offset, cut - offset)
                                                  : zip.substr(offset, size);
    };
    EXPECT_EQ(error_kind([&] {
                const Reader reader(read_at, zip.size());
                for (const EntryInfo& entry : entries_of(reader)) reader.read_member(entry, 1000);
              }),
              ErrorKind::corrupt)
        << cut;
  }
}

TEST(DecodeMemberTest, BelievesNothing) {
  const EncodedMember member = MemberEncoder(6).encode("a", std::string(1000, 'a'), kModified);
  const auto decode = [&](const std::string& data, std::uint64_t size, std::uint32_t crc) {
    return error_kind([&] { decode_member(Method::deflate, data, size, crc); });
  };
  const std::uint32_t crc = member.info.crc32;
  EXPECT_EQ(decode(member.data, 1000, crc), std::nullopt);
  EXPECT_EQ(decode(member.data, 1000, crc + 1), ErrorKind::corrupt);
  EXPECT_EQ(decode(member.data, 999, crc), ErrorKind::corrupt);
  EXPECT_EQ(decode(member.data, 1001, crc), ErrorKind::corrupt);
  EXPECT_EQ(decode(member.data, UINT64_MAX, crc), ErrorKind::corrupt);
  EXPECT_EQ(decode(member.data + "x", 1000, crc), ErrorKind::corrupt);
  EXPECT_EQ(decode(member.data.substr(1), 1000, crc), ErrorKind::corrupt);
  EXPECT_EQ(decode("", 0, 0), ErrorKind::corrupt);
}

TEST(MemberDecoderTest, StopsAtTheFirstByteTooMany) {
  const EncodedMember member = MemberEncoder(6).encode("a", std::string(1'000'000, 'a'), kModified);
  std::uint64_t seen = 0;
  MemberDecoder decoder(Method::deflate, 1000, 0, [&](std::string_view bytes) { seen += bytes.size(); });
  EXPECT_EQ(error_kind([&] { decoder.write(member.data); }), ErrorKind::corrupt);
  EXPECT_LE(seen, 1000u);
}

TEST(MemberDecoderTest, PiecesOfAnySize) {
  std::string body;
  for (int i = 0; i < 5000; ++i) body += std::to_string(i * i);
  const EncodedMember member = MemberEncoder(6).encode("a", body, kModified);
  for (const std::size_t step : {std::size_t{1}, std::size_t{1000}, member.data.size()}) {
    std::string out;
    MemberDecoder decoder(Method::deflate, body.size(), member.info.crc32, append_to(out));
    for (std::size_t i = 0; i < member.data.size(); i += step) decoder.write(member.data.substr(i, step));
    decoder.finish();
    EXPECT_EQ(out, body);
  }
}

}  // namespace
}  // namespace s3c::zip
