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
#include <variant>
#include <vector>

#include "archive/report.h"
#include "base/error.h"
#include "base/mutex.h"
#include "base/prices.h"
#include "base/storage_bill.h"
#include "base/time.h"
#include "index/index_writer.h"
#include "index/row.h"
#include "zip/entry_name.h"
#include "zip/writer.h"

namespace s3c::archive {

/// Thrown when a member that is being streamed into the ZIP breaks off or turns out wrong. Its bytes can't be
/// removed from the ZIP. So the run gives up the whole volume and makes it again without that object.
struct VolumeSpoiled {
  LeftObject object;
};

class VolumeBuilder {
 public:
  /// Takes the archive's bytes in order; may block (that is the back-pressure) and may throw.
  using Sink = zip::Writer::Sink;

  /// What the objects that are packed are billed for until now. prices outlives the builder.
  struct Billing {
    const base::Prices* prices = &base::list_prices();
    base::Timestamp now{};
  };

  explicit VolumeBuilder(Sink sink);
  VolumeBuilder(Sink sink, const Billing& billing);

  /// 65,536 rows of some 400 bytes: 26 MB while an object is slow, almost nothing otherwise. A GET that is
  /// tried again may wait 45 s; with a quarter of this window one such object in 10,000 cost two fifths of
  /// the rate (docs/decisions/0003-zip-completion-order.md).
  static constexpr std::size_t kWindow = 65'536;

  /// An object's place in the volume.
  struct Admission {
    std::uint64_t sequence = 0;
    std::string entry_name;
  };

  /// Gives the next object its number and its entry name. REQUIRES: objects come in key order, from one
  /// thread; exactly one of add, add_streamed, put_back, leave_out or fail answers each admission. Waits while the
  /// window is full: kWindow objects, of which the oldest is unanswered. Otherwise one slow object would let
  /// the rows behind it pile up. Throws the error that made the volume fail.
  Admission admit(const std::string& key) S3C_EXCLUDES(mutex_);

  /// Appends a member. row: without offsets. Any thread.
  void add(std::uint64_t sequence, zip::EncodedMember&& member, index::Row&& row)
      S3C_EXCLUDES(mutex_, zip_mutex_);

  /// A member whose body is too large for memory.
  struct StreamedMember {
    index::Row row;  ///< without offsets
    int level = 6;   ///< zlib's, 0..9 (higher is taken as 9)
    /// Passes the body piece by piece to the sink. Throws base::Error when the body can't be read, and passes
    /// on what the sink throws.
    std::function<void(const Sink&)> read;
    /// Called with the CRC-32 of the whole body. Says what is wrong with it; nullopt: nothing.
    std::function<std::optional<std::string>(std::uint32_t crc32)> complaint;
  };
  /// The member is in the ZIP, and the admission is answered.
  struct Appended {};
  /// The body broke off before its first byte. The ZIP is as before, and the admission isn't answered yet: the
  /// caller may leave the object out.
  struct NotBegun {
    base::Error error;
  };
  using Streamed = std::variant<Appended, NotBegun>;

  /// Appends a member while its body is read. No other member can be appended until it ends. Any thread.
  /// Throws what makes the volume fail, as add() does: VolumeSpoiled when the body broke off after its first
  /// byte or was wrong, and what the sink throws.
  [[nodiscard]] Streamed add_streamed(const Admission& admission, StreamedMember member)
      S3C_EXCLUDES(mutex_, zip_mutex_);

  /// True while add_streamed() holds the ZIP or waits for it. add() may then take as long as a large object
  /// takes. Any thread.
  bool streaming() const S3C_EXCLUDES(mutex_);

  /// Answers for an object that is as if it had not been admitted: a later run takes it. Any thread.
  void put_back(std::uint64_t sequence) S3C_EXCLUDES(mutex_);
  /// Leaves the object out of this volume. left: why; nullopt when the object is gone. Any thread.
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
    base::StorageBill bill;  ///< of the sources
  };

  /// Waits until every admitted object is answered. Then, if the volume has a member, appends the index and
  /// the central directory. Contents::objects is 0 when nothing was packed; the archive then has no bytes at
  /// all. Throws the error that made the volume fail. Call once.
  Contents finish() S3C_EXCLUDES(mutex_, zip_mutex_);
  /// The objects that were left out so far, also when the volume has failed. Any thread.
  LeftObjects left() const S3C_EXCLUDES(mutex_);
  /// Waits until every admitted object is answered, also when the volume has failed.
  void wait_until_answered() S3C_EXCLUDES(mutex_);

 private:
  class Streaming;
  class BodyCopy;
  struct Slot {
    bool answered = false;
    std::optional<index::Row> row;
  };

  /// Appends to the ZIP by calling write. Keeps an error before the next thread gets the ZIP. That thread
  /// finds a broken writer, and its own error must not replace the first one.
  template <typename Write>
  void append(Write write) S3C_EXCLUDES(mutex_, zip_mutex_);
  void keep_failure(std::exception_ptr error) S3C_EXCLUDES(mutex_);
  void deliver(std::uint64_t sequence, const zip::EntryInfo& entry, index::Row&& row) S3C_EXCLUDES(mutex_);
  void answer(std::uint64_t sequence, std::optional<index::Row> row) S3C_EXCLUDES(mutex_);
  bool take_ready_rows() S3C_EXCLUDES(mutex_);

  base::Mutex zip_mutex_;
  zip::Writer writer_ S3C_GUARDED_BY(zip_mutex_);

  zip::EntryNamer namer_;  // used by the admitting thread only

  const base::Timestamp now_;  // for the bill

  mutable base::Mutex mutex_;
  base::CondVar answered_;
  std::deque<Slot> window_ S3C_GUARDED_BY(mutex_);         // the oldest unanswered object and all after it
  std::uint64_t window_start_ S3C_GUARDED_BY(mutex_) = 0;  // sequence of window_.front()
  std::uint64_t unanswered_ S3C_GUARDED_BY(mutex_) = 0;
  int streams_ S3C_GUARDED_BY(mutex_) = 0;        // running calls of add_streamed()
  bool indexing_ S3C_GUARDED_BY(mutex_) = false;  // a thread is adding rows to index_
  // Used by the thread that set indexing_; by finish() once that is over.
  index::IndexWriter index_;
  std::vector<index::Row> ready_;   // for index_
  std::uint64_t source_bytes_ = 0;  // of the rows in index_
  base::StorageBill bill_;          // of the rows in index_
  std::exception_ptr failure_ S3C_GUARDED_BY(mutex_);
  Contents contents_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::archive
