#include "upkeep/unrecorded.h"

#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "base/in_order.h"
#include "catalog/catalog.h"
#include "catalog/committed_volume.h"
#include "s3/object_listing.h"
#include "upkeep/index_look.h"
#include "upkeep/record_writer.h"

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

/// nullopt: it isn't there, or it is something else; then archive says so.
std::optional<index::Manifest> manifest_of(catalog::Catalog& catalog, const catalog::ManifestName& name,
                                           UnrecordedArchive& archive) {
  try {
    return catalog.read_manifest(name);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::damaged) {
      archive.in_the_way = occupied(catalog.bucket(), name.archive_key,
                                    catalog::manifest_key(name.archive_key, name.id), error.message());
    } else if (error.kind() == ErrorKind::unsupported || error.kind() == ErrorKind::wrong_state) {
      archive.in_the_way = error;  // of a newer version of this program, or frozen
    } else if (error.kind() != ErrorKind::not_found) {
      throw;
    }
    return std::nullopt;
  }
}

/// A foreign archive never gets one.
bool lacks_mark(catalog::Catalog& catalog, const catalog::ManifestName& name,
                const std::optional<s3::ObjectHead>& archive) {
  return !catalog::id_of(archive).empty() && !catalog.has_commit_mark(name);
}

}  // namespace

std::optional<UnrecordedArchive> missing_records(s3::ObjectStore& store, const std::string& archive_bucket,
                                                 const std::string& archive_key) {
  const std::optional<s3::ObjectHead> head = store.head_object(archive_bucket, archive_key);
  if (!head) {
    throw Error(ErrorKind::not_found, "there is no such archive",
                {.operation = "rebuild", .resource = archive_bucket + "/" + base::printable(archive_key)});
  }
  UnrecordedArchive archive{archive_key, false, false, false, !head->thaw.is_readable()};
  const catalog::ManifestName name{archive_key, catalog::record_id(head)};
  catalog::Catalog catalog(store, archive_bucket);
  const std::optional<index::Manifest> manifest = manifest_of(catalog, name, archive);
  if (manifest) {
    const IndexLook look = look_at_index(store, catalog, *manifest, true);
    archive.lacks_index = look.state == IndexLook::State::missing;
    if (look.state == IndexLook::State::other) {
      archive.in_the_way =
          occupied(archive_bucket, archive_key, catalog::index_key(name.archive_key, name.id), look.why);
    }
    // Not every version of the program wrote marks: docs/ordering.md, "Marks". One that must be read gets one.
    archive.lacks_mark =
        (archive.must_be_read() || manifest->commit_marks) && lacks_mark(catalog, name, head);
  } else if (!archive.in_the_way) {
    archive.lacks_manifest = true;
    archive.lacks_index = !store.head_object(archive_bucket, catalog::index_key(name.archive_key, name.id));
    archive.lacks_mark = lacks_mark(catalog, name, head);
  }
  const bool nothing = !archive.must_be_read() && !archive.lacks_mark && !archive.in_the_way;
  return nothing ? std::nullopt : std::optional(std::move(archive));
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
