#include "archive/gc_run.h"

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <utility>
#include <variant>

#include "archive/age_limit.h"
#include "archive/catalog.h"
#include "archive/catalog_listing.h"
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

/// What the catalog has under the name of one archive, as far as it is old enough.
struct Records {
  /// More of one name are looked at in several turns: a name's records must not fill the memory.
  static constexpr std::size_t kMost = 1000;

  std::vector<CatalogRecord> all;  ///< of one archive key

  /// Whether record belongs into another turn.
  bool ends_before(const CatalogRecord& record) const {
    return !all.empty() && (all.size() == kMost || all.front().name.archive_key != record.name.archive_key);
  }
};

class GcRun {
 public:
  GcRun(const GcOptions& options, const GcContext& context)
      : options_(options),
        context_(context),
        limit_({}, options.min_age),
        catalog_(context.store, options.archive_bucket),
        tasks_(static_cast<std::size_t>(options.threads) * 2),
        crew_([this] { tasks_.cancel(); }) {}
  ~GcRun() { tasks_.cancel(); }  // or crew_ would wait for ever
  GcRun(const GcRun&) = delete;
  GcRun& operator=(const GcRun&) = delete;

  GcReport run() {
    check_bucket();
    limit_ = AgeLimit(context_.store.now(), options_.min_age);
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
           options_.archive_name.volume_of(options_.bucket, options_.prefix, key);
  }

  void find_uploads() {
    const auto visit = [this](const s3::MultipartUpload& upload) {
      count_upload();
      if (!is_old_enough(upload.initiated)) return !context_.stop.stop_requested();
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

  void find_records() {
    CatalogListing listing(context_.store, options_.archive_bucket);
    Records records;
    const auto flush = [&] {
      return hand_out([this, done = std::exchange(records, {})] { look_at(done.all); });
    };
    while (std::optional<CatalogRecord> record = listing.next()) {
      if (context_.stop.stop_requested()) return;
      if (records.ends_before(*record) && !flush()) return;
      count(*record);
      if (is_old_enough(record->last_modified)) records.all.push_back(*std::move(record));
    }
    if (!records.all.empty()) flush();
  }

  void count(const CatalogRecord& record) {
    const unsigned manifests = record.manifest_bytes ? 1 : 0;
    const unsigned indexes = record.index_bytes ? 1 : 0;
    context_.progress.records += manifests + indexes;
    base::MutexLock lock(mutex_);
    report_.manifests += manifests;
    report_.indexes += indexes;
  }

  /// One HEAD for the name; a manifest is read only if the archive isn't the one of its id.
  void look_at(const std::vector<CatalogRecord>& records) {
    std::optional<std::string> standing;  // the id of the archive's record
    std::string carried;                  // empty: none, or a foreign archive
    for (const CatalogRecord& record : records) {
      if (!record.manifest_bytes) {
        take_lone_index(record);
        continue;
      }
      try {
        if (!standing) {
          const auto archive = context_.store.head_object(options_.archive_bucket, record.name.archive_key);
          carried = id_of(archive);
          standing = record_id(archive);
        }
      } catch (const Error& error) {
        fail(error);
        continue;
      }
      if (record.name.id != *standing) take_manifest(record, carried);
    }
  }

  void take_manifest(const CatalogRecord& record, const std::string& carried) {
    attempt(
        {GarbageKind::manifest, manifest_key(record.name.archive_key, record.name.id), "",
         limit_.age_of(record.last_modified), *record.manifest_bytes,
         carried.empty() ? "its archive was never completed"
                         : "its archive was never completed, another run's stands there"},
        [&](Garbage& garbage) {
          const std::optional<index::Manifest> manifest = read_if_there(record.name);
          if (!manifest) return;
          if (manifest->is_foreign()) garbage.why = "the foreign archive is not there any more";
          if (!catalog_.is_of_this_bucket(*manifest)) {
            garbage.why = fmt::format("it was written for bucket {}", manifest->archive_bucket);
            return note(&GcReport::waiting, garbage);
          }
          if (!options_.dry_run &&
              std::holds_alternative<CommittedVolume>(take_back(context_.store, catalog_, *manifest))) {
            return context_.log.info("{} was committed meanwhile", base::printable(record.name.archive_key));
          }
          note(&GcReport::removed, garbage);
          if (record.index_bytes) {
            note(&GcReport::removed, {GarbageKind::index, index_key(record.name.archive_key, record.name.id),
                                      "", garbage.age, *record.index_bytes, "its manifest went"});
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
  void take_lone_index(const CatalogRecord& record) {
    attempt({GarbageKind::index, index_key(record.name.archive_key, record.name.id), "",
             limit_.age_of(record.last_modified), *record.index_bytes, "it has no manifest"},
            [&](Garbage& garbage) {
              // A foreign archive has no upload of ours, so its index is no reason to end one.
              if (!is_foreign_id(record.name.id) && !abort_uploads_to(record.name.archive_key)) {
                garbage.why = "a younger upload to its archive's name may be its own";
                return note(&GcReport::waiting, garbage);
              }
              const std::string& bucket = options_.archive_bucket;
              if (context_.store.head_object(bucket, manifest_key(record.name.archive_key, record.name.id)))
                return;
              if (record_id(context_.store.head_object(bucket, record.name.archive_key)) == record.name.id) {
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
      if (context_.stop.stop_requested()) return;
      const std::string id = object->key.substr(object->key.rfind('/') + 1, kUlidChars);
      if (!base::ulid_time(id)) continue;  // not named as ours
      if (!is_old_enough(object->last_modified)) continue;
      const Garbage garbage{kind, object->key, "", limit_.age_of(object->last_modified), object->size_bytes,
                            why};
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
  AgeLimit limit_;  // of the store's time once it is known: run() sets it
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
