#include "archive/group_deletes.h"

#include <cstdint>
#include <optional>
#include <utility>

namespace s3c::archive {

GroupDeletes::GroupDeletes(RunShared& shared, GroupTally& tally)
    : s_(shared), tally_(tally), thread_([this] { volumes_.cancel(); }) {}

GroupDeletes::~GroupDeletes() {
  volumes_.close();
}  // otherwise thread_ would wait for ever

void GroupDeletes::add(DoomedVolume volume) {
  tally_.set_stage(GroupProgress::Stage::deleting);
  if (!started_) thread_.spawn([this](const std::stop_token&) { delete_all(); });
  started_ = true;
  if (!volumes_.push(std::move(volume))) finish();  // throws the error that ended the thread
}

void GroupDeletes::finish() {
  volumes_.close();
  thread_.wait();
}

void GroupDeletes::delete_all() {
  while (const std::optional<DoomedVolume> volume = volumes_.pop()) {
    s_.deleter.delete_members(*volume, s_.filter,
                              [this](const DeleteReport& done) { tally_.add_deletes(done); });
  }
}

}  // namespace s3c::archive
