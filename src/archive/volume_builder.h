// Builds one volume's ZIP and its index while many threads bring members in any order. Entries lie in
// completion order; index rows come out in key order, because objects are admitted in listing order and
// numbered.
#pragma once

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "archive/report.h"
#include "base/error.h"
#include "base/mutex.h"
#include "index/index_writer.h"
#include "index/row.h"
#include "zip/entry_name.h"
#include "zip/writer.h"

namespace s3c::archive {

/// A member that was being streamed into the ZIP broke off: what is there can't be taken back, so the whole
/// volume is given up and started again without that object.
struct VolumeSpoiled {
  LeftObject object;
};

class VolumeBuilder {
 public:
  /// Takes the archive's bytes in order; may block (that is the back-pressure) and may throw.
  using Sink = zip::Writer::Sink;

  explicit VolumeBuilder(Sink sink);

  /// 65,536 rows of some 400 bytes: 26 MB while an object is slow, next to nothing otherwise. A GET that is
  /// tried again may wait 45 s; with a quarter of this window one such object in 10,000 cost two fifths of
  /// the rate (docs/decisions/0003-zip-completion-order.md).
  static constexpr std::size_t kWindow = 65'536;

  /// An object's place in the volume.
  struct Admission {
    std::uint64_t sequence = 0;
    std::string entry_name;
  };

  /// Gives the next object its number and its entry name. Objects come in key order, from one thread; each
  /// admission must be answered by exactly one of add, add_streamed, leave_out or fail. Waits while kWindow
  /// objects are unanswered behind the oldest one, so that a slow object can't make the rows behind it pile
  /// up. Throws what made the volume fail.
  Admission admit(const std::string& key) S3C_EXCLUDES(mutex_);

  /// Appends a member. row comes without offsets. Any thread.
  void add(std::uint64_t sequence, zip::EncodedMember&& member, index::Row&& row)
      S3C_EXCLUDES(mutex_, zip_mutex_);

  /// A member too large for memory. produce hands the body piece by piece to the sink it is given; meanwhile
  /// no other member can be appended. Then check tells whether the whole body was right (nullopt), given its
  /// CRC-32. Returns the error that produce threw before the first byte: the admission is then not answered
  /// yet, and the object may still be left out. Throws VolumeSpoiled when it broke off later or the body was
  /// wrong, and what the sink throws.
  [[nodiscard]] std::optional<base::Error> add_streamed(
      std::uint64_t sequence, const zip::EntryInfo& entry, int level, index::Row&& row,
      const std::function<void(const Sink&)>& produce,
      const std::function<std::optional<std::string>(std::uint32_t crc32)>& check)
      S3C_EXCLUDES(mutex_, zip_mutex_);

  /// True while add_streamed() has the ZIP or waits for it: add() may then take as long as a large object
  /// does. Any thread.
  bool streaming() const S3C_EXCLUDES(mutex_);

  /// The object stays out of this volume: with a reason, or because it is gone. Any thread.
  void leave_out(std::uint64_t sequence, std::optional<LeftObject> left) S3C_EXCLUDES(mutex_);
  /// The volume can't be finished. The first failure is kept. Any thread.
  void fail(std::uint64_t sequence, std::exception_ptr error) S3C_EXCLUDES(mutex_);
  bool failed() const S3C_EXCLUDES(mutex_);

  struct Contents {
    index::IndexFile index;
    std::uint64_t objects = 0;
    std::uint64_t source_bytes = 0;
    std::uint64_t archive_bytes = 0;
    std::uint64_t vanished = 0;
    LeftObjects left;
  };

  /// Waits until every admitted object is answered; then, if the volume has a member, appends the index and
  /// the central directory. Contents::objects is 0 when nothing was packed: the archive then has no bytes at
  /// all. Throws what made the volume fail. Call once.
  Contents finish() S3C_EXCLUDES(mutex_, zip_mutex_);
  /// Waits until every admitted object is answered, whatever became of the volume.
  void wait_until_answered() S3C_EXCLUDES(mutex_);

 private:
  class Streaming;
  struct Slot {
    bool answered = false;
    std::optional<index::Row> row;
  };

  /// Appends to the ZIP by calling write. An error is kept before the next thread gets at the ZIP: it finds a
  /// broken writer, and its complaint about that must not become the reason that is told.
  template <typename Write>
  void append(Write write) S3C_EXCLUDES(mutex_, zip_mutex_);
  void keep_failure(std::exception_ptr error) S3C_EXCLUDES(mutex_);
  void deliver(std::uint64_t sequence, const zip::EntryInfo& entry, index::Row&& row) S3C_EXCLUDES(mutex_);
  void answer(std::uint64_t sequence, std::optional<index::Row> row) S3C_REQUIRES(mutex_);

  base::Mutex zip_mutex_;
  zip::Writer writer_ S3C_GUARDED_BY(zip_mutex_);

  zip::EntryNamer namer_;  // the admitting thread's

  mutable base::Mutex mutex_;
  base::CondVar answered_;
  std::deque<Slot> window_ S3C_GUARDED_BY(mutex_);         // unanswered objects and those behind them
  std::uint64_t window_start_ S3C_GUARDED_BY(mutex_) = 0;  // sequence of window_.front()
  std::uint64_t unanswered_ S3C_GUARDED_BY(mutex_) = 0;
  int streams_ S3C_GUARDED_BY(mutex_) = 0;  // calls of add_streamed()
  index::IndexWriter index_ S3C_GUARDED_BY(mutex_);
  std::exception_ptr failure_ S3C_GUARDED_BY(mutex_);
  Contents contents_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::archive
