#include "upkeep/gc_tally.h"

#include "base/encoding.h"

namespace s3c::upkeep {

using base::Error;
using base::ErrorKind;

namespace {

std::string_view list_name(GarbageList GcReport::*list) {
  if (list == &GcReport::left) return "left";
  if (list == &GcReport::without_id) return "without_id";
  return list == &GcReport::waiting ? "waiting" : "damaged";
}

}  // namespace

void GcTally::attempt(Garbage garbage, const std::function<void(Garbage&)>& work) {
  try {
    work(garbage);
  } catch (const Error& error) {
    const bool damaged = error.kind() == ErrorKind::damaged || error.kind() == ErrorKind::unsupported ||
                         error.kind() == ErrorKind::wrong_state;
    garbage.why = error.what();
    note(damaged ? &GcReport::damaged : &GcReport::left, garbage);
  }
}

void GcTally::note(GarbageList GcReport::*list, const Garbage& garbage) {
  const bool removed = list == &GcReport::removed;
  if (removed) {
    context_.progress.add(&GcCounts::removed);
    context_.log.info("{}{} {}: {}", options_.dry_run ? "would remove " : "removed ", to_string(garbage.kind),
                      base::printable(garbage.key), garbage.why);
  } else {
    context_.log.error("left: {} {}: {}", to_string(garbage.kind), base::printable(garbage.key),
                       base::printable(garbage.why));
  }
  context_.observer.garbage_found(
      {to_string(garbage.kind), removed ? (options_.dry_run ? "would_remove" : "removed") : list_name(list),
       garbage.key, garbage.size_bytes});
  base::MutexLock lock(mutex_);
  (report_.*list).add(garbage);
}

void GcTally::list(const std::function<void()>& work) {
  if (context_.stop.stop_requested()) return;
  try {
    work();
  } catch (const Error& error) {
    fail(error);
  }
}

void GcTally::fail(const Error& error) {
  context_.log.error("{}", error.what());
  base::MutexLock lock(mutex_);
  report_.failures.add(error);
}

void GcTally::set_abort_failure(const Error& error) {
  base::MutexLock lock(mutex_);
  abort_failure_ = error;
}

void GcTally::throw_abort_failure() {
  base::MutexLock lock(mutex_);
  if (abort_failure_) throw *abort_failure_;
}

bool GcTally::is_old_enough(base::Timestamp made) {
  if (limit_.passed_by(made)) return true;
  base::MutexLock lock(mutex_);
  ++report_.young;
  return false;
}

void GcTally::count(const catalog::CatalogRecord& record) {
  const unsigned manifests = record.manifest_bytes ? 1 : 0;
  const unsigned indexes = record.index_bytes ? 1 : 0;
  context_.progress.add(&GcCounts::records, manifests + indexes);
  base::MutexLock lock(mutex_);
  report_.manifests += manifests;
  report_.indexes += indexes;
}

void GcTally::note_hidden_uploads() {
  base::MutexLock lock(mutex_);
  report_.uploads_hidden = true;
}

void GcTally::count_upload() {
  context_.progress.add(&GcCounts::uploads);
  base::MutexLock lock(mutex_);
  ++report_.uploads;
}

Garbage GcTally::garbage_of(const s3::MultipartUpload& upload) const {
  return {GarbageKind::upload,     upload.key, upload.upload_id, limit_.age_of(upload.initiated), 0,
          "it was never completed"};
}

void GcTally::note_aborted(const s3::MultipartUpload& upload) {
  {
    base::MutexLock lock(mutex_);
    if (!told_uploads_.insert(upload.upload_id).second) return;
  }
  count_upload();
  note(&GcReport::removed, garbage_of(upload));
}

bool GcTally::is_noted(const s3::MultipartUpload& upload) {
  base::MutexLock lock(mutex_);
  return told_uploads_.contains(upload.upload_id);
}

GcReport GcTally::finish() {
  base::MutexLock lock(mutex_);
  report_.interrupted = context_.stop.stop_requested();
  for (GarbageList* list : {&report_.removed, &report_.left, &report_.waiting, &report_.damaged})
    list->sort();
  return std::move(report_);
}

}  // namespace s3c::upkeep
