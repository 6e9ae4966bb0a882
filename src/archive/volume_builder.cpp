#include "archive/volume_builder.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace s3c::archive {

VolumeBuilder::VolumeBuilder(Sink sink) : writer_(std::move(sink)) {}

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

std::optional<base::Error> VolumeBuilder::add_streamed(
    std::uint64_t sequence, const zip::EntryInfo& entry, int level, index::Row&& row,
    const std::function<void(const Sink&)>& produce,
    const std::function<std::optional<std::string>(std::uint32_t crc32)>& check) {
  const Streaming streaming(*this);
  zip::EntryInfo written;
  std::optional<base::Error> not_started;
  append([&](zip::Writer& writer) {
    std::optional<zip::StreamedEntry> stream;
    std::uint64_t taken_bytes = 0;
    bool archive_failed = false;  // the sink failed, which is not the object's fault
    const auto pass_on = [&](std::string_view bytes) {
      taken_bytes += bytes.size();
      if (taken_bytes > entry.size_bytes)
        throw base::Error(base::ErrorKind::corrupt, "the body is longer than the listing said");
      archive_failed = true;
      if (!stream) stream.emplace(writer.begin_streamed(entry.name, entry.modified, level, entry.size_bytes));
      stream->write(bytes);
      archive_failed = false;
    };
    try {
      produce(pass_on);
    } catch (const base::Error& error) {
      if (archive_failed || error.kind() == base::ErrorKind::cancelled) throw;
      if (!stream) {
        not_started = error;
        return;
      }
      LeftReason reason = LeftReason::unreadable;
      if (error.kind() == base::ErrorKind::precondition_failed) reason = LeftReason::changed;
      if (error.kind() == base::ErrorKind::corrupt) reason = LeftReason::damaged;
      throw VolumeSpoiled{{row.key, reason, error.what()}};
    }
    if (!stream) {
      not_started = base::Error(base::ErrorKind::transient, "the object came without its body");
      return;
    }
    if (taken_bytes < entry.size_bytes)
      throw VolumeSpoiled{{row.key, LeftReason::damaged, "the body is shorter than the listing said"}};
    written = stream->finish();
    if (auto complaint = check(written.crc32))
      throw VolumeSpoiled{{row.key, LeftReason::damaged, *complaint}};
  });
  if (not_started) return not_started;
  deliver(sequence, written, std::move(row));
  return std::nullopt;
}

void VolumeBuilder::deliver(std::uint64_t sequence, const zip::EntryInfo& entry, index::Row&& row) {
  row.crc32 = entry.crc32;
  row.method = static_cast<std::uint16_t>(entry.method);
  row.offset = entry.offset;
  row.data_offset = entry.data_offset;
  row.compressed_size_bytes = entry.compressed_size_bytes;
  if (entry.name != row.key) row.entry_name = entry.name;
  base::MutexLock lock(mutex_);
  answer(sequence, std::move(row));
}

void VolumeBuilder::answer(std::uint64_t sequence, std::optional<index::Row> row) {
  Slot& slot = window_.at(sequence - window_start_);
  slot.answered = true;
  slot.row = std::move(row);
  --unanswered_;
  while (!window_.empty() && window_.front().answered) {
    if (const auto& ready = window_.front().row; ready && !failure_) {
      ++contents_.objects;
      contents_.source_bytes += ready->size_bytes;
      try {
        index_.add(*ready);
      } catch (...) {
        // Not thrown: the caller would answer this object a second time.
        failure_ = std::current_exception();
      }
    }
    window_.pop_front();
    ++window_start_;
  }
  answered_.notify_all();
}

void VolumeBuilder::leave_out(std::uint64_t sequence, std::optional<LeftObject> left) {
  base::MutexLock lock(mutex_);
  if (left) {
    contents_.left.add(*std::move(left));
  } else {
    ++contents_.vanished;
  }
  answer(sequence, std::nullopt);
}

void VolumeBuilder::fail(std::uint64_t sequence, std::exception_ptr error) {
  base::MutexLock lock(mutex_);
  if (!failure_) failure_ = std::move(error);
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
  while (unanswered_ != 0) answered_.wait(mutex_);
}

VolumeBuilder::Contents VolumeBuilder::finish() {
  wait_until_answered();
  Contents contents;
  {
    base::MutexLock lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
    contents = std::move(contents_);
    if (contents.objects != 0) contents.index = index_.finish();
  }
  if (contents.objects == 0) return contents;
  base::MutexLock lock(zip_mutex_);
  zip::EntryInfo entry;
  entry.name = zip::kIndexEntryName;
  entry.method = zip::Method::deflate;
  entry.crc32 = contents.index.crc32;
  entry.size_bytes = contents.index.uncompressed_size_bytes;
  entry.compressed_size_bytes = contents.index.deflate_size_bytes;
  writer_.add_precompressed(entry, contents.index.deflate_chunks);
  writer_.finish();
  contents.archive_bytes = writer_.size_bytes();
  return contents;
}

}  // namespace s3c::archive
