#include "support/promise.h"

#include "archive/archive_plan.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "catalog/catalog.h"
#include "index/manifest.h"
#include "zip/entry_name.h"
#include "zip/reader.h"

namespace s3c::support {
namespace {

/// The members of one archive, by key.
std::map<std::string, std::string> decode(const std::string& archive) {
  std::map<std::string, std::string> members;
  const zip::Reader reader(
      [&](std::uint64_t offset, std::uint64_t size) { return archive.substr(offset, size); }, archive.size());
  reader.for_each_entry([&](const zip::EntryInfo& entry) {
    if (entry.name == zip::kIndexEntryName) return;
    members[zip::key_from_entry_name(entry.name)] = reader.read_member(entry, std::uint64_t{1} << 30);
  });
  return members;
}

bool is_archive(const std::string& key) {
  return !key.starts_with(catalog::kCatalogPrefix) && key.ends_with(".zip");
}

/// Archive key to manifest, of those that are committed by the bytes themselves.
std::map<std::string, index::Manifest> committed(const Bucket& archive_bucket) {
  std::map<std::string, index::Manifest> found;
  const std::string folder = std::string(catalog::kCatalogPrefix) + "manifest/";
  for (const auto& [key, object] : archive_bucket) {
    if (!key.starts_with(folder)) continue;
    const index::Manifest manifest = index::parse_manifest(object.body);
    const auto archive = archive_bucket.find(manifest.archive_key);
    if (archive == archive_bucket.end()) continue;
    const auto id = archive->second.metadata.find(catalog::kIdMetadata);
    if (id == archive->second.metadata.end() || id->second != manifest.id) continue;
    if (archive->second.body.size() != manifest.archive_size_bytes) continue;
    if (base::to_base64(base::crc32_bytes(base::crc32(archive->second.body))) != manifest.checksum.value)
      continue;
    found.emplace(manifest.archive_key, manifest);
  }
  return found;
}

}  // namespace

std::multimap<std::string, std::string> archived_members(const std::map<std::string, Bucket>& buckets) {
  std::multimap<std::string, std::string> all;
  const Bucket& archive_bucket = buckets.at(kArchive);
  for (const auto& [key, manifest] : committed(archive_bucket)) {
    const auto members = decode(archive_bucket.at(key).body);
    EXPECT_EQ(members.size(), manifest.objects) << key;
    EXPECT_TRUE(archive_bucket.contains(manifest.index_key)) << key << " has lost its index";
    all.insert(members.begin(), members.end());
  }
  return all;
}

std::multimap<std::string, std::string> archived_members(const FakeStore& store) {
  return archived_members(std::map<std::string, Bucket>{{kArchive, store.objects(kArchive)}});
}

PromiseWatch::PromiseWatch(FakeStore& store) {
  store.on_loss = [this](const std::map<std::string, Bucket>& buckets, const std::string& bucket,
                         const std::string& key) {
    const auto complain = [&](const std::string& what) {
      base::MutexLock lock(mutex_);
      broken_.push_back(bucket + "/" + key + ": " + what);
    };
    const StoredObject& object = buckets.at(bucket).at(key);
    if (bucket == kArchive) {
      if (key.starts_with(std::string(catalog::kCatalogPrefix) + "probe/")) return;
      if (is_archive(key)) return complain("an archive was replaced or removed");
      for (const auto& [archive, manifest] : committed(buckets.at(kArchive))) {
        if (key == manifest.index_key || key == catalog::manifest_key(archive, manifest.id))
          complain("the record of a committed volume was replaced or removed");
      }
      return;
    }
    if (is_archived(buckets.at(kArchive), key, object.body)) return;
    complain("a source object went that no committed volume holds");
  };
}

bool PromiseWatch::is_archived(const Bucket& archive_bucket, const std::string& key,
                               const std::string& body) {
  const auto holds = [&](const std::string& archive) {
    const auto member = decoded_.at(archive).find(key);
    return member != decoded_.at(archive).end() && member->second == body;
  };
  for (const auto& [archive, members] : decoded_) {
    if (holds(archive)) return true;
  }
  for (const auto& [archive, manifest] : committed(archive_bucket)) {
    if (decoded_.contains(archive)) continue;
    decoded_[archive] = decode(archive_bucket.at(archive).body);
    if (holds(archive)) return true;
  }
  return false;
}

std::vector<std::string> PromiseWatch::broken() const {
  base::MutexLock lock(mutex_);
  return broken_;
}

namespace {

using Members = std::multimap<std::string, std::string>;

void check_nothing_lost(const FakeStore& store, const Members& members,
                        const std::map<std::string, std::string>& originals) {
  const Bucket source = store.objects(kSource);
  for (const auto& [key, body] : originals) {
    const auto there = source.find(key);
    bool safe = there != source.end() && there->second.body == body;
    const auto [first, last] = members.equal_range(key);
    for (auto it = first; it != last; ++it) safe = safe || it->second == body;
    EXPECT_TRUE(safe) << key << " is nowhere";
  }
}

void check_nothing_twice(const Members& members) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& [key, body] : members)
    EXPECT_TRUE(seen.emplace(key, base::md5(body)).second) << key << " is in two volumes";
}

}  // namespace

std::set<std::string> keys_but_notes(const FakeStore& store) {
  std::set<std::string> keys = store.keys(kArchive);
  std::erase_if(keys, [](const std::string& key) { return key.starts_with(catalog::kLayoutFolder); });
  return keys;
}

void expect_nothing_lost(const FakeStore& store, const std::map<std::string, std::string>& originals) {
  check_nothing_lost(store, archived_members(store), originals);
}

void expect_nothing_twice(const FakeStore& store) {
  check_nothing_twice(archived_members(store));
}

void expect_every_archive_has_its_manifest(const FakeStore& store) {
  const Bucket archive = store.objects(kArchive);
  const auto proven = committed(archive);
  for (const auto& [key, object] : archive) {
    if (is_archive(key)) {
      EXPECT_TRUE(proven.contains(key)) << key << " has no manifest";
    }
  }
}

void expect_promise(const FakeStore& store, const PromiseWatch& watch,
                    const std::map<std::string, std::string>& originals) {
  for (const std::string& broken : watch.broken()) ADD_FAILURE() << broken;
  const Members members = archived_members(store);
  check_nothing_lost(store, members, originals);
  check_nothing_twice(members);
  expect_every_archive_has_its_manifest(store);
}

archive::ArchiveOptions small_options() {
  archive::ArchiveOptions options;
  options.selection.bucket = kSource;
  options.archive_bucket = kArchive;
  options.max_objects = 2;
  options.level = 1;
  options.conditional_complete = options.additional_checksums = true;
  options.delete_conditions = archive::DeleteConditions::in_batches;
  options.tool_version = "test";
  options.resources.threads = 3;
  options.resources.open_groups = 2;
  options.resources.upload_slots = 2;
  return options;
}

archive::RunReport run(FakeStore& store, const archive::ArchiveOptions& options, std::stop_token stop) {
  FakeClock clock;
  return run(store, options, clock, std::move(stop));
}

archive::RunReport run(FakeStore& store, const archive::ArchiveOptions& options, base::Clock& clock,
                       std::stop_token stop) {
  archive::Progress progress;
  const auto log = base::make_null_logger();
  return archive::run_archive(options, {{store, store}, clock, *log, progress, std::move(stop)});
}

archive::RunReport plan(FakeStore& store, const archive::ArchiveOptions& options) {
  FakeClock clock;
  archive::Progress progress;
  const auto log = base::make_null_logger();
  return archive::plan_archive(options, {{store, store}, clock, *log, progress, {}});
}

std::string day_key(int day, int n) {
  return fmt::format("sources/2018/04/{:02}/{:03}.xml", day, n);
}

std::map<std::string, std::string> fill(FakeStore& store, int objects_a_day, int days) {
  std::map<std::string, std::string> originals;
  store.make_bucket(kSource);
  store.make_bucket(kArchive);
  for (int day = 1; day <= days; ++day) {
    for (int n = 0; n < objects_a_day; ++n) {
      const std::string key = day_key(day, n);
      originals[key] = "<day>" + key + std::string(static_cast<std::size_t>(n * 37), 'x') + "</day>";
      store.put(kSource, key, originals[key]);
    }
  }
  return originals;
}

}  // namespace s3c::support
