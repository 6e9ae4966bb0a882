#include "upkeep/unrecorded.h"

#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "base/in_order.h"
#include "catalog/catalog_keys.h"
#include "catalog/committed_volume.h"
#include "s3/object_listing.h"

namespace s3c::upkeep {
namespace {

using base::Error;
using base::ErrorKind;

constexpr int kLooksAtATime = 16;

/// What a look at one listed archive found.
struct Look {
  bool there = true;  ///< false: removed since it was listed
  std::optional<UnrecordedArchive> unrecorded;
};

Look look_at_listed(s3::ObjectStore& store, const std::string& bucket, const std::string& key) {
  try {
    return {true, missing_records(store, bucket, key)};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    return {false, std::nullopt};
  }
}

}  // namespace

std::optional<UnrecordedArchive> missing_records(s3::ObjectStore& store, const std::string& archive_bucket,
                                                 const std::string& archive_key) {
  const std::optional<s3::ObjectHead> head = store.head_object(archive_bucket, archive_key);
  if (!head) {
    throw Error(ErrorKind::not_found, "there is no such archive",
                {.operation = "rebuild", .resource = archive_bucket + "/" + base::printable(archive_key)});
  }
  const std::string id = catalog::record_id(head);
  const auto lacks = [&](const std::string& key) { return !store.head_object(archive_bucket, key); };
  UnrecordedArchive archive{archive_key, lacks(catalog::index_key(archive_key, id)),
                            lacks(catalog::manifest_key(archive_key, id)), !head->thaw.is_readable()};
  return archive.lacks_index || archive.lacks_manifest ? std::optional(std::move(archive)) : std::nullopt;
}

RecordSearch find_unrecorded(s3::ObjectStore& store, const catalog::CatalogScope& scope,
                             const std::stop_token& stop) {
  RecordSearch search;
  s3::ObjectListing archives(
      store, scope.archive_bucket, scope.name_prefix(), {},
      [&scope](const s3::ObjectSummary& object) { return scope.may_hold(object.key); });
  base::in_order<std::string, Look>(
      kLooksAtATime,
      [&]() -> std::optional<std::string> {
        if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "stopped while looking at the archives");
        const s3::ObjectSummary* archive = archives.peek();
        if (archive == nullptr) return std::nullopt;
        std::string key = archive->key;
        archives.pop();
        return key;
      },
      [&](std::string& key) { return look_at_listed(store, scope.archive_bucket, key); },
      [&search](Look&& look) {
        search.archives += look.there ? 1 : 0;
        if (look.unrecorded) search.unrecorded.push_back(*std::move(look.unrecorded));
      });
  return search;
}

}  // namespace s3c::upkeep
