// docs/decisions/0004: the index of a volume in other forms and with other block sizes.
// usage: bench_index_formats [--rows=N] [--scratch=FOLDER], where index.jsonl and index.jsonl.gz are left for
// others to read
#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "index/index_reader.h"
#include "index/index_writer.h"
#include "support/index_rows.h"
#include "support/measure.h"

namespace {

using namespace s3c;
using namespace s3c::bench;

/// Sizes are told for a volume as large as --max-objects allows by default.
constexpr double kVolumeRows = 1e6;

/// One block's text and the key it starts with.
struct Text {
  std::string first_key, last_key, text;
};

std::vector<Text> cut(const std::vector<index::Row>& rows, std::size_t rows_per_block) {
  std::vector<Text> blocks;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i % rows_per_block == 0) blocks.push_back({rows[i].key, "", ""});
    index::append_json_line(blocks.back().text, rows[i]);
    blocks.back().last_key = rows[i].key;
  }
  return blocks;
}

std::string gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib");
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("zlib did not finish");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string gunzip(std::string_view bytes, std::size_t text_size) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) throw std::runtime_error("zlib");
  std::string out(text_size, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (inflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("not the text");
  inflateEnd(&stream);
  return out;
}

std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3);
  if (ZSTD_isError(size) != 0) throw std::runtime_error("zstd");
  out.resize(size);
  return out;
}

std::string unzstd(std::string_view bytes, std::size_t text_size) {
  std::string out(text_size, '\0');
  if (ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size()) != text_size)
    throw std::runtime_error("not the text");
  return out;
}

std::string same(std::string_view text) {
  return std::string(text);
}
std::string same_back(std::string_view text, std::size_t) {
  return std::string(text);
}

struct Form {
  std::string name;
  std::size_t rows_per_block;  // 0: one block
  std::string (*pack)(std::string_view);
  std::string (*unpack)(std::string_view, std::size_t);
};

/// As the manifest's list of blocks has it.
double manifest_bytes_per_block(const std::string& first_key) {
  return static_cast<double>(
      fmt::format("{{\"first_key\":\"{}\",\"offset\":{},\"length\":{},\"rows\":{}}},\n      ", first_key,
                  12345678, 234567, 4096)
          .size());
}

std::vector<std::string> measure(const Form& form, const std::vector<index::Row>& rows) {
  const auto count = static_cast<double>(rows.size());
  const Stopwatch writing;
  const std::vector<Text> blocks = cut(rows, form.rows_per_block == 0 ? rows.size() : form.rows_per_block);
  std::vector<std::string> packed;
  for (const Text& block : blocks) packed.push_back(form.pack(block.text));
  const Sample write = writing.stop(count);

  double bytes = 0;
  for (const std::string& block : packed) bytes += static_cast<double>(block.size());
  const std::size_t middle = blocks.size() / 2;
  const std::size_t times = std::max<std::size_t>(1, 100'000 / (rows.size() / blocks.size()));
  const Stopwatch finding;
  for (std::size_t i = 0; i < times; ++i) {
    const std::string text = form.unpack(packed[middle], blocks[middle].text.size());
    if (text.find("{\"key\":\"" + blocks[middle].last_key + "\"") == std::string::npos)
      throw std::runtime_error("the key is not there");
  }
  const Sample find = finding.stop(static_cast<double>(times));

  const bool one = form.rows_per_block == 0;
  const double per_row = bytes / count;
  const double block_rows = one ? kVolumeRows : static_cast<double>(form.rows_per_block);
  const double manifest =
      one ? 0 : kVolumeRows / block_rows * manifest_bytes_per_block(blocks[middle].first_key);
  const double find_cpu = find.cpu_seconds / find.items * (one ? kVolumeRows / count : 1);
  return {form.name,
          fmt::format("{:.1f}", per_row),
          one ? "-" : fmt::format("{:.0f}", manifest / 1e3),
          fmt::format("{:.0f}", per_row * block_rows / 1e3),
          fmt::format("{:.0f}", (manifest + per_row * block_rows) / 1e3),
          one ? "1 (2)" : "2",
          fmt::format("{:.1f}", find_cpu * 1e3),
          fmt::format("{:.2f}", write.cpu_seconds / count * 1e6)};
}

std::vector<std::string> measure_as_shipped(const std::vector<index::Row>& rows) {
  const auto count = static_cast<double>(rows.size());
  const Stopwatch writing;
  index::IndexWriter writer;
  for (const index::Row& row : rows) writer.add(row);
  const index::IndexFile file = writer.finish();
  const Sample write = writing.stop(count);
  const std::string gz(file.gz.view());
  const index::Block& block = file.blocks[file.blocks.size() / 2];
  constexpr int kTimes = 30;
  const Stopwatch finding;
  for (int i = 0; i < kTimes; ++i) {
    index::IndexCursor cursor(
        [&](std::uint64_t offset, std::uint64_t size) { return gz.substr(offset, size); }, file.blocks);
    cursor.seek(block.first_key);
    if (!cursor.next()) throw std::runtime_error("the key is not there");
  }
  const Sample find = finding.stop(kTimes);
  const double per_row = static_cast<double>(file.gz.size()) / count;
  const double manifest = kVolumeRows / 4096 * manifest_bytes_per_block(block.first_key);
  const double length = static_cast<double>(block.length_bytes);
  return {"IndexWriter, as it is",
          fmt::format("{:.1f}", per_row),
          fmt::format("{:.0f}", manifest / 1e3),
          fmt::format("{:.0f}", length / 1e3),
          fmt::format("{:.0f}", (manifest + length) / 1e3),
          "2",
          fmt::format("{:.1f}", find.cpu_seconds / find.items * 1e3),
          fmt::format("{:.2f}", write.cpu_seconds / count * 1e6)};
}

/// The same rows as files, for readers that are not ours.
void write_files(const std::vector<index::Row>& rows, const std::string& folder) {
  index::IndexWriter writer;
  for (const index::Row& row : rows) writer.add(row);
  std::ofstream gz(folder + "/index.jsonl.gz", std::ios::binary);
  gz << writer.finish().gz.view();
  std::ofstream text(folder + "/index.jsonl", std::ios::binary);
  for (const Text& block : cut(rows, 4096)) text << block.text;
  if (!gz.flush() || !text.flush()) throw std::runtime_error("the files could not be written");
}

}  // namespace

int main(int argc, char** argv) {
  const int count = option(argc, argv, "rows", 200'000);
  const std::string scratch = option(argc, argv, "scratch", "");
  const std::vector<index::Row> rows = make_index_rows(count);
  fmt::print("{} rows; kB and ms are for a volume of 1,000,000; {}\n\n", count, machine());
  std::vector<std::vector<std::string>> table{{"form", "bytes per row", "manifest's list, kB", "block, kB",
                                               "to find a key, kB", "requests", "CPU to find, ms",
                                               "CPU to write, µs per row"}};
  table.push_back(measure_as_shipped(rows));
  for (const std::size_t size : {512U, 1024U, 2048U, 4096U, 8192U, 16'384U, 65'536U})
    table.push_back(measure({fmt::format("gzip blocks of {}", size), size, gzip, gunzip}, rows));
  table.push_back(measure({"one gzip stream", 0, gzip, gunzip}, rows));
  table.push_back(measure({"no compression, blocks of 4096", 4096, same, same_back}, rows));
  table.push_back(measure({"zstd -3 blocks of 4096", 4096, zstd, unzstd}, rows));
  print_table(table);
  if (!scratch.empty()) write_files(rows, scratch);
}
