#include "archive/source_tags.h"

#include <fmt/format.h>

#include <optional>

#include "base/error.h"
#include "catalog/store_powers.h"
#include "s3/error_mapping.h"

namespace s3c::archive {

using base::Error;
using base::ErrorKind;

void SourceTags::check(const s3::ObjectSummary& object) {
  if (options_.without_tags) return;
  base::MutexLock lock(mutex_);
  if (checked_ || !may_be_read(object)) return;
  store_tells_ = find_out_whether_store_tells();
  checked_ = true;
}

void SourceTags::foresee_check(const s3::ObjectSummary& object) {
  if (options_.without_tags) return;
  base::MutexLock lock(mutex_);
  if (checked_ || !may_be_read(object)) return;
  log_.info("the tags of objects may be read");
  checked_ = true;
}

/// False: the object is gone.
bool SourceTags::may_be_read(const s3::ObjectSummary& object) {
  std::optional<s3::ObjectHead> head;
  try {
    head = stores_.source.head_object(options_.selection.bucket, object.key);
    if (!head) return false;
  } catch (const Error& error) {
    // An object whose HEAD is refused may have readable tags. What is wrong with it is found when it is read.
    if (error.worth_retrying() || s3::is_about_the_caller(error.context().code)) throw;
  }
  try {
    ask(object.key, head ? head->version_id : "");
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found) return false;
    if (error.kind() == ErrorKind::corrupt) {
      throw Error(ErrorKind::unsupported,
                  "the store's answer is no list of tags: the tags of its objects can't be archived",
                  error.context());
    }
    if (error.kind() != ErrorKind::access_denied || s3::is_about_the_caller(error.context().code)) throw;
    throw Error(ErrorKind::access_denied,
                fmt::format("{}: these credentials may not read the tags of objects, so objects would be "
                            "archived without their tags. Nothing was archived because of that",
                            error.message()),
                error.context());
  }
  return true;
}

bool SourceTags::find_out_whether_store_tells() {
  if (stores_.source.tells_tag_counts()) return true;
  // The trial writes an object into the archive bucket. It says something about the source's store only if both
  // buckets are in one store.
  const bool tells = &stores_.source == &stores_.archive &&
                     catalog::tells_tag_counts(stores_.archive, options_.archive_bucket, stop_);
  if (!tells) log_.info("the store doesn't tell which objects have tags: each object's tags are asked for");
  return tells;
}

std::map<std::string, std::string> SourceTags::read(const std::string& key, const s3::ObjectHead& head) {
  if (options_.without_tags) return {};
  if (head.tag_count == 0 && !store_tells_) ++untold_requests_;
  std::map<std::string, std::string> tags = ask(key, head.version_id);
  if (head.tag_count > 0 && tags.size() != static_cast<std::size_t>(head.tag_count)) {
    throw Error(ErrorKind::precondition_failed,
                fmt::format("the store told of {} tags, and then listed {}", head.tag_count, tags.size()),
                {.operation = "GetObjectTagging", .resource = options_.selection.bucket + "/" + key});
  }
  return tags;
}

std::map<std::string, std::string> SourceTags::ask(const std::string& key, const std::string& version_id) {
  try {
    return stores_.source.get_object_tagging(options_.selection.bucket, key, version_id);
  } catch (const Error& error) {
    // A store that has no such call keeps no tags.
    if (error.kind() == ErrorKind::unsupported) return {};
    throw;
  }
}

}  // namespace s3c::archive
