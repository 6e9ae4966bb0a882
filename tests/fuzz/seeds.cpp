// Writes those seeds of the corpora that only a program can make: what our writers write, and lies about it.
// Made anew with:  build/release/fuzz_seeds tests/fuzz/corpus The other files there were written by hand or
// found by fuzzing; each is named after what it is.
#include <zlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>

#include "base/bytes.h"
#include "base/hash.h"
#include "index/gzip.h"
#include "index/index_writer.h"
#include "index/manifest.h"
#include "zip/format.h"
#include "zip/writer.h"

namespace s3c {
namespace {

std::filesystem::path g_corpus;

void put(const std::string& target, const std::string& name, std::string_view bytes) {
  std::filesystem::create_directories(g_corpus / target);
  std::ofstream out(g_corpus / target / name, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) throw std::runtime_error("can't write " + target + "/" + name);
}

const base::Timestamp kModified = base::parse_iso8601("2017-02-10T00:06:31.000Z").value();

// --- ZIP

std::string zip_of(const std::function<void(zip::Writer&)>& fill) {
  std::string bytes;
  zip::Writer writer([&](std::string_view piece) { bytes.append(piece); });
  fill(writer);
  writer.finish();
  return bytes;
}

void add(zip::Writer& writer, const std::string& name, const std::string& body, int level = 6) {
  zip::MemberEncoder encoder(level);
  writer.add(encoder.encode(name, body, kModified));
}

void add_streamed(zip::Writer& writer, const std::string& name, const std::string& body,
                  std::uint64_t expected) {
  zip::StreamedEntry entry = writer.begin_streamed(name, kModified, 6, expected);
  entry.write(body);
  entry.finish();
}

/// How a ZIP is put together by hand: one entry, its local header and its central header as told.
struct Forgery {
  zip::EntryInfo local{.name = "a",
                       .method = zip::Method::stored,
                       .crc32 = base::crc32("body"),
                       .size_bytes = 4,
                       .compressed_size_bytes = 4,
                       .modified = kModified};
  zip::EntryInfo central = local;
  std::string data = "body";
  std::uint16_t flags = zip::kFlagUtf8;
  bool zip64_local = false;
  int copies = 1;
  zip::Directory lie;                                ///< added to the end records' numbers
  std::function<void(std::string&)> then = nullptr;  ///< done to the finished bytes

  std::string bytes() const {
    std::string zip;
    zip::append_local_header(zip, local, flags, zip64_local);
    zip += data;
    zip::Directory directory{
        .entries = static_cast<std::uint64_t>(copies), .size_bytes = 0, .offset = zip.size()};
    for (int i = 0; i < copies; ++i) zip::append_central_header(zip, central, flags, zip64_local);
    directory.size_bytes = zip.size() - directory.offset + lie.size_bytes;
    directory.entries += lie.entries;
    directory.offset += lie.offset;
    zip::append_end_records(zip, directory);
    if (then) then(zip);
    return zip;
  }
};

void forge(const std::string& name, const std::function<void(Forgery&)>& change) {
  Forgery forgery;
  change(forgery);
  put("zip_reader", name + ".zip", forgery.bytes());
}

/// Raw DEFLATE of count zeros.
std::string deflated_zeros(std::size_t count) {
  const std::string zeros(count, '\0');
  return zip::MemberEncoder(9).encode("a", zeros, kModified).data;
}

void zip_seeds() {
  const auto all_kinds = [](zip::Writer& writer) {
    add(writer, "deflated", std::string(40, 'x'));
    add(writer, "stored", "x1y2");
    add(writer, "empty", "");
    add_streamed(writer, "streamed", "sssssss", 7);
    add(writer, "s3compress-key/%2e%2e/etc/=passwd", "root");
  };
  const std::string honest = zip_of(all_kinds);
  put("zip_reader", "every-kind-of-entry.zip", honest);
  put("zip_reader", "no-entries.zip", zip_of([](zip::Writer&) {}));
  put("zip_reader", "streamed-zip64-descriptor.zip",
      zip_of([](zip::Writer& writer) { add_streamed(writer, "big", "", 0); }));
  put("zip_reader", "cut-in-directory.zip", honest.substr(0, honest.size() - 60));
  put("zip_reader", "two-end-records.zip", honest + honest.substr(honest.size() - zip::kEndBytes));
  put("zip_reader", "two-zips-in-a-row.zip", honest + honest);
  put("zip_reader", "comment-behind-the-end.zip", honest + "comment");

  forge("honest-forgery", [](Forgery&) {});
  forge("local-and-central-name-differ", [](Forgery& f) { f.local.name = "b"; });
  forge("local-and-central-size-differ",
        [](Forgery& f) { f.central.size_bytes = f.central.compressed_size_bytes = 3; });
  forge("local-and-central-crc-differ", [](Forgery& f) { f.local.crc32 ^= 1; });
  forge("local-and-central-method-differ", [](Forgery& f) { f.local.method = zip::Method::deflate; });
  forge("crc-of-other-bytes", [](Forgery& f) { f.local.crc32 = f.central.crc32 = 1; });
  forge("claims-50-bits-of-size", [](Forgery& f) { f.central.size_bytes = 1ull << 50; });
  forge("claims-16-gib-of-size-both-ways", [](Forgery& f) {
    f.local.size_bytes = f.central.size_bytes = 16ull << 30;
    f.local.method = f.central.method = zip::Method::deflate;
    f.zip64_local = true;
  });
  forge("claims-1000-times-its-size", [](Forgery& f) {
    f.local.size_bytes = f.central.size_bytes = 4000;
    f.local.method = f.central.method = zip::Method::deflate;
  });
  forge("offset-at-the-end-of-64-bits", [](Forgery& f) { f.central.offset = UINT64_MAX - 40; });
  forge("data-reaches-into-directory",
        [](Forgery& f) { f.central.size_bytes = f.central.compressed_size_bytes = 40; });
  forge("zip64-and-32-bit-size-disagree", [](Forgery& f) {
    f.zip64_local = true;
    f.local.size_bytes = f.local.compressed_size_bytes = 1ull << 33;
  });
  forge("zip64-field-that-is-not-needed", [](Forgery& f) {
    f.zip64_local = true;
    f.then = [](std::string& zip) {
      for (const std::size_t at : {18u, 22u}) zip.replace(at, 4, std::string("\4\0\0\0", 4));
    };
  });
  forge("zip64-local-header-of-small-member", [](Forgery& f) { f.zip64_local = true; });
  forge("descriptor-flag-without-descriptor", [](Forgery& f) { f.flags |= zip::kFlagDescriptor; });
  forge("encrypted", [](Forgery& f) { f.flags |= 1; });
  forge("unknown-method", [](Forgery& f) { f.central.method = static_cast<zip::Method>(12); });
  forge("name-not-utf8", [](Forgery& f) { f.local.name = f.central.name = "\xff"; });
  forge("name-is-absolute", [](Forgery& f) { f.local.name = f.central.name = "/etc/passwd"; });
  forge("name-climbs", [](Forgery& f) { f.local.name = f.central.name = "../../etc/passwd"; });
  forge("name-of-no-key", [](Forgery& f) { f.local.name = f.central.name = "s3compress-key/..%2f"; });
  forge("name-with-nul", [](Forgery& f) { f.local.name = f.central.name = std::string("a\0b", 3); });
  forge("one-member-in-two-entries", [](Forgery& f) { f.copies = 2; });
  forge("one-entry-too-many-claimed", [](Forgery& f) { f.lie.entries = 1; });
  forge("all-entries-claimed", [](Forgery& f) { f.lie.entries = UINT64_MAX; });
  forge("directory-shorter-than-it-is",
        [](Forgery& f) { f.lie.size_bytes = static_cast<std::uint64_t>(-5); });
  forge("directory-offset-wraps-around", [](Forgery& f) {
    f.lie.size_bytes = 8;
    f.lie.offset = UINT64_MAX - 7;
  });
  forge("zip64-end-for-40-bit-directory", [](Forgery& f) { f.lie.size_bytes = 1ull << 40; });
  forge("bytes-behind-the-deflate-stream", [](Forgery& f) {
    const std::string body(40, 'x');
    f.data = zip::MemberEncoder(6).encode("a", body, kModified).data + "x";
    f.local.method = f.central.method = zip::Method::deflate;
    f.local.crc32 = f.central.crc32 = base::crc32(body);
    f.local.size_bytes = f.central.size_bytes = body.size();
    f.local.compressed_size_bytes = f.central.compressed_size_bytes = f.data.size();
  });
  for (const std::uint64_t claimed : {std::uint64_t{1} << 20, std::uint64_t{4000}}) {
    forge("deflate-bomb-claims-" + std::to_string(claimed), [&](Forgery& f) {
      f.data = deflated_zeros(std::size_t{1} << 20);
      f.local.method = f.central.method = zip::Method::deflate;
      f.local.crc32 = f.central.crc32 = base::crc32(std::string(1 << 20, '\0'));
      f.local.size_bytes = f.central.size_bytes = claimed;
      f.local.compressed_size_bytes = f.central.compressed_size_bytes = f.data.size();
    });
  }
}

// --- members

void member(const std::string& name, bool deflated, std::uint64_t size, std::uint32_t crc32,
            std::string_view data) {
  std::string input = {static_cast<char>(deflated), 3};
  base::append_le(input, size);
  base::append_le(input, crc32);
  put("member_decoder", name, input.append(data));
}

void member_seeds() {
  const std::string body = "abcabcabcabcabcabcabcabcabcabcabcabc";
  const std::string data = zip::MemberEncoder(6).encode("a", body, kModified).data;
  member("deflated", true, body.size(), base::crc32(body), data);
  member("stored", false, body.size(), base::crc32(body), body);
  member("claims-too-little", true, 7, base::crc32(body), data);
  member("claims-64-bits", true, UINT64_MAX, base::crc32(body), data);
  member("claims-the-most-deflate-can", true, data.size() * 1032, base::crc32(body), data);
  member("bomb", true, 100, 0, deflated_zeros(std::size_t{1} << 20));
  member("cut-off", true, body.size(), base::crc32(body), data.substr(0, data.size() / 2));
  member("bytes-behind-the-end", true, body.size(), base::crc32(body), data + "x");
  member("distance-before-the-start", true, 10, 0, "\x4b\x04\x12\x00");
  member("stored-block", true, 4, base::crc32("body"),
         std::string_view("\x01\x04\x00\xfb\xff"
                          "body",
                          9));
  member("empty-stream", true, 0, 0, std::string_view("\x03\x00", 2));
}

// --- index

std::string gzip_of(std::string_view text, std::uint32_t crc32, std::uint32_t claimed_size) {
  std::string out(text.size() / 500 + 100, '\0');
  z_stream stream{};
  if (deflateInit2(&stream, 9, Z_DEFLATED, index::kRawDeflate, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  out.resize(std::max<std::size_t>(out.size(), deflateBound(&stream, text.size())));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  out.resize(stream.total_out);
  deflateEnd(&stream);
  out.insert(0, index::kGzipHeader);
  base::append_le(out, crc32);
  base::append_le(out, claimed_size);
  return out;
}

index::Row row(int i) {
  index::Row row;
  row.key = "sources/2017/02/10/" + std::to_string(1000 + i);
  row.size_bytes = 4;
  row.etag = "841a2d689ad86bd1611447453c22c6fc";
  row.last_modified = kModified;
  row.crc32 = 0x12345678;
  row.offset = static_cast<std::uint64_t>(i) * 100;
  row.data_offset = row.offset + 60;
  row.compressed_size_bytes = 4;
  return row;
}

index::Row full_row() {
  index::Row full = row(9);
  full.key = "sources/2017/02/10/\xff";
  full.version_id = "v1";
  full.storage_class = "STANDARD";
  full.method = 8;
  full.entry_name = "s3compress-key/sources/2017/02/10/=%ff";
  full.content_type = "text/plain";
  for (const index::SystemHeader& known : index::kSystemHeaders)
    full.system_headers.emplace(known.header, "x");
  full.metadata = {{"name", "\"quoted\"\n"}, {"other", "base64:"}};
  full.tags = {{"team", "logs"}};
  return full;
}

void index_seeds() {
  index::IndexWriter writer;
  std::string text;
  for (int i = 0; i < 5; ++i) {
    writer.add(row(i));
    index::append_json_line(text, row(i));
  }
  writer.add(full_row());
  index::append_json_line(text, full_row());
  const std::string block(writer.finish().gz.view());
  put("index_rows", "six-rows.jsonl", text);
  std::string line;
  index::append_json_line(line, row(1));
  put("index_rows", "one-row.jsonl", line);
  put("index_rows", "same-key-twice.jsonl", line + line);
  put("index_rows", "cut-off.jsonl", text.substr(0, text.size() - 9));

  put("index_block", "six-rows.gz", block);
  const auto lie = [&](const std::string& name, std::uint32_t size) {
    std::string bytes = block.substr(0, block.size() - 4);
    base::append_le(bytes, size);
    put("index_block", name, bytes);
  };
  lie("claims-4-gib.gz", UINT32_MAX);
  lie("claims-16-mib.gz", 16 << 20);
  lie("claims-nothing.gz", 0);
  put("index_block", "cut-off.gz", block.substr(0, block.size() - 30));
  put("index_block", "two-members.gz", block + block);
  const std::string zeros(std::size_t{2} << 20, '\0');
  put("index_block", "bomb-of-zeros.gz", gzip_of(zeros, base::crc32(zeros), 100));
  // A block may hold 16 MiB of text, which as JSON could take a gigabyte: a row may not.
  const auto bomb = [](const std::string& name, const std::string& one) {
    std::string text = "{\"x\":[";
    while (text.size() < std::size_t{3} << 20) text += one;
    text += '\n';
    put("index_block", name, gzip_of(text, base::crc32(text), static_cast<std::uint32_t>(text.size())));
  };
  bomb("bomb-of-brackets.gz", "[");
  bomb("bomb-of-numbers.gz", "1,");
  const std::string lines(std::size_t{1} << 20, '\n');
  put("index_block", "bomb-of-empty-rows.gz",
      gzip_of(lines, base::crc32(lines), static_cast<std::uint32_t>(lines.size())));
}

// --- manifest

index::Manifest manifest() {
  index::Manifest m;
  m.id = "01B8J3Z7Q40000000000000000";
  m.archive_bucket = "archive-bucket";
  m.archive_key = "source-bucket/20170210.zip";
  m.archive_size_bytes = 20'000'000;
  m.checksum.value = "EjRWeA==";
  m.crc64nvme = "EjRWeJq83vA=";
  m.etag = "d41d8cd98f00b204e9800998ecf8427e-3";
  m.part_size_bytes = 8 << 20;
  m.parts = 3;
  m.storage_class = "GLACIER";
  m.source_bucket = "source-bucket";
  m.layout = "{prefix}/{yyyy}/{mm}/{dd}/";
  m.group = {{"prefix", "sources"}, {"yyyy", "2017"}, {"mm", "02"}, {"dd", "10"}};
  m.group_prefix = "sources/";
  m.objects = 4100;
  m.source_size_bytes = 20'100'000;
  m.first_key = "sources/a";
  m.last_key = "sources/d";
  m.index_key = "s3compress_catalog/index/source-bucket/20170210.zip/01B8J3Z7Q40000000000000000.jsonl.gz";
  m.index_size_bytes = 225'000;
  m.index_sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  m.blocks = {{.first_key = "sources/a",
               .offset_bytes = 0,
               .length_bytes = 224'700,
               .rows = 4096,
               .sha256 = m.index_sha256},
              {.first_key = "sources/c", .offset_bytes = 224'700, .length_bytes = 300, .rows = 4}};
  m.created_at = kModified;
  m.upload_id = "upload-1";
  m.tool = "s3compressor";
  m.tool_version = "0.1.0";
  m.has_sha256 = false;  // otherwise only the digest would refuse what is changed in the text
  return m;
}

void manifest_seeds() {
  const std::string honest = index::to_json(manifest());
  put("manifest", "two-blocks.json", honest);
  index::Manifest today = manifest();
  today.has_sha256 = true;
  put("manifest", "own-sha256.json", index::to_json(today));
  index::Manifest bytes = manifest();
  bytes.last_key = "sources/\xff";
  bytes.archive_bucket.clear();
  bytes.group.clear();
  put("manifest", "key-that-is-not-utf8.json", index::to_json(bytes));
  const auto lie = [&](const std::string& name, const std::string& from, const std::string& to) {
    std::string text = honest;
    const std::size_t at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("the manifest has no " + from);
    put("manifest", name + ".json", text.replace(at, from.size(), to));
  };
  lie("archive-size-lies", "\"size\": 20000000", "\"size\": 30000000");
  lie("archive-size-of-62-bits", "\"size\": 20000000", "\"size\": 4611686018427387904");
  lie("part-size-zero", "\"part_size\": 8388608", "\"part_size\": 0");
  lie("parts-lie", "\"parts\": 3", "\"parts\": 4");
  lie("etag-of-other-parts", "e-3\"", "e-2\"");
  lie("objects-lie", "\"objects\": 4100", "\"objects\": 4099");
  lie("objects-negative", "\"objects\": 4100", "\"objects\": -4100");
  lie("objects-fraction", "\"objects\": 4100", "\"objects\": 4100.0");
  lie("index-size-lies", "\"size\": 225000", "\"size\": 225001");
  lie("block-offset-has-a-gap", "\"offset\":224700", "\"offset\":224701");
  lie("block-length-wraps-around", "\"length\":300", "\"length\":18446744073709551615");
  lie("block-rows-too-many", "\"rows\":4096", "\"rows\":4097");
  lie("blocks-out-of-order", "\"first_key\":\"sources/c\"", "\"first_key\":\"sources/a\"");
  lie("key-outside-group", "\"last_key\": \"sources/d\"", "\"last_key\": \"targets/d\"");
  lie("no-object", "\"objects\": 4100", "\"objects\": 0");
  lie("newer-format", "\"format\": 1", "\"format\": 2");
  lie("field-twice", "\"parts\": 3", "\"parts\": 3, \"parts\": 3");
  lie("checksum-with-bits-left-over", "EjRWeA==", "EjRWeB==");
  lie("created-in-the-last-leap-second", "2017-02-10T00:06:31.000Z", "9999-12-31T23:59:60.000Z");
  lie("deep-objects", "\"format\": 1",
      "\"format\": 1, \"x\": {\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{"
      "\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{}}}}}}}}}}}}}}}}}");
  lie("deep-arrays", "\"format\": 1",
      "\"format\": 1, \"x\": " + std::string(500, '[') + std::string(500, ']'));
  put("manifest", "cut-off.json", honest.substr(0, honest.size() / 2));
  // One block as large as the index: a claim that a reader would have to hold in memory.
  index::Manifest huge = manifest();
  huge.index_size_bytes = std::uint64_t{1} << 40;
  huge.blocks.back().length_bytes = huge.index_size_bytes - huge.blocks.back().offset_bytes;
  std::string text = honest;
  for (const auto& [from, to] :
       {std::pair{std::string("\"length\":300"),
                  "\"length\":" + std::to_string(huge.blocks.back().length_bytes)},
        std::pair{std::string("\"size\": 225000"), "\"size\": " + std::to_string(huge.index_size_bytes)}})
    text.replace(text.find(from), from.size(), to);
  put("manifest", "block-of-a-tebibyte.json", text);
}

}  // namespace
}  // namespace s3c

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds CORPUS\n");
    return 2;
  }
  s3c::g_corpus = argv[1];
  s3c::zip_seeds();
  s3c::member_seeds();
  s3c::index_seeds();
  s3c::manifest_seeds();
}
