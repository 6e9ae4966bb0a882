// What Writer writes, Reader reads: whole members, streamed ones, pieces, many, and large.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

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

std::string random_bytes(std::size_t size) {
  std::mt19937 random(static_cast<unsigned>(size));
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result.append(text);
  return result;
}

std::string read_streaming(const Reader& reader, const EntryInfo& entry) {
  std::string body;
  reader.read_member(entry, append_to(body));
  return body;
}

TEST(MemberEncoderTest, StoresWhatDeflateDoesNotShrink) {
  MemberEncoder encoder(6);
  for (const std::string& body : {std::string(), std::string("x"), random_bytes(4096)}) {
    const EncodedMember member = encoder.encode("name", body, kModified);
    EXPECT_EQ(member.info.method, Method::stored);
    EXPECT_EQ(member.data, body);
    EXPECT_EQ(member.info.compressed_size_bytes, body.size());
    EXPECT_EQ(member.info.crc32, base::crc32(body));
  }
}

TEST(MemberEncoderTest, DeflatesTheRest) {
  for (int level = 1; level <= 12; ++level) {
    MemberEncoder encoder(level);
    const std::string body = repeated("<event>text</event>\n", 200);
    const EncodedMember member = encoder.encode("name", body, kModified);
    EXPECT_EQ(member.info.method, Method::deflate);
    EXPECT_LT(member.data.size(), body.size() / 10);
    EXPECT_EQ(decode_member(Method::deflate, member.data, body.size(), member.info.crc32), body);
  }
}

TEST(MemberEncoderTest, LevelZeroStores) {
  EXPECT_EQ(MemberEncoder(0).encode("name", "aaaaaaaaaaaaaaaaaaaaaaaa", kModified).info.method,
            Method::stored);
}

TEST(MemberEncoderTest, RefusesUnknownLevels) {
  EXPECT_EQ(error_kind([] { MemberEncoder(-1); }), ErrorKind::invalid_argument);
  EXPECT_EQ(error_kind([] { MemberEncoder(13); }), ErrorKind::invalid_argument);
}

TEST(WriterTest, MembersReadBack) {
  const std::vector<std::pair<std::string, std::string>> members = {
      {"empty", ""},
      {"sources/2017/02/10/0/6/my_file.xml", repeated("<event>text</event>\n", 300)},
      {"gr\xc3\xbc\xc3\x9f/\xe6\x97\xa5", random_bytes(100'000)},
      {"large", repeated("0123456789", 400'000)},
  };
  std::string zip;
  Writer writer(append_to(zip));
  MemberEncoder encoder(6);
  std::vector<EntryInfo> written;
  for (const auto& [name, body] : members)
    written.push_back(writer.add(encoder.encode(name, body, kModified)));
  writer.finish();
  EXPECT_EQ(writer.size_bytes(), zip.size());
  EXPECT_EQ(writer.entries(), members.size());

  const Reader reader = reader_of(zip);
  EXPECT_EQ(reader.entries(), members.size());
  const std::vector<EntryInfo> entries = entries_of(reader);
  ASSERT_EQ(entries.size(), members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto& [name, body] = members[i];
    EXPECT_EQ(entries[i].name, name);
    EXPECT_EQ(entries[i].size_bytes, body.size());
    EXPECT_EQ(entries[i].modified, kModified);
    EXPECT_EQ(entries[i].offset, written[i].offset);
    EXPECT_EQ(reader.read_member(entries[i], body.size()), body);
    EXPECT_EQ(read_streaming(reader, entries[i]), body);
    // The offsets that the index gets lead to the data without the reader.
    const std::string data = zip.substr(written[i].data_offset, written[i].compressed_size_bytes);
    EXPECT_EQ(decode_member(written[i].method, data, written[i].size_bytes, written[i].crc32), body);
    EXPECT_EQ(reader.read_member(written[i], body.size()), body);
  }
}

TEST(WriterTest, MembersFromMemoryCarryTheirSizes) {
  std::string zip;
  Writer writer(append_to(zip));
  const EntryInfo info = writer.add(MemberEncoder(6).encode("name", repeated("ab", 500), kModified));
  const LocalHeader header = decode_local_header(zip, 0);
  EXPECT_EQ(header.flags, kFlagUtf8);
  EXPECT_EQ(header.crc32, info.crc32);
  EXPECT_EQ(header.size_bytes, 1000u);
  EXPECT_EQ(header.compressed_size_bytes, info.compressed_size_bytes);
  EXPECT_FALSE(header.zip64);
}

TEST(WriterTest, AnEmptyArchiveIsAnArchive) {
  std::string zip;
  Writer writer(append_to(zip));
  writer.finish();
  EXPECT_EQ(zip.size(), kEndBytes);
  EXPECT_TRUE(entries_of(reader_of(zip)).empty());
}

TEST(WriterTest, SeventyThousandEntriesNeedZip64) {
  std::string zip;
  Writer writer(append_to(zip));
  MemberEncoder encoder(1);
  constexpr std::size_t kEntries = 70'000;
  for (std::size_t i = 0; i < kEntries; ++i)
    writer.add(encoder.encode(std::to_string(i), std::to_string(i), kModified));
  writer.finish();
  const Reader reader = reader_of(zip);
  EXPECT_EQ(reader.entries(), kEntries);
  std::size_t seen = 0;
  reader.for_each_entry([&](const EntryInfo& entry) {
    EXPECT_EQ(entry.name, std::to_string(seen));
    if (seen % 1000 == 0 || seen + 1 == kEntries) {
      EXPECT_EQ(reader.read_member(entry, 100), entry.name);
    }
    ++seen;
  });
  EXPECT_EQ(seen, kEntries);
}

TEST(WriterTest, ThePendingDirectoryStaysSmall) {
  Writer writer([](std::string_view) {});
  MemberEncoder encoder(1);
  constexpr std::uint64_t kEntries = 100'000;
  std::mt19937 random(1);
  for (std::uint64_t i = 0; i < kEntries; ++i) {
    const std::string name = "sources/2017/02/10/" + std::to_string(i / 4167) + "/" +
                             std::to_string(i / 70 % 60) + "/" + std::to_string(i) + ".xml";
    writer.add(encoder.encode(name, random_bytes(random() % 100), kModified + std::chrono::seconds{i}));
  }
  RecordProperty("bytes_per_entry", std::to_string(writer.pending_directory_bytes() / kEntries));
  EXPECT_LT(writer.pending_directory_bytes(), kEntries * 32);
}

TEST(WriterTest, PiecesMakeOneMember) {
  const std::string body = repeated("line\n", 1000);
  EncodedMember member = MemberEncoder(6).encode("s3compress-index.jsonl", body, kModified);
  const std::string_view data = member.data;
  const std::vector<std::string_view> pieces = {data.substr(0, 7), "", data.substr(7)};
  std::string zip;
  Writer writer(append_to(zip));
  writer.add_precompressed(member.info, pieces);
  EXPECT_EQ(error_kind([&] {
              writer.add_precompressed(member.info, std::vector<std::string_view>{data, "x"});
            }),
            ErrorKind::internal);
  writer.finish();
  const Reader reader = reader_of(zip);
  EXPECT_EQ(reader.read_member(entries_of(reader).at(0), body.size()), body);
}

TEST(WriterTest, RefusesNamesThatAreNone) {
  std::string zip;
  Writer writer(append_to(zip));
  MemberEncoder encoder(6);
  for (const std::string& name : {std::string(), std::string("\xff"), std::string(65'536, 'a')}) {
    EXPECT_EQ(error_kind([&] { writer.add(encoder.encode(name, "body", kModified)); }),
              ErrorKind::invalid_argument);
  }
  EXPECT_TRUE(zip.empty());
  writer.add(encoder.encode(std::string(65'535, 'a'), "body", kModified));
  writer.finish();
  EXPECT_EQ(entries_of(reader_of(zip)).at(0).name.size(), 65'535u);
}

TEST(WriterTest, ASinkThatThrowsEndsTheWriter) {
  int calls = 0;
  Writer writer([&](std::string_view) {
    if (++calls == 2) throw std::runtime_error("disk full");
  });
  MemberEncoder encoder(6);
  EXPECT_THROW(writer.add(encoder.encode("a", "body", kModified)), std::runtime_error);
  EXPECT_EQ(error_kind([&] { writer.add(encoder.encode("b", "body", kModified)); }), ErrorKind::internal);
  EXPECT_EQ(error_kind([&] { writer.finish(); }), ErrorKind::internal);
}

TEST(WriterTest, NothingComesAfterFinish) {
  std::string zip;
  Writer writer(append_to(zip));
  writer.finish();
  EXPECT_EQ(error_kind([&] { writer.add(MemberEncoder(6).encode("b", "body", kModified)); }),
            ErrorKind::internal);
  EXPECT_EQ(error_kind([&] { writer.finish(); }), ErrorKind::internal);
}

TEST(StreamedEntryTest, ReadsBackBetweenOthers) {
  const std::string body = random_bytes(300'000) + repeated("0123456789", 50'000);
  for (const int level : {0, 1, 6, 12}) {
    std::string zip;
    Writer writer(append_to(zip));
    MemberEncoder encoder(6);
    writer.add(encoder.encode("before", "b", kModified));
    StreamedEntry entry = writer.begin_streamed("streamed", kModified, level, body.size());
    for (std::size_t i = 0; i < body.size(); i += 70'001)
      entry.write(std::string_view(body).substr(i, 70'001));
    const EntryInfo info = entry.finish();
    writer.add(encoder.encode("after", "a", kModified));
    StreamedEntry empty = writer.begin_streamed("empty", kModified, level, 0);
    empty.finish();
    writer.finish();

    EXPECT_EQ(info.size_bytes, body.size());
    EXPECT_EQ(info.crc32, base::crc32(body));
    const Reader reader = reader_of(zip);
    const std::vector<EntryInfo> entries = entries_of(reader);
    ASSERT_EQ(entries.size(), 4u);
    EXPECT_EQ(reader.read_member(entries[1], body.size()), body);
    EXPECT_EQ(read_streaming(reader, entries[1]), body);
    EXPECT_EQ(reader.read_member(entries[2], 1), "a");
    EXPECT_EQ(reader.read_member(entries[3], 0), "");
    EXPECT_EQ(decode_member(info.method, zip.substr(info.data_offset, info.compressed_size_bytes),
                            info.size_bytes, info.crc32),
              body);
  }
}

TEST(StreamedEntryTest, AnotherSizeThanExpectedIsNeverSealed) {
  std::string zip;
  {
    Writer writer(append_to(zip));
    StreamedEntry entry = writer.begin_streamed("short", kModified, 6, 10);
    entry.write("123456789");
    EXPECT_EQ(error_kind([&] { entry.finish(); }), ErrorKind::corrupt);
    EXPECT_EQ(error_kind([&] { entry.finish(); }), ErrorKind::internal);
    EXPECT_EQ(error_kind([&] { writer.finish(); }), ErrorKind::internal);
  }
  Writer writer(append_to(zip));
  StreamedEntry entry = writer.begin_streamed("long", kModified, 6, 10);
  entry.write("1234567890");
  EXPECT_EQ(error_kind([&] { entry.write("1"); }), ErrorKind::corrupt);
  EXPECT_EQ(error_kind([&] { writer.finish(); }), ErrorKind::internal);
}

TEST(StreamedEntryTest, DroppedIsNeverSealed) {
  std::string zip;
  Writer writer(append_to(zip));
  {
    StreamedEntry entry = writer.begin_streamed("a", kModified, 6, 3);
    entry.write("abc");
  }
  EXPECT_EQ(error_kind([&] { writer.add(MemberEncoder(6).encode("b", "", kModified)); }),
            ErrorKind::internal);
  EXPECT_EQ(error_kind([&] { writer.finish(); }), ErrorKind::internal);
}

/// Keeps the small writes and notes where the large ones, all zeros, would lie.
class SparseZip {
 public:
  static constexpr std::size_t kHoleBytes = std::size_t{64} << 20;

  Writer::Sink sink() {
    return [this](std::string_view bytes) {
      if (bytes.size() != kHoleBytes) pieces_.emplace(size_, bytes);
      size_ += bytes.size();
    };
  }
  Reader reader() const {
    return Reader([this](std::uint64_t offset, std::uint64_t size) { return read(offset, size); }, size_);
  }

 private:
  std::string read(std::uint64_t offset, std::uint64_t size) const {
    std::string bytes(size, '\0');
    auto piece = pieces_.upper_bound(offset);
    if (piece != pieces_.begin()) --piece;
    for (; piece != pieces_.end() && piece->first < offset + size; ++piece) {
      for (std::size_t i = 0; i < piece->second.size(); ++i) {
        const std::uint64_t position = piece->first + i;
        if (position >= offset && position < offset + size) bytes[position - offset] = piece->second[i];
      }
    }
    return bytes;
  }

  std::map<std::uint64_t, std::string> pieces_;
  std::uint64_t size_ = 0;
};

TEST(WriterTest, OffsetsBeyondFourGiB) {
  SparseZip zip;
  Writer writer(zip.sink());
  const std::string zeros(SparseZip::kHoleBytes, '\0');
  const std::vector<std::string_view> hole = {zeros};
  EntryInfo info{.name = "",
                 .method = Method::stored,
                 .crc32 = base::crc32(hole[0]),
                 .size_bytes = SparseZip::kHoleBytes,
                 .compressed_size_bytes = SparseZip::kHoleBytes,
                 .modified = kModified};
  for (int i = 0; i < 70; ++i) {
    info.name = "zeros/" + std::to_string(i);
    writer.add_precompressed(info, hole);
  }
  const EntryInfo last = writer.add(MemberEncoder(6).encode("last", "the last one", kModified));
  ASSERT_GT(last.offset, std::uint64_t{kIn64});
  writer.finish();

  const Reader reader = zip.reader();
  const std::vector<EntryInfo> entries = entries_of(reader);
  ASSERT_EQ(entries.size(), 71u);
  EXPECT_EQ(entries[70].offset, last.offset);
  EXPECT_EQ(reader.read_member(entries[70], 100), "the last one");
  std::uint64_t seen = 0;
  reader.read_member(entries[69], [&](std::string_view bytes) { seen += bytes.size(); });
  EXPECT_EQ(seen, SparseZip::kHoleBytes);
}

TEST(StreamedEntryTest, AMemberOfMoreThanFourGiB) {
  std::string zip;
  Writer writer(append_to(zip));
  constexpr std::uint64_t kSize = (std::uint64_t{4} << 30) + 5;
  StreamedEntry entry = writer.begin_streamed("large", kModified, 1, kSize);
  const std::string zeros(std::size_t{8} << 20, '\0');
  for (std::uint64_t left = kSize; left > 0; left -= std::min<std::uint64_t>(left, zeros.size())) {
    entry.write(std::string_view(zeros).substr(0, left));
  }
  EXPECT_EQ(entry.finish().size_bytes, kSize);
  writer.finish();
  EXPECT_TRUE(decode_local_header(zip, 0).zip64);

  const Reader reader = reader_of(zip);
  const EntryInfo read = entries_of(reader).at(0);
  EXPECT_EQ(read.size_bytes, kSize);
  std::uint64_t seen = 0;
  reader.read_member(read, [&](std::string_view bytes) { seen += bytes.size(); });
  EXPECT_EQ(seen, kSize);
}

}  // namespace
}  // namespace s3c::zip
