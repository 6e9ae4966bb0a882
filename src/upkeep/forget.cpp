#include "upkeep/forget.h"

#include <fmt/format.h>

#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "catalog/catalog_listing.h"
#include "catalog/committed_volume.h"
#include "catalog/take_back.h"
#include "s3/object_listing.h"

namespace s3c::upkeep {
namespace {

using base::Error;
using base::ErrorKind;

/// object: an ObjectHead or ObjectSummary.
template <typename Object>
std::string text_of(const std::optional<Object>& object) {
  if (!object) return "not there";
  return fmt::format("{} bytes, ETag {}", object->size_bytes, base::printable(object->etag));
}

bool is_same(const std::optional<s3::ObjectHead>& head, const std::optional<s3::ObjectSummary>& listed) {
  if (!head || !listed) return !head && !listed;
  return head->size_bytes == listed->size_bytes && head->etag == listed->etag;
}

/// What stands at the archive's name. One answer isn't enough to remove the last trace of a volume: a store may
/// say 404 once, or always, of an object that it lists. Throws transient when its answers contradict each other.
std::optional<s3::ObjectHead> look_at_archive(s3::ObjectStore& store, const std::string& bucket,
                                              const std::string& key) {
  const std::optional<s3::ObjectHead> first = store.head_object(bucket, key);
  const std::optional<s3::ObjectSummary> listed = s3::find_listed(store, bucket, key);
  std::optional<s3::ObjectHead> again = store.head_object(bucket, key);
  if (is_same(first, listed) && is_same(again, listed) &&
      catalog::record_id(first) == catalog::record_id(again))
    return again;
  throw Error(
      ErrorKind::transient,
      fmt::format("the store's answers about the archive contradict each other (HEAD: {}, listing: {}, "
                  "HEAD again: {}); nothing was removed. Run the command again; if that doesn't help, have "
                  "the store's bucket checked",
                  text_of(first), text_of(listed), text_of(again)),
      {.operation = "forget", .resource = bucket + "/" + base::printable(key)});
}

/// nullopt: there is no manifest, or it can't be read. Then nobody knows what its archive was.
std::optional<index::Manifest> read_if_possible(catalog::Catalog& catalog,
                                                const catalog::ManifestName& name) {
  try {
    return catalog.read_manifest(name);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found && error.kind() != ErrorKind::damaged &&
        error.kind() != ErrorKind::unsupported && error.kind() != ErrorKind::wrong_state)
      throw;
    return std::nullopt;
  }
}

/// Why the record must stay; nullopt: its archive is lost.
std::optional<std::string> reason_to_keep(catalog::Catalog& catalog, const catalog::CatalogRecord& record,
                                          const std::optional<index::Manifest>& manifest,
                                          const std::optional<s3::ObjectHead>& archive) {
  const bool carries = catalog::record_id(archive) == record.name.id;
  if (carries && (!manifest || catalog::is_as_sent(*manifest, archive)))
    return "its archive is there: move the archive away first";
  // A copy in parts loses the id and nothing else. (A foreign archive can't lose its id, which is made of its
  // ETag and size.)
  if (archive && !carries && !catalog::is_foreign_id(record.name.id) && catalog::id_of(archive).empty() &&
      (!manifest || archive->size_bytes == manifest->archive_size_bytes)) {
    return "the object at its name may be its archive without the id: move the object away first";
  }
  if (record.marked) return std::nullopt;
  if (!record.manifest_bytes) return "it is only an index: gc removes it";
  if (manifest && !catalog.was_committed(*manifest)) return "it was never committed: gc removes it";
  return std::nullopt;
}

}  // namespace

std::vector<ForgottenRecord> find_forgettable(s3::ObjectStore& store, const std::string& archive_bucket,
                                              const std::string& archive_key) {
  catalog::Catalog catalog(store, archive_bucket);
  catalog::CatalogListing listing(store, archive_bucket, archive_key + "/");
  std::vector<ForgottenRecord> found;
  std::optional<std::string> kept;
  std::optional<std::optional<s3::ObjectHead>> looked;  // once for all records of the name
  while (const std::optional<catalog::CatalogRecord> record = listing.next()) {
    if (record->name.archive_key != archive_key) continue;
    std::optional<index::Manifest> manifest;
    if (record->manifest_bytes) manifest = read_if_possible(catalog, record->name);
    if (!looked) looked = look_at_archive(store, archive_bucket, archive_key);
    const std::optional<s3::ObjectHead>& archive = *looked;
    if (auto reason = reason_to_keep(catalog, *record, manifest, archive)) {
      kept = std::move(reason);
    } else {
      const bool carries = catalog::record_id(archive) == record->name.id;
      found.push_back(
          {record->name, std::move(manifest),
           carries ? "its archive is not what was committed" : catalog::what_stands_for_lost(archive)});
    }
  }
  const base::ErrorContext context{.operation = "forget",
                                   .resource = archive_bucket + "/" + base::printable(archive_key)};
  if (!looked) throw Error(ErrorKind::not_found, "the catalog has no record of that volume", context);
  if (found.empty()) throw Error(ErrorKind::precondition_failed, *kept, context);
  return found;
}

std::vector<ForgottenRecord> forget_volume(s3::ObjectStore& store, const std::string& archive_bucket,
                                           const std::string& archive_key) {
  catalog::Catalog catalog(store, archive_bucket);
  std::vector<ForgottenRecord> records = find_forgettable(store, archive_bucket, archive_key);
  for (const ForgottenRecord& record : records) {
    const std::string& id = record.name.id;
    for (const std::string& key :
         {catalog::manifest_key(archive_key, id), catalog::index_key(archive_key, id),
          catalog::take_back_mark_key(archive_key, id), catalog::commit_mark_key(archive_key, id)})
      catalog.remove_object(key);
  }
  return records;
}

}  // namespace s3c::upkeep
