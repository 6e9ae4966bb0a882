#include "archive/volume_builder.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include "base/error.h"

namespace s3c::archive {

namespace {

/// So many rows are added to the index at a time: some 100 KB.
constexpr std::size_t kMostReady = 256;

/// It counts for one class only, and no further than that class has steps.
int idle_days(base::Timestamp last_modified, base::Timestamp now) {
  const auto days = std::chrono::duration_cast<std::chrono::days>(now - last_modified).count();
  return static_cast<int>(std::clamp<std::int64_t>(days, 0, base::kAlwaysIdle));
}

}  // namespace

VolumeBuilder::VolumeBuilder(Sink sink) : VolumeBuilder(std::move(sink), Billing()) {}

VolumeBuilder::VolumeBuilder(Sink sink, const Billing& billing)
    : writer_(std::move(sink)), now_(billing.now), bill_(*billing.prices) {
  ready_.reserve(kMostReady);  // no later step of take_ready_rows() can fail
}

VolumeBuilder::Admission VolumeBuilder::admit(const std::string& key) {
  Admission admission;
  admission.entry_name = namer_.assign(key);
  base::MutexLock lock(mutex_);
  while (window_.size() >= kWindow && !failure_) answered_.wait(mutex_);
  if (failure_) std::rethrow_exception(failure_);
  admission.sequence = window_start_ + window_.size();
  window_.emplace_back();
  ++unanswered_;
  return admission;
}

template <typename Write>
void VolumeBuilder::append(Write write) {
  base::MutexLock lock(zip_mutex_);
  try {
    write(writer_);
  } catch (...) {
    keep_failure(std::current_exception());
    throw;
  }
}

void VolumeBuilder::add(std::uint64_t sequence, zip::EncodedMember&& member, index::Row&& row) {
  zip::EntryInfo entry;
  append([&](zip::Writer& writer) { entry = writer.add(std::move(member)); });
  deliver(sequence, entry, std::move(row));
}

/// Counts a call of add_streamed() while it runs.
class VolumeBuilder::Streaming {
 public:
  explicit Streaming(VolumeBuilder& volume) : volume_(volume) {
    base::MutexLock lock(volume_.mutex_);
    ++volume_.streams_;
  }
  ~Streaming() {
    base::MutexLock lock(volume_.mutex_);
    --volume_.streams_;
  }
  Streaming(const Streaming&) = delete;
  Streaming& operator=(const Streaming&) = delete;

 private:
  VolumeBuilder& volume_;
};

/// Copies one body into the ZIP. Keeps apart whose fault a failure is: the object's or the archive's.
class VolumeBuilder::BodyCopy {
 public:
  BodyCopy(zip::Writer& zip, const std::string& entry_name, const StreamedMember& member)
      : zip_(zip), entry_name_(entry_name), member_(member), size_bytes_(member.row.size_bytes) {}

  /// Returns what was written.
  std::variant<zip::EntryInfo, NotBegun> run() {
    try {
      member_.read([this](std::string_view bytes) { append(bytes); });
    } catch (const base::Error& error) {
      if (archive_failed_ || error.kind() == base::ErrorKind::cancelled) throw;
      if (!entry_) return NotBegun{error};
      spoil(reason_of_break(error.kind()), error.what());
    }
    if (!entry_) return NotBegun{base::Error(base::ErrorKind::transient, "the object came without its body")};
    if (copied_bytes_ < size_bytes_) spoil(LeftReason::damaged, "the body is shorter than the listing said");
    zip::EntryInfo written = entry_->finish();
    if (const std::optional<std::string> complaint = member_.complaint(written.crc32))
      spoil(LeftReason::damaged, *complaint);
    return written;
  }

 private:
  static LeftReason reason_of_break(base::ErrorKind kind) {
    if (kind == base::ErrorKind::precondition_failed) return LeftReason::changed;
    if (kind == base::ErrorKind::corrupt) return LeftReason::damaged;
    return LeftReason::unreadable;
  }

  void append(std::string_view bytes) {
    copied_bytes_ += bytes.size();
    if (copied_bytes_ > size_bytes_)
      throw base::Error(base::ErrorKind::corrupt, "the body is longer than the listing said");
    archive_failed_ = true;  // until all of it is written
    if (!entry_)
      entry_.emplace(zip_.begin_streamed(entry_name_, member_.row.last_modified, member_.level, size_bytes_));
    entry_->write(bytes);
    archive_failed_ = false;
  }

  [[noreturn]] void spoil(LeftReason reason, std::string detail) const {
    throw VolumeSpoiled{{member_.row.key, reason, std::move(detail)}};
  }

  zip::Writer& zip_;
  const std::string& entry_name_;
  const StreamedMember& member_;
  const std::uint64_t size_bytes_;           ///< that the body must have
  std::optional<zip::StreamedEntry> entry_;  ///< begun with the first byte
  std::uint64_t copied_bytes_ = 0;
  bool archive_failed_ = false;
};

VolumeBuilder::Streamed VolumeBuilder::add_streamed(const Admission& admission, StreamedMember member) {
  const Streaming streaming(*this);
  std::variant<zip::EntryInfo, NotBegun> copied;
  append([&](zip::Writer& writer) { copied = BodyCopy(writer, admission.entry_name, member).run(); });
  if (auto* not_begun = std::get_if<NotBegun>(&copied)) return std::move(*not_begun);
  deliver(admission.sequence, std::get<zip::EntryInfo>(copied), std::move(member.row));
  return Appended{};
}

void VolumeBuilder::deliver(std::uint64_t sequence, const zip::EntryInfo& entry, index::Row&& row) {
  row.crc32 = entry.crc32;
  row.method = static_cast<std::uint16_t>(entry.method);
  row.offset = entry.offset;
  row.data_offset = entry.data_offset;
  row.compressed_size_bytes = entry.compressed_size_bytes;
  if (entry.name != row.key) row.entry_name = entry.name;
  answer(sequence, std::move(row));
}

/// The first thread that finds rows ready adds them, and all that become ready meanwhile. To compress a block
/// of the index takes milliseconds: no other thread waits for that.
void VolumeBuilder::answer(std::uint64_t sequence, std::optional<index::Row> row) {
  {
    base::MutexLock lock(mutex_);
    Slot& slot = window_.at(sequence - window_start_);
    slot.answered = true;
    slot.row = std::move(row);
    --unanswered_;
    if (indexing_ || !window_.front().answered) return;
    indexing_ = true;
  }
  while (take_ready_rows()) {
    try {
      for (const index::Row& ready : ready_) {
        index_.add(ready);
        source_bytes_ += ready.size_bytes;
        bill_.add(ready.storage_class, ready.size_bytes, idle_days(ready.last_modified, now_));
      }
    } catch (...) {
      // Not thrown: the caller would answer this object a second time.
      keep_failure(std::current_exception());
    }
  }
}

/// Moves the answered rows at the window's begin to ready_. False: there is none, and the caller's indexing is over.
bool VolumeBuilder::take_ready_rows() {
  ready_.clear();
  base::MutexLock lock(mutex_);
  indexing_ = !window_.empty() && window_.front().answered;
  while (!window_.empty() && window_.front().answered && ready_.size() < kMostReady) {
    if (auto& row = window_.front().row; row && !failure_) ready_.push_back(*std::move(row));
    window_.pop_front();
    ++window_start_;
  }
  answered_.notify_all();
  return indexing_;
}

void VolumeBuilder::put_back(std::uint64_t sequence) {
  answer(sequence, std::nullopt);
}

LeftObjects VolumeBuilder::left() const {
  base::MutexLock lock(mutex_);
  return contents_.left;
}

void VolumeBuilder::leave_out(std::uint64_t sequence, std::optional<LeftObject> left) {
  {
    base::MutexLock lock(mutex_);
    if (left) {
      contents_.left.add(*std::move(left));
    } else {
      ++contents_.vanished;
    }
  }
  answer(sequence, std::nullopt);
}

void VolumeBuilder::fail(std::uint64_t sequence, std::exception_ptr error) {
  keep_failure(std::move(error));
  answer(sequence, std::nullopt);
}

void VolumeBuilder::keep_failure(std::exception_ptr error) {
  base::MutexLock lock(mutex_);
  if (!failure_) failure_ = std::move(error);
}

bool VolumeBuilder::failed() const {
  base::MutexLock lock(mutex_);
  return failure_ != nullptr;
}

bool VolumeBuilder::streaming() const {
  base::MutexLock lock(mutex_);
  return streams_ != 0;
}

void VolumeBuilder::wait_until_answered() {
  base::MutexLock lock(mutex_);
  while (unanswered_ != 0 || indexing_) answered_.wait(mutex_);
}

VolumeBuilder::Contents VolumeBuilder::finish() {
  wait_until_answered();
  Contents contents;
  {
    base::MutexLock lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
    contents = std::move(contents_);
    contents_.left = contents.left;
  }
  contents.objects = index_.rows();
  contents.source_bytes = source_bytes_;
  contents.bill = std::move(bill_);
  if (contents.objects == 0) return contents;
  namer_ = zip::EntryNamer();  // no more names: its memory is wanted for the parts with index and directory
  contents.index = index_.finish();
  base::MutexLock lock(zip_mutex_);
  zip::EntryInfo entry;
  entry.name = zip::kIndexEntryName;
  entry.method = zip::Method::deflate;
  entry.crc32 = contents.index.crc32;
  entry.size_bytes = contents.index.uncompressed_size_bytes;
  entry.compressed_size_bytes = contents.index.deflate_size_bytes();
  writer_.add_precompressed(entry, contents.index.deflate_pieces());
  writer_.finish();
  contents.archive_bytes = writer_.size_bytes();
  return contents;
}

}  // namespace s3c::archive
