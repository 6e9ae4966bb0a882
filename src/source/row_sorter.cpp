#include "source/row_sorter.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <queue>
#include <tuple>
#include <utility>

#include "base/error.h"

namespace s3c::source {
namespace {

/// So many runs are merged at once. Each takes a file and a buffer.
constexpr std::size_t kMaxRuns = 64;
constexpr std::size_t kBufferBytes = std::size_t{128} << 10;

// A row in a file:
//
//   offset  bytes  what
//   0       4      length of all that follows
//   4       8      size
//   12      8      last-modified, milliseconds since 1970
//   20      1      what the row tells: 1 size, 2 last-modified; added up
//   21      1      0: whether the object is frozen isn't known; else 1 + ThawState::Kind
//   22      8      period
//   30      2      length of the key
//   32      2      length of the ETag
//   34      2      length of the version id
//   36      ...    key, ETag, version id, storage class
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kTellsAt = 20;
constexpr std::size_t kThawAt = 21;
constexpr std::size_t kPeriodAt = 22;
constexpr std::size_t kKeyLengthAt = 30;
constexpr std::size_t kEtagLengthAt = 32;
constexpr std::size_t kVersionLengthAt = 34;
constexpr std::size_t kHeadBytes = 36;
constexpr std::uint8_t kTellsSize = 1;
constexpr std::uint8_t kTellsTime = 2;
/// With the longest key, and more than any ETag, version id and class.
constexpr std::size_t kMaxStoredRowBytes = std::size_t{8} << 10;

template <typename Number>
void put(std::string& out, Number number) {
  std::array<char, sizeof(Number)> bytes{};
  std::memcpy(bytes.data(), &number, sizeof(Number));
  out.append(bytes.data(), bytes.size());
}

template <typename Number>
Number get(std::string_view row, std::size_t at) {
  Number number{};
  std::memcpy(&number, row.data() + at, sizeof(Number));
  return number;
}

void append_row(std::string& out, const ObjectRow& row) {
  const s3::ObjectSummary& object = row.object;
  const std::size_t size = kHeadBytes + object.key.size() + object.etag.size() + object.version_id.size() +
                           object.storage_class.size();
  put(out, static_cast<std::uint32_t>(size - kLengthBytes));
  put(out, object.size_bytes);
  put(out, static_cast<std::int64_t>(object.last_modified.time_since_epoch().count()));
  put(out, static_cast<std::uint8_t>((row.tells_size ? kTellsSize : 0) | (row.tells_time ? kTellsTime : 0)));
  put(out, static_cast<std::uint8_t>(object.thaw ? 1 + static_cast<int>(object.thaw->kind) : 0));
  put(out, row.period);
  put(out, static_cast<std::uint16_t>(object.key.size()));
  put(out, static_cast<std::uint16_t>(object.etag.size()));
  put(out, static_cast<std::uint16_t>(object.version_id.size()));
  out += object.key;
  out += object.etag;
  out += object.version_id;
  out += object.storage_class;
}

std::size_t size_of(std::string_view row) {
  return kLengthBytes + get<std::uint32_t>(row, 0);
}

std::string_view key_of(std::string_view row) {
  return row.substr(kHeadBytes, get<std::uint16_t>(row, kKeyLengthAt));
}

std::int64_t period_of_row(std::string_view row) {
  return get<std::int64_t>(row, kPeriodAt);
}

std::int64_t time_of_row(std::string_view row) {
  return get<std::int64_t>(row, 12);
}

/// A row that tells no time is older than any that does, also than one of before 1970.
std::int64_t told_time_of_row(std::string_view row) {
  const bool tells = (get<std::uint8_t>(row, kTellsAt) & kTellsTime) != 0;
  return tells ? time_of_row(row) : std::numeric_limits<std::int64_t>::min();
}

/// Of how many things the row tells: size, last-modified, ETag, version id.
int told_by(std::string_view row) {
  const auto flags = get<std::uint8_t>(row, kTellsAt);
  return static_cast<int>((flags & kTellsSize) != 0) + static_cast<int>((flags & kTellsTime) != 0) +
         static_cast<int>(get<std::uint16_t>(row, kEtagLengthAt) != 0) +
         static_cast<int>(get<std::uint16_t>(row, kVersionLengthAt) != 0);
}

/// Of one key the latest comes first; of several that may be it, the one that tells most. What is left is decided
/// by the bytes, so that the order of the input isn't.
bool comes_before(std::string_view a, std::string_view b) {
  if (const auto one = period_of_row(a), other = period_of_row(b); one != other) return one < other;
  if (const int keys = key_of(a).compare(key_of(b)); keys != 0) return keys < 0;
  if (const auto one = told_time_of_row(a), other = told_time_of_row(b); one != other) return one > other;
  if (told_by(a) != told_by(b)) return told_by(a) > told_by(b);
  return a.substr(0, size_of(a)) < b.substr(0, size_of(b));
}

ObjectRow parse_row(std::string_view row) {
  ObjectRow made;
  made.object.size_bytes = get<std::uint64_t>(row, 4);
  made.object.last_modified = base::Timestamp(std::chrono::milliseconds(time_of_row(row)));
  const auto flags = get<std::uint8_t>(row, kTellsAt);
  made.tells_size = (flags & kTellsSize) != 0;
  made.tells_time = (flags & kTellsTime) != 0;
  if (const auto thaw = get<std::uint8_t>(row, kThawAt); thaw != 0)
    made.object.thaw = s3::ThawState{static_cast<s3::ThawState::Kind>(thaw - 1)};
  made.period = period_of_row(row);
  const std::size_t key = get<std::uint16_t>(row, kKeyLengthAt);
  const std::size_t etag = get<std::uint16_t>(row, kEtagLengthAt);
  const std::size_t version = get<std::uint16_t>(row, kVersionLengthAt);
  made.object.key = row.substr(kHeadBytes, key);
  made.object.etag = row.substr(kHeadBytes + key, etag);
  made.object.version_id = row.substr(kHeadBytes + key + etag, version);
  made.object.storage_class = row.substr(kHeadBytes + key + etag + version);
  return made;
}

/// Walks a file of rows. The view of a row is valid until the next call.
class RawCursor {
 public:
  explicit RawCursor(const base::TempFile& file) : file_(&file) {}

  bool next() {
    at_ += row_size_;
    row_size_ = 0;
    if (!has(kLengthBytes)) return false;
    row_size_ = size_of(std::string_view(bytes_).substr(at_));
    return has(row_size_);
  }
  std::string_view row() const { return std::string_view(bytes_).substr(at_, row_size_); }

 private:
  bool has(std::size_t size) {
    if (bytes_.size() - at_ >= size) return true;
    bytes_.erase(0, at_);
    at_ = 0;
    const std::string more = file_->read(read_, std::max(kBufferBytes, size));
    read_ += more.size();
    bytes_ += more;
    return bytes_.size() >= size;
  }

  const base::TempFile* file_;
  std::uint64_t read_ = 0;  // how much of the file
  std::string bytes_;
  std::size_t at_ = 0;
  std::size_t row_size_ = 0;
};

/// Writes rows that come in order, each key once.
class UniqueRows {
 public:
  explicit UniqueRows(base::TempFile& file) : file_(file) {}
  void write(std::string_view row) {
    if (any_ && key_of(row) == key_ && period_of_row(row) == period_) return;
    key_ = key_of(row);
    period_ = period_of_row(row);
    any_ = true;
    file_.write(row);
  }

 private:
  base::TempFile& file_;
  std::string key_;
  std::int64_t period_ = 0;
  bool any_ = false;
};

}  // namespace

std::optional<ObjectRow> SortedRows::Cursor::next() {
  const auto has = [this](std::size_t size) {
    if (bytes_.size() - at_ >= size) return true;
    bytes_.erase(0, at_);
    at_ = 0;
    bytes_ += file_->read(place_ + bytes_.size(), std::max(kBufferBytes, size));
    return bytes_.size() >= size;
  };
  if (!has(kLengthBytes)) return std::nullopt;
  const std::size_t size = size_of(std::string_view(bytes_).substr(at_));
  if (!has(size)) return std::nullopt;
  ObjectRow row = parse_row(std::string_view(bytes_).substr(at_, size));
  at_ += size;
  place_ += size;
  return row;
}

RowSorter::RowSorter(std::string temp_directory, std::stop_token stop, std::size_t memory_bytes)
    : temp_directory_(std::move(temp_directory)), stop_(std::move(stop)), memory_bytes_(memory_bytes) {}

void RowSorter::expect_no_stop() const {
  if (stop_.stop_requested()) throw base::Error(base::ErrorKind::cancelled, "stopped while rows were sorted");
}

void RowSorter::add(const ObjectRow& row) {
  if (rows_.empty()) rows_.reserve(memory_bytes_ + kMaxStoredRowBytes);
  places_.push_back(static_cast<std::uint32_t>(rows_.size()));
  append_row(rows_, row);
  if (rows_.size() + places_.size() * sizeof(std::uint32_t) >= memory_bytes_) write_run();
}

void RowSorter::write_run() {
  expect_no_stop();
  std::sort(places_.begin(), places_.end(), [this](std::uint32_t a, std::uint32_t b) {
    const std::string_view rows = rows_;
    return comes_before(rows.substr(a), rows.substr(b));
  });
  base::TempFile run(temp_directory_);
  UniqueRows unique(run);
  for (const std::uint32_t place : places_) {
    const std::string_view row = std::string_view(rows_).substr(place);
    unique.write(row.substr(0, size_of(row)));
  }
  run.flush();
  rows_.clear();
  places_.clear();
  for (std::size_t level = 0;; ++level) {
    if (runs_.size() == level) runs_.emplace_back();
    runs_[level].push_back(std::move(run));
    if (runs_[level].size() < kMaxRuns) return;
    run = merge(std::exchange(runs_[level], {}));
  }
}

base::TempFile RowSorter::merge(const std::vector<base::TempFile>& runs) const {
  std::vector<RawCursor> cursors;
  cursors.reserve(runs.size());
  const auto comes_later = [&](std::size_t a, std::size_t b) {
    return comes_before(cursors[b].row(), cursors[a].row());
  };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(comes_later)> first(comes_later);
  for (const base::TempFile& run : runs) {
    cursors.emplace_back(run);
    if (cursors.back().next()) first.push(cursors.size() - 1);
  }
  base::TempFile merged(temp_directory_);
  UniqueRows unique(merged);
  while (!first.empty()) {
    expect_no_stop();
    const std::size_t run = first.top();
    first.pop();
    unique.write(cursors[run].row());
    if (cursors[run].next()) first.push(run);
  }
  merged.flush();
  return merged;
}

SortedRows RowSorter::finish() {
  if (!places_.empty() || runs_.empty()) write_run();
  std::string().swap(rows_);
  std::vector<std::uint32_t>().swap(places_);
  std::vector<base::TempFile> all;
  for (std::vector<base::TempFile>& level : runs_) {
    for (base::TempFile& run : level) all.push_back(std::move(run));
  }
  return SortedRows(all.size() == 1 ? std::move(all.front()) : merge(all));
}

}  // namespace s3c::source
