#include "archive/group_deletes.h"

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/free_memory.h"

namespace s3c::archive {
namespace {

/// From so many members on, a volume has taken so much memory at its end that what is left of it is worth giving back.
constexpr std::uint64_t kManyMembers = 100'000;

}  // namespace

GroupDeletes::GroupDeletes(RunShared& shared, const catalog::Group& group, GroupTally& tally)
    : s_(shared), group_(group), tally_(tally), thread_([this] { volumes_.cancel(); }) {}

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
    delete_one(*volume);
  }
}

void GroupDeletes::delete_one(const DoomedVolume& volume) {
  std::atomic<std::uint64_t> deleted = 0;
  std::atomic<std::uint64_t> left = 0;
  const auto tell = [&] {
    s_.context.observer.sources_deleted(
        {tally_.group(), volume.volume.manifest().archive_key, deleted.load(), left.load()});
  };
  try {
    s_.deleter.delete_members(volume, group_, s_.filter, [&](const DeleteReport& done) {
      deleted += done.deleted;
      left += done.left.count();
      tally_.add_deletes(done);
    });
  } catch (...) {
    tell();  // what was done until then
    throw;
  }
  tell();
  if (volume.volume.manifest().objects >= kManyMembers) base::release_free_memory();
}

}  // namespace s3c::archive
