// Writes ZIPs and an index through the library, for other people's programs to read: zip_sample DIRECTORY.
//   sample.zip      every kind of member and name, the index entry last
//   many.zip        70,000 members: ZIP64 by count
//   large.zip       a streamed member beyond 4 GiB: ZIP64 by size, and a member behind it: by offset of the
//   directory index.jsonl.gz  the index object of sample.zip expected.jsonl  what sample.zip must hold: entry
//   name, size, SHA-256, modification time in Unix seconds
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>

#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "index/index_writer.h"
#include "index/text.h"
#include "zip/entry_name.h"
#include "zip/writer.h"

namespace {

using namespace s3c;

constexpr int kLevel = 6;

/// A file that a Writer can write to, or fails.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path) : stream_(path, std::ios::binary) {
    stream_.exceptions(std::ios::failbit | std::ios::badbit);
  }
  void write(std::string_view bytes) {
    stream_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  zip::Writer::Sink sink() {
    return [this](std::string_view bytes) { write(bytes); };
  }

 private:
  std::ofstream stream_;
};

base::Timestamp modified(std::size_t i) {
  return base::parse_iso8601("2017-02-10T23:59:31.250Z").value() + std::chrono::seconds{i * 86'401};
}

std::vector<std::string> odd_keys() {
  using namespace std::string_literals;
  return {"/leading"s,
          "//two"s,
          "Readme"s,
          "a b/c d.txt"s,
          "a"s,
          "a/b"s,
          "a/b/c"s,
          "a//b"s,
          "back\\slash"s,
          "C:/windows"s,
          "caf\xe9"s,
          "dir/"s,
          "dot/./dot"s,
          "gr\xc3\xbc\xc3\x9f/\xe6\x97\xa5.xml"s,
          "new\nline"s,
          "nul\0byte"s,
          "percent%2f"s,
          "readme"s,
          "up/../../etc/x"s,
          "\xc3\x84rger"s,
          "\xc3\xa4rger"s,
          "s3compress-index.jsonl"s,
          "s3compress-key/=x"s,
          "sources/2017/02/10/0/6/my_file.xml"s,
          "2017-02-10T00:06:31Z"s,
          "~tilde"s,
          "-dash"s};
}

std::string body_of(const std::string& key, std::size_t i) {
  std::string body;
  for (std::size_t line = 0; line < i * 37; ++line)
    body += fmt::format("{} {}\n", base::to_hex(key), line * line);
  return body;
}

class Sample {
 public:
  explicit Sample(const std::string& directory)
      : zip_file_(directory + "/sample.zip"),
        expected_(directory + "/expected.jsonl"),
        index_file_(directory + "/index.jsonl.gz"),
        writer_(zip_file_.sink()) {}

  void write() {
    std::vector<std::string> keys = odd_keys();
    std::sort(keys.begin(), keys.end());
    zip::MemberEncoder encoder(kLevel);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const std::string body = body_of(keys[i], i);  // the first is empty
      const zip::EntryInfo info = writer_.add(encoder.encode(namer_.assign(keys[i]), body, modified(i)));
      note(keys[i], info, body);
    }
    const std::string body = body_of("streamed", 3000);
    zip::StreamedEntry streamed =
        writer_.begin_streamed(namer_.assign("streamed"), modified(30), kLevel, body.size());
    for (std::size_t i = 0; i < body.size(); i += 100'000)
      streamed.write(std::string_view(body).substr(i, 100'000));
    note("streamed", streamed.finish(), body);
    finish();
  }

 private:
  void note(const std::string& key, const zip::EntryInfo& info, const std::string& body) {
    expect(info, base::sha256(body));
    index::Row& row = rows_[key];
    row.key = key;
    row.size_bytes = info.size_bytes;
    row.etag = base::to_hex(base::md5(body));
    row.last_modified = info.modified;
    row.crc32 = info.crc32;
    row.method = static_cast<std::uint16_t>(info.method);
    row.offset = info.offset;
    row.data_offset = info.data_offset;
    row.compressed_size_bytes = info.compressed_size_bytes;
    row.entry_name = info.name == key ? "" : info.name;
  }

  void expect(const zip::EntryInfo& info, const std::string& sha256) {
    std::string name;
    index::append_json_string(name, info.name);
    expected_.write(
        fmt::format("{{\"name\":{},\"size\":{},\"sha256\":\"{}\",\"modified\":{}}}\n", name, info.size_bytes,
                    base::to_hex(sha256),
                    std::chrono::floor<std::chrono::seconds>(info.modified).time_since_epoch().count()));
  }

  void finish() {
    index::IndexWriter index_writer;
    std::string text;
    for (const auto& [key, row] : rows_) {
      index_writer.add(row);
      index::append_json_line(text, row);
    }
    const index::IndexFile index = index_writer.finish();
    index_file_.write(index.gz.view());
    const zip::EntryInfo info{.name = zip::kIndexEntryName,
                              .method = zip::Method::deflate,
                              .crc32 = index.crc32,
                              .size_bytes = index.uncompressed_size_bytes,
                              .compressed_size_bytes = index.deflate_size_bytes(),
                              .modified = modified(0)};
    expect(writer_.add_precompressed(info, index.deflate_pieces()), base::sha256(text));
    writer_.finish();
  }

  OutputFile zip_file_;
  OutputFile expected_;
  OutputFile index_file_;
  zip::Writer writer_;
  zip::EntryNamer namer_;
  std::map<std::string, index::Row> rows_;
};

void write_many(const std::string& directory) {
  OutputFile file(directory + "/many.zip");
  zip::Writer writer(file.sink());
  zip::MemberEncoder encoder(kLevel);
  for (std::size_t i = 0; i < 70'000; ++i) {
    writer.add(encoder.encode(fmt::format("{}/{}", i / 1000, i), std::to_string(i), modified(i % 1000)));
  }
  writer.finish();
}

void write_large(const std::string& directory) {
  OutputFile file(directory + "/large.zip");
  zip::Writer writer(file.sink());
  constexpr std::uint64_t kChunks = 513;  // of 8 MiB
  const std::string zeros(std::size_t{8} << 20, '\0');
  zip::StreamedEntry zero = writer.begin_streamed("zeros", modified(0), 1, kChunks * zeros.size());
  for (std::uint64_t i = 0; i < kChunks; ++i) zero.write(zeros);
  zero.finish();
  writer.add(zip::MemberEncoder(kLevel).encode("behind", "behind", modified(1)));
  writer.finish();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: zip_sample DIRECTORY\n", stderr);
    return 2;
  }
  try {
    Sample(argv[1]).write();
    write_many(argv[1]);
    write_large(argv[1]);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "zip_sample: %s\n", e.what());
    return 1;
  }
  return 0;
}
