// What the index costs: writing per row, reading per row, and finding one key among a million's share of
// blocks. Other block sizes and forms: docs/decisions/0004.
#include <benchmark/benchmark.h>

#include <optional>
#include <string>
#include <vector>

#include "index/index_reader.h"
#include "index/index_writer.h"
#include "support/index_rows.h"

namespace s3c::bench {
namespace {

constexpr int kRows = 40'960;  // ten full blocks

index::IndexFile write(const std::vector<index::Row>& rows) {
  index::IndexWriter writer;
  for (const index::Row& row : rows) writer.add(row);
  return writer.finish();
}

void write_index(benchmark::State& state) {
  const std::vector<index::Row> rows = make_index_rows(kRows);
  std::uint64_t bytes = 0;
  for (auto _ : state) bytes += write(rows).gz.size();
  state.SetItemsProcessed(state.iterations() * kRows);
  state.counters["bytes_per_row"] =
      static_cast<double>(bytes) / static_cast<double>(state.iterations()) / kRows;
}
BENCHMARK(write_index)->Unit(benchmark::kMillisecond);

void read_all_rows(benchmark::State& state) {
  const index::IndexFile file = write(make_index_rows(kRows));
  const std::string bytes(file.gz.view());
  for (auto _ : state) {
    index::IndexCursor cursor(
        [&](std::uint64_t offset, std::uint64_t size) { return bytes.substr(offset, size); }, file.blocks);
    int rows = 0;
    while (cursor.next()) ++rows;
    if (rows != kRows) state.SkipWithError("rows were lost");
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}
BENCHMARK(read_all_rows)->Unit(benchmark::kMillisecond);

/// As find and cat do it once the manifest is there: choose the block, decompress it, read up to the key.
void find_key(benchmark::State& state) {
  const std::vector<index::Row> rows = make_index_rows(kRows);
  const index::IndexFile file = write(rows);
  const std::string bytes(file.gz.view());
  std::size_t next = 0;
  for (auto _ : state) {
    const std::string& key = rows[next].key;
    next = (next + 7919) % kRows;
    index::IndexCursor cursor(
        [&](std::uint64_t offset, std::uint64_t size) { return bytes.substr(offset, size); }, file.blocks);
    cursor.seek(key);
    const std::optional<index::Row> row = cursor.next();
    if (!row || row->key != key) state.SkipWithError("the key was not found");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(find_key)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace s3c::bench
