#include "upkeep/forget.h"

#include <fmt/format.h>

#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "catalog/catalog_listing.h"
#include "catalog/committed_volume.h"
#include "catalog/take_back.h"

namespace s3c::upkeep {
namespace {

using base::Error;
using base::ErrorKind;

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
  bool any = false;
  while (const std::optional<catalog::CatalogRecord> record = listing.next()) {
    if (record->name.archive_key != archive_key) continue;
    any = true;
    std::optional<index::Manifest> manifest;
    if (record->manifest_bytes) manifest = read_if_possible(catalog, record->name);
    const auto archive = store.head_object(archive_bucket, archive_key);
    if (auto reason = reason_to_keep(catalog, *record, manifest, archive)) {
      kept = std::move(reason);
    } else {
      const bool carries = catalog::record_id(archive) == record->name.id;
      found.push_back({record->name, std::move(manifest),
                       carries ? "its archive is not what was committed" : catalog::describe_loss(archive)});
    }
  }
  const base::ErrorContext context{.operation = "forget",
                                   .resource = archive_bucket + "/" + base::printable(archive_key)};
  if (!any) throw Error(ErrorKind::not_found, "the catalog has no record of that volume", context);
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
