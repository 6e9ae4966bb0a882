#include "restore/choice_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "catalog/catalog.h"
#include "catalog/record_names.h"

namespace s3c::restore {

using base::Error;
using base::ErrorKind;

namespace {

std::uint64_t hash_of(const std::string& key) {
  return std::hash<std::string>{}(key);
}

}  // namespace

void ChoiceWatch::expect_newest(const index::Manifest& manifest, const std::string& key) {
  if (!options_.volume.empty()) return;
  const base::MutexLock lock(mutex_);
  if (context_.clock.now() >= look_at_) look();
  for (const Newcomer& newcomer : newcomers_) {
    if (newcomer.source_bucket != manifest.source_bucket || !newcomer.keys.contains(hash_of(key))) continue;
    throw Error(
        ErrorKind::transient,
        fmt::format("while this restore ran, {} was archived and holds this key too: the same command "
                    "again restores the newest object",
                    base::printable(newcomer.archive_key)),
        {.operation = "restore"});
  }
}

void ChoiceWatch::look() {
  const base::Timestamp begin = context_.clock.now();
  for (const catalog::ManifestName& name :
       catalog::list_manifests(context_.store, options_.scope, options_.query)) {
    if (known_.contains(name)) continue;
    read(name);
    known_.insert(name);
  }
  look_at_ = begin + std::max(kMoment, kTimesTheLook * (context_.clock.now() - begin));
}

void ChoiceWatch::read(const catalog::ManifestName& name) {
  catalog::Catalog catalog(context_.store, options_.scope.archive_bucket);
  index::Manifest manifest;
  try {
    manifest = catalog.read_manifest(name);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    return;  // its run lost a race and took it back
  }
  if (!may_concern_plan(manifest)) return;
  Newcomer newcomer{manifest.source_bucket, manifest.archive_key, {}};
  index::IndexCursor rows = catalog.open_index(manifest);
  while (const std::optional<index::Row> row = rows.next()) {
    if (plan_.query.wants(row->key)) newcomer.keys.insert(hash_of(row->key));
  }
  newcomers_.push_back(std::move(newcomer));
}

/// Most newcomers are of a day that has no volume in the plan. Then their indexes needn't be read.
bool ChoiceWatch::may_concern_plan(const index::Manifest& newcomer) const {
  if (!options_.scope.holds(newcomer)) return false;
  return std::any_of(plan_.volumes.begin(), plan_.volumes.end(), [&](const RestoreVolume& volume) {
    const index::Manifest& planned = *volume.manifest;
    return planned.source_bucket == newcomer.source_bucket && planned.first_key <= newcomer.last_key &&
           newcomer.first_key <= planned.last_key;
  });
}

}  // namespace s3c::restore
