#include "restore/range_restorer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "catalog/member_reader.h"
#include "zip/decoder.h"

namespace s3c::restore {

using base::Error;
using base::ErrorKind;

void RangeRestorer::restore(const MemberRange& range) {
  if (range.is_large()) return tally_.attempt(range.rows[0], [&] { return restore_large(range); });
  MemberRange wanted{range.manifest, {}};
  if (tally_.has_ended()) return;
  const std::vector<bool> free = target_of(range).find_free(range.rows);
  for (std::size_t i = 0; i < range.rows.size(); ++i) {
    const index::Row& row = range.rows[i];
    if (free[i]) {
      wanted.rows.push_back(row);
      continue;
    }
    tally_.attempt(row, [&]() -> std::optional<Landing> {
      const std::optional<Landing> there = target_of(range).look(row).landing;
      if (!there) wanted.rows.push_back(row);
      return there;
    });
  }
  if (!wanted.rows.empty()) fetch_and_write(wanted);
}

void RangeRestorer::fetch_and_write(const MemberRange& range) {
  std::uint64_t largest = 0;
  for (const index::Row& row : range.rows) largest = std::max(largest, row.size_bytes);
  base::MemoryLease lease;
  std::string bytes;
  try {
    lease = memory_.lease(range.size_bytes() + largest, context_.stop);
    bytes = fetch(range);
  } catch (const Error& error) {
    for (const index::Row& row : range.rows) tally_.fail(row, error);
    return;
  }
  for (const index::Row& row : range.rows) {
    tally_.attempt(row, [&]() -> std::optional<Landing> {
      const std::string_view fetched =
          std::string_view(bytes).substr(row.data_offset - range.begin_offset(), row.compressed_size_bytes);
      const std::string body = decode(*range.manifest, row, fetched);
      choices_.expect_newest(*range.manifest, row.key);
      return target_of(range).write(row, body);
    });
  }
}

/// A member that doesn't decode may have been damaged on its way. So it is read again, alone. read_member()
/// calls the archive damaged only if it is wrong again and again.
std::string RangeRestorer::decode(const index::Manifest& manifest, const index::Row& row,
                                  std::string_view fetched) {
  try {
    return zip::decode_member(static_cast<zip::Method>(row.method), fetched, row.size_bytes, row.crc32);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
  }
  std::string body;
  catalog::read_member(context_.store, bucket_, manifest, row,
                       [&body](std::string_view bytes) { body.append(bytes); });
  return body;
}

std::string RangeRestorer::fetch(const MemberRange& range) {
  const std::uint64_t size_bytes = range.size_bytes();
  if (size_bytes == 0) return {};
  s3::GetObjectRequest request;
  request.bucket = bucket_;
  request.key = range.manifest->archive_key;
  request.range = s3::ByteRange{range.begin_offset(), size_bytes};
  request.expected_size_bytes = size_bytes;
  s3::GetObjectResult got = get(request, *range.manifest);
  if (got.body.size() != size_bytes) {
    const Error cut(ErrorKind::corrupt,
                    fmt::format("{} bytes came instead of {}", got.body.size(), size_bytes),
                    {.operation = "restore", .resource = bucket_ + "/" + request.key});
    throw catalog::error_of_read(context_.store, bucket_, *range.manifest, cut);
  }
  catalog::expect_archive(context_.store, bucket_, *range.manifest, got.head);
  return std::move(got.body);
}

s3::GetObjectResult RangeRestorer::get(const s3::GetObjectRequest& request, const index::Manifest& manifest) {
  try {
    return context_.store.get_object(request);
  } catch (const Error& error) {
    throw catalog::error_of_read(context_.store, bucket_, manifest, error);
  }
}

std::optional<Landing> RangeRestorer::restore_large(const MemberRange& range) {
  const index::Row& row = range.rows[0];
  const base::MemoryLease lease =
      memory_.lease(2 * MemberRange::kMaxBytes, context_.stop);  // for the part that is being filled
  RestoreTarget& target = target_of(range);
  if (const std::optional<Landing> there = target.look(row).landing) return there;
  choices_.expect_newest(*range.manifest, row.key);
  return target.write_streamed(row, [&](const RestoreTarget::Sink& sink) {
    catalog::read_member(context_.store, bucket_, *range.manifest, row, sink);
    choices_.expect_newest(*range.manifest, row.key);  // reading it may have taken hours
  });
}

}  // namespace s3c::restore
