#include "archive/gc_run.h"

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <utility>
#include <variant>

#include "archive/age_limit.h"
#include "archive/catalog.h"
#include "archive/open_uploads.h"
#include "archive/options.h"
#include "archive/source_listing.h"
#include "archive/take_back.h"
#include "base/bounded_queue.h"
#include "base/encoding.h"
#include "base/mutex.h"
#include "base/task_group.h"
#include "base/ulid.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kUlidChars = 26;

/// A manifest or an index without one.
struct Record {
  std::string id;
  base::Timestamp made;
  std::uint64_t manifest_bytes = 0;
  std::optional<std::uint64_t> index_bytes;
};

/// What the catalog has under the name of one archive, as far as it is old enough.
struct Records {
  /// More of one name are looked at in several turns: a name's records must not fill the memory.
  static constexpr std::size_t kMost = 1000;

  std::string archive_key;
  std::vector<Record> manifests;
  std::vector<Record> lone_indexes;

  std::size_t size() const { return manifests.size() + lone_indexes.size(); }
};

/// The records in one of the catalog's folders, in the order of their names.
class RecordListing {
 public:
  using Parse = std::optional<ManifestName> (*)(std::string_view key);
  RecordListing(s3::ObjectStore& store, const std::string& bucket, std::string_view folder, Parse parse)
      : listing_(store, bucket, std::string(folder), "", ObjectFilter({}, {})), parse_(parse) {
    advance();
  }
  /// "archive key/id" of the record at hand; nullptr at the end.
  const std::string* path() const { return object_ != nullptr ? &path_ : nullptr; }
  const ManifestName& name() const { return name_; }
  const s3::ObjectSummary& object() const { return *object_; }

  void next() {
    listing_.pop();
    advance();
  }

 private:
  void advance() {
    for (object_ = listing_.peek(); object_ != nullptr; listing_.pop(), object_ = listing_.peek()) {
      // What isn't named as ours isn't ours.
      if (std::optional<ManifestName> name = parse_(object_->key)) {
        name_ = *std::move(name);
        path_ = name_.archive_key + "/" + name_.id;
        return;
      }
    }
  }

  SourceListing listing_;
  Parse parse_;
  const s3::ObjectSummary* object_ = nullptr;
  ManifestName name_;
  std::string path_;
};

class GcRun {
 public:
  GcRun(const GcOptions& options, const GcContext& context)
      : options_(options),
        context_(context),
        limit_(context.clock.now(), options.min_age),
        catalog_(context.store, options.archive_bucket),
        tasks_(static_cast<std::size_t>(options.threads) * 2),
        crew_([this] { tasks_.cancel(); }) {}
  ~GcRun() { tasks_.cancel(); }  // or crew_ would wait for ever
  GcRun(const GcRun&) = delete;
  GcRun& operator=(const GcRun&) = delete;

  GcReport run() {
    check_bucket();
    for (int i = 0; i < options_.threads; ++i) {
      crew_.spawn([this](const std::stop_token&) {
        while (std::optional<Task> task = tasks_.pop()) (*task)();
      });
    }
    // Uploads first: a dry run and a run in earnest then count the same.
    search([this] { find_uploads(); });
    search([this] { find_records(); });
    search([this] { find_copies(GarbageKind::probe, kProbeFolder, "a store probe left it"); });
    search([this] { find_copies(GarbageKind::staging, kStagingFolder, "a verification left it"); });
    const bool interrupted = context_.stop.stop_requested();
    if (interrupted) tasks_.cancel();
    tasks_.close();
    crew_.wait();
    base::MutexLock lock(mutex_);
    report_.interrupted = interrupted;
    for (GarbageList* list : {&report_.removed, &report_.left, &report_.waiting, &report_.damaged})
      list->sort();
    return std::move(report_);
  }

 private:
  using Task = std::function<void()>;

  /// Names and permissions first: a typo must not look like an empty bucket.
  void check_bucket() {
    s3::ListObjectsRequest request;
    request.bucket = options_.archive_bucket;
    request.prefix = kCatalogPrefix;
    request.max_keys = 1;
    context_.store.list_objects(request);
  }

  /// A listing that fails doesn't keep the others from being searched.
  void search(const std::function<void()>& find) {
    if (context_.stop.stop_requested()) return;
    try {
      find();
    } catch (const Error& error) {
      fail(error);
    }
  }

  /// False: no more is wanted.
  bool hand_out(Task task) { return !context_.stop.stop_requested() && tasks_.push(std::move(task)); }

  // --- uploads

  /// Whether a group of the layout gets an archive of that name.
  bool is_archive_name(const std::string& key) const {
    return !options_.bucket.empty() && !key.starts_with(kCatalogPrefix) &&
           options_.archive_name.stem_of(options_.bucket, options_.prefix, key);
  }

  void find_uploads() {
    const auto visit = [this](const s3::MultipartUpload& upload) {
      count_upload();
      if (!is_old_enough(upload.initiated)) return true;
      return hand_out([this, upload] { end_upload(upload); });
    };
    for_each_upload(context_.store, options_.archive_bucket, std::string(kCatalogPrefix), visit);
    if (options_.bucket.empty()) return;
    for_each_upload(context_.store, options_.archive_bucket,
                    options_.archive_name.fixed_prefix(options_.bucket, options_.prefix),
                    [&](const s3::MultipartUpload& upload) {
                      if (is_archive_name(upload.key)) return visit(upload);
                      return !context_.stop.stop_requested();
                    });
  }

  void count_upload() {
    ++context_.progress.uploads;
    base::MutexLock lock(mutex_);
    ++report_.uploads;
  }

  void end_upload(const s3::MultipartUpload& upload) {
    attempt(garbage_of(upload), [&](Garbage& garbage) {
      abort(upload);
      note(&GcReport::removed, garbage);
    });
  }

  Garbage garbage_of(const s3::MultipartUpload& upload) const {
    return {GarbageKind::upload,     upload.key, upload.upload_id, limit_.age_of(upload.initiated), 0,
            "it was never completed"};
  }

  void abort(const s3::MultipartUpload& upload) {
    if (options_.dry_run) return;
    context_.store.abort_multipart_upload(options_.archive_bucket, upload.key, upload.upload_id);
  }

  // --- manifests and indexes

  /// Merges the two listings, both in the order of archive key and id; memory holds one name's records.
  void find_records() {
    RecordListing manifests(context_.store, options_.archive_bucket, kManifestFolder, parse_manifest_key);
    RecordListing indexes(context_.store, options_.archive_bucket, kIndexFolder, parse_index_key);
    Records records;
    const auto flush = [&] {
      return records.size() == 0 || hand_out([this, done = std::exchange(records, {})] { look_at(done); });
    };
    while (manifests.path() != nullptr || indexes.path() != nullptr) {
      const bool has_manifest =
          manifests.path() != nullptr && (indexes.path() == nullptr || *manifests.path() <= *indexes.path());
      const bool has_index =
          indexes.path() != nullptr && (!has_manifest || *manifests.path() == *indexes.path());
      const ManifestName name = has_manifest ? manifests.name() : indexes.name();
      const s3::ObjectSummary& object = has_manifest ? manifests.object() : indexes.object();
      if ((name.archive_key != records.archive_key || records.size() == Records::kMost) && !flush()) return;
      records.archive_key = name.archive_key;
      Record record{name.id, made_at(name.id, object.last_modified), 0, std::nullopt};
      if (has_manifest) record.manifest_bytes = object.size_bytes;
      if (has_index) record.index_bytes = indexes.object().size_bytes;
      count_records(has_manifest, has_index);
      if (is_old_enough(record.made))
        (has_manifest ? records.manifests : records.lone_indexes).push_back(std::move(record));
      if (has_manifest) manifests.next();
      if (has_index) indexes.next();
      if (context_.stop.stop_requested()) return;
    }
    flush();
  }

  void count_records(bool manifest, bool index) {
    context_.progress.records += (manifest ? 1U : 0U) + (index ? 1U : 0U);
    base::MutexLock lock(mutex_);
    report_.manifests += manifest ? 1 : 0;
    report_.indexes += index ? 1 : 0;
  }

  void look_at(const Records& records) {
    try {
      look_at_manifests(records);
    } catch (const Error& error) {
      fail(error);
    }
    for (const Record& record : records.lone_indexes) take_lone_index(records.archive_key, record);
  }

  /// One HEAD for the name; a manifest is read only if the archive doesn't carry its id.
  void look_at_manifests(const Records& records) {
    if (records.manifests.empty()) return;
    const std::string carried =
        id_of(context_.store.head_object(options_.archive_bucket, records.archive_key));
    for (const Record& record : records.manifests) {
      if (record.id != carried) take_manifest(records.archive_key, record, carried);
    }
  }

  void take_manifest(const std::string& archive_key, const Record& record, const std::string& carried) {
    attempt({GarbageKind::manifest, manifest_key(archive_key, record.id), "", limit_.age_of(record.made),
             record.manifest_bytes,
             carried.empty() ? "its archive was never completed"
                             : "its archive was never completed, another run's stands there"},
            [&](Garbage& garbage) {
              const std::optional<index::Manifest> manifest = read_if_there({archive_key, record.id});
              if (!manifest) return;
              if (!catalog_.is_of_this_bucket(*manifest)) {
                garbage.why = fmt::format("it was written for bucket {}", manifest->archive_bucket);
                return note(&GcReport::waiting, garbage);
              }
              if (!options_.dry_run &&
                  std::holds_alternative<CommittedVolume>(take_back(context_.store, catalog_, *manifest))) {
                return context_.log.info("{} was committed meanwhile", base::printable(archive_key));
              }
              note(&GcReport::removed, garbage);
              if (record.index_bytes) {
                note(&GcReport::removed, {GarbageKind::index, index_key(archive_key, record.id), "",
                                          garbage.age, *record.index_bytes, "its manifest went"});
              }
            });
  }

  std::optional<index::Manifest> read_if_there(const ManifestName& name) {
    try {
      return catalog_.read_manifest(name);
    } catch (const Error& error) {
      // Its run, or somebody else's clean-up, took it back meanwhile.
      if (error.kind() == ErrorKind::not_found && error.context().code != "NoSuchBucket") return std::nullopt;
      throw;
    }
  }

  /// Its run may be about to write the manifest. Only when no upload to that name is left can the volume
  /// never be committed any more, and only from then on does a missing manifest mean that none will ever
  /// count.
  void take_lone_index(const std::string& archive_key, const Record& record) {
    attempt({GarbageKind::index, index_key(archive_key, record.id), "", limit_.age_of(record.made),
             *record.index_bytes, "it has no manifest"},
            [&](Garbage& garbage) {
              if (!abort_uploads_to(archive_key)) {
                garbage.why = "a younger upload to its archive's name may be its own";
                return note(&GcReport::waiting, garbage);
              }
              const std::string& bucket = options_.archive_bucket;
              if (context_.store.head_object(bucket, manifest_key(archive_key, record.id))) return;
              if (id_of(context_.store.head_object(bucket, archive_key)) == record.id) {
                garbage.why = "its archive is there, but the manifest is gone";
                return note(&GcReport::damaged, garbage);
              }
              if (!options_.dry_run) catalog_.remove_object(garbage.key);
              note(&GcReport::removed, garbage);
            });
  }

  /// False when one of them is too young to be taken for a killed run's: that one stays.
  bool abort_uploads_to(const std::string& archive_key) {
    bool all = true;
    for_each_upload(context_.store, options_.archive_bucket, archive_key,
                    [&](const s3::MultipartUpload& upload) {
                      if (upload.key != archive_key) return true;
                      if (!limit_.passed_by(upload.initiated)) {
                        all = false;
                        return true;
                      }
                      abort(upload);
                      // Of names it knows, find_uploads() tells.
                      if (is_archive_name(upload.key)) return true;
                      count_upload();
                      note(&GcReport::removed, garbage_of(upload));
                      return true;
                    });
    return all;
  }

  // --- single objects

  /// kind: of what lies in folder; each is named by an id.
  void find_copies(GarbageKind kind, std::string_view folder, const char* why) {
    SourceListing listing(context_.store, options_.archive_bucket, std::string(folder), "",
                          ObjectFilter({}, {}));
    for (; const s3::ObjectSummary* object = listing.peek(); listing.pop()) {
      const std::string id = object->key.substr(object->key.rfind('/') + 1, kUlidChars);
      if (!base::ulid_time(id)) continue;  // not named as ours
      const base::Timestamp made = made_at(id, object->last_modified);
      if (!is_old_enough(made)) continue;
      const Garbage garbage{kind, object->key, "", limit_.age_of(made), object->size_bytes, why};
      if (!hand_out([this, garbage] {
            attempt(garbage, [&](Garbage& copy) {
              if (!options_.dry_run) catalog_.remove_object(copy.key);
              note(&GcReport::removed, copy);
            });
          }))
        return;
    }
  }

  // --- what is told

  /// Does work about one thing; an error ends it, not the rest.
  void attempt(Garbage garbage, const std::function<void(Garbage&)>& work) {
    try {
      work(garbage);
    } catch (const Error& error) {
      const bool damaged = error.kind() == ErrorKind::corrupt || error.kind() == ErrorKind::unsupported;
      garbage.why = error.what();
      note(damaged ? &GcReport::damaged : &GcReport::left, garbage);
    }
  }

  void note(GarbageList GcReport::*list, const Garbage& garbage) {
    const bool removed = list == &GcReport::removed;
    if (removed) {
      ++context_.progress.removed;
      context_.log.info("{}{} {}: {}", options_.dry_run ? "would remove " : "removed ",
                        to_string(garbage.kind), base::printable(garbage.key), garbage.why);
    } else {
      context_.log.warn("left: {} {}: {}", to_string(garbage.kind), base::printable(garbage.key),
                        base::printable(garbage.why));
    }
    base::MutexLock lock(mutex_);
    (report_.*list).add(garbage);
  }

  void fail(const Error& error) {
    context_.log.warn("{}", error.what());
    base::MutexLock lock(mutex_);
    report_.failures.add(error);
  }

  bool is_old_enough(base::Timestamp made) {
    if (limit_.passed_by(made)) return true;
    base::MutexLock lock(mutex_);
    ++report_.young;
    return false;
  }

  const GcOptions& options_;
  const GcContext& context_;
  const AgeLimit limit_;
  Catalog catalog_;
  base::Mutex mutex_;
  GcReport report_ S3C_GUARDED_BY(mutex_);
  base::BoundedQueue<Task> tasks_;
  base::TaskGroup crew_;  // last: its threads use everything above
};

}  // namespace

void validate(const GcOptions& o) {
  const auto refuse = [](const char* message) { throw Error(ErrorKind::invalid_argument, message); };
  if (o.archive_bucket.empty()) refuse("--arch-bucket is missing: the bucket whose garbage is to go");
  validate_names(o.prefix, o.layout, o.archive_name);
  if (o.threads < 1 || o.threads > 4096) refuse("--threads must be between 1 and 4096");
}

GcReport run_gc(const GcOptions& options, const GcContext& context) {
  return GcRun(options, context).run();
}

}  // namespace s3c::archive
