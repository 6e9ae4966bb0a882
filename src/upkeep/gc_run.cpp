#include "upkeep/gc_run.h"

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "base/age_limit.h"
#include "base/bounded_queue.h"
#include "base/encoding.h"
#include "base/mutex.h"
#include "base/task_group.h"
#include "base/ulid.h"
#include "catalog/abort_probe.h"
#include "catalog/catalog.h"
#include "catalog/catalog_listing.h"
#include "catalog/open_uploads.h"
#include "catalog/take_back.h"
#include "s3/object_listing.h"

namespace s3c::upkeep {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kUlidChars = 26;

/// What the catalog has under the name of one archive.
struct Records {
  /// More of one name are looked at in several turns: a name's records must not fill the memory.
  static constexpr std::size_t kMost = 1000;

  std::vector<catalog::CatalogRecord> all;  ///< of one archive key

  /// Whether record belongs into another turn.
  bool ends_before(const catalog::CatalogRecord& record) const {
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
        abort_probe_(context.store, options.archive_bucket,
                     "no unfinished upload was aborted, and no record that has one was removed",
                     context.stop) {}

  GcReport run() {
    check_bucket();
    limit_ = base::AgeLimit(context_.store.now(), options_.min_age);
    // Records first, and to their end: whether the upload of a record is unfinished can't be told any more
    // once it was aborted.
    search([this](Crew& crew) { find_records(crew); });
    search([this](Crew& crew) {
      find_uploads(crew);
      find_marks(crew);
      find_copies(crew, GarbageKind::probe, catalog::kProbeFolder, "a store probe left it");
      find_copies(crew, GarbageKind::staging, catalog::kStagingFolder, "a verification left it");
    });
    base::MutexLock lock(mutex_);
    report_.interrupted = context_.stop.stop_requested();
    for (GarbageList* list : {&report_.removed, &report_.left, &report_.waiting, &report_.damaged})
      list->sort();
    return std::move(report_);
  }

 private:
  using Task = std::function<void()>;

  /// The threads of one search; the destructor waits for them.
  class Crew {
   public:
    Crew(int threads, const std::stop_token& stop)
        : stop_(stop), tasks_(static_cast<std::size_t>(threads) * 2), threads_([this] { tasks_.cancel(); }) {
      for (int i = 0; i < threads; ++i) {
        threads_.spawn([this](const std::stop_token&) {
          while (std::optional<Task> task = tasks_.pop()) (*task)();
        });
      }
    }
    ~Crew() { tasks_.cancel(); }  // or threads_ would wait for ever
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;

    /// False: no more is wanted.
    bool take(Task task) { return !stop_.stop_requested() && tasks_.push(std::move(task)); }
    /// Waits until everything that was taken is done, or dropped after a stop.
    void finish() {
      if (stop_.stop_requested()) tasks_.cancel();
      tasks_.close();
      threads_.wait();
    }

   private:
    const std::stop_token stop_;
    base::BoundedQueue<Task> tasks_;
    base::TaskGroup threads_;  // last: they use everything above
  };

  /// Names and permissions first: a typo must not look like an empty bucket.
  void check_bucket() {
    s3::ListObjectsRequest request;
    request.bucket = options_.archive_bucket;
    request.prefix = catalog::kCatalogPrefix;
    request.max_keys = 1;
    context_.store.list_objects(request);
  }

  /// Returns when everything that find found is dealt with.
  void search(const std::function<void(Crew&)>& find) {
    Crew crew(options_.threads, context_.stop);
    find(crew);
    crew.finish();
    base::MutexLock lock(mutex_);
    if (abort_failure_) throw *abort_failure_;
  }

  /// A listing that fails doesn't keep the others from being searched.
  void list(const std::function<void()>& work) {
    if (context_.stop.stop_requested()) return;
    try {
      work();
    } catch (const Error& error) {
      fail(error);
    }
  }

  // --- uploads

  /// Whether a group of the layout gets an archive of that name.
  bool is_archive_name(const std::string& key) const {
    return !options_.bucket.empty() && !key.starts_with(catalog::kCatalogPrefix) &&
           options_.archive_name.volume_of(options_.bucket, options_.prefix, key);
  }

  void find_uploads(Crew& crew) {
    const auto visit = [&](const s3::MultipartUpload& upload) {
      if (is_told(upload) || abort_probe_.owns(upload.key)) return !context_.stop.stop_requested();
      count_upload();
      if (!is_old_enough(upload.initiated)) return !context_.stop.stop_requested();
      return crew.take([this, upload] { end_upload(upload); });
    };
    list([&] {
      catalog::for_each_upload(context_.store, options_.archive_bucket, std::string(catalog::kCatalogPrefix),
                               visit);
      if (options_.bucket.empty()) return;
      catalog::for_each_upload(context_.store, options_.archive_bucket,
                               options_.archive_name.fixed_prefix(options_.bucket, options_.prefix),
                               [&](const s3::MultipartUpload& upload) {
                                 if (is_archive_name(upload.key)) return visit(upload);
                                 return !context_.stop.stop_requested();
                               });
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
    expect_harmless_aborts();
    context_.store.abort_multipart_upload(options_.archive_bucket, upload.key, upload.upload_id);
  }

  /// Where aborts remove finished objects, or that can't be found out, search() throws in the end.
  void expect_harmless_aborts() {
    try {
      abort_probe_.expect_harmless();
    } catch (const Error& error) {
      base::MutexLock lock(mutex_);
      abort_failure_ = error;
      throw;
    }
  }

  /// An upload that went with its record. A dry run will find it once more.
  void tell_upload(const s3::MultipartUpload& upload) {
    {
      base::MutexLock lock(mutex_);
      told_uploads_.insert(upload.upload_id);
    }
    count_upload();
    note(&GcReport::removed, garbage_of(upload));
  }

  bool is_told(const s3::MultipartUpload& upload) {
    base::MutexLock lock(mutex_);
    return told_uploads_.contains(upload.upload_id);
  }

  // --- manifests, indexes and marks

  void find_records(Crew& crew) {
    list([&] {
      catalog::CatalogListing listing(context_.store, options_.archive_bucket);
      Records records;
      const auto flush = [&] {
        return crew.take([this, done = std::exchange(records, {})] { look_at(done.all); });
      };
      while (std::optional<catalog::CatalogRecord> record = listing.next()) {
        if (context_.stop.stop_requested()) return;
        if (records.ends_before(*record) && !flush()) return;
        count(*record);
        records.all.push_back(*std::move(record));
      }
      if (!records.all.empty()) flush();
    });
  }

  void count(const catalog::CatalogRecord& record) {
    const unsigned manifests = record.manifest_bytes ? 1 : 0;
    const unsigned indexes = record.index_bytes ? 1 : 0;
    context_.progress.records += manifests + indexes;
    base::MutexLock lock(mutex_);
    report_.manifests += manifests;
    report_.indexes += indexes;
  }

  /// One HEAD for the name; a manifest is read only if the archive isn't the one of its id.
  void look_at(const std::vector<catalog::CatalogRecord>& records) {
    std::optional<std::string> standing;  // the id of the archive's record
    std::string carried;                  // empty: none, or a foreign archive
    for (const catalog::CatalogRecord& record : records) {
      if (!record.manifest_bytes && record.marked) {
        tell_lone_mark(record);
        continue;
      }
      if (!record.manifest_bytes) {
        take_lone_index(record);
        continue;
      }
      try {
        if (!standing) {
          const auto archive = context_.store.head_object(options_.archive_bucket, record.name.archive_key);
          carried = catalog::id_of(archive);
          standing = catalog::record_id(archive);
        }
      } catch (const Error& error) {
        fail(error);
        continue;
      }
      if (record.name.id != *standing) take_manifest(record, carried);
    }
  }

  void take_manifest(const catalog::CatalogRecord& record, const std::string& carried) {
    attempt(
        {GarbageKind::manifest, catalog::manifest_key(record.name.archive_key, record.name.id), "",
         limit_.age_of(record.last_modified), *record.manifest_bytes,
         carried.empty() ? "its archive was never completed"
                         : "its archive was never completed, another run's stands there"},
        [&](Garbage& garbage) {
          const std::optional<index::Manifest> manifest = read_if_there(record.name);
          if (!manifest) return;
          if (!catalog_.is_of_this_bucket(*manifest)) {
            garbage.why = fmt::format("it was written for bucket {}", manifest->archive_bucket);
            return note(&GcReport::waiting, garbage);
          }
          std::optional<s3::MultipartUpload> upload;
          if (manifest->has_upload()) {
            upload = catalog::find_upload(context_.store, options_.archive_bucket, manifest->archive_key,
                                          manifest->upload_id);
          }
          if (upload && !is_old_enough(upload->initiated)) return;  // in the making
          if (!options_.dry_run && manifest->has_upload()) expect_harmless_aborts();
          const auto outcome =
              options_.dry_run ? foresee(*manifest) : catalog::take_back(context_.store, catalog_, *manifest);
          if (std::holds_alternative<catalog::CommittedVolume>(outcome)) {
            return context_.log.info("{} was committed meanwhile", base::printable(record.name.archive_key));
          }
          if (upload) tell_upload(*upload);
          if (const auto* lost = std::get_if<catalog::LostArchive>(&outcome)) {
            garbage.why = lost->why;
            return note(&GcReport::damaged, garbage);
          }
          note(&GcReport::removed, garbage);
          if (record.index_bytes) {
            note(&GcReport::removed,
                 {GarbageKind::index, catalog::index_key(record.name.archive_key, record.name.id), "",
                  garbage.age, *record.index_bytes, "its manifest went"});
          }
        });
  }

  /// What take_back() would find, for a dry run.
  std::variant<catalog::CommittedVolume, catalog::TakenBack, catalog::LostArchive> foresee(
      const index::Manifest& manifest) {
    const bool was_committed = catalog_.was_committed(manifest);
    const auto archive = context_.store.head_object(options_.archive_bucket, manifest.archive_key);
    if (auto committed = catalog::prove_committed(manifest, archive)) return *std::move(committed);
    catalog::expect_another_archive(manifest, archive);
    if (was_committed) return catalog::LostArchive{catalog::describe_loss(archive)};
    return catalog::TakenBack{catalog::id_of(archive)};
  }

  std::optional<index::Manifest> read_if_there(const catalog::ManifestName& name) {
    try {
      return catalog_.read_manifest(name);
    } catch (const Error& error) {
      // Its run, or somebody else's clean-up, took it back meanwhile.
      if (error.kind() == ErrorKind::not_found) return std::nullopt;
      throw;
    }
  }

  bool is_manifest_there(const catalog::ManifestName& name) {
    return context_.store
        .head_object(options_.archive_bucket, catalog::manifest_key(name.archive_key, name.id))
        .has_value();
  }

  /// Its run may be about to write the manifest. Only when no upload to that name is left can the volume
  /// never be committed any more, and only from then on does a missing manifest mean that none will ever
  /// count.
  void take_lone_index(const catalog::CatalogRecord& record) {
    const catalog::ManifestName& name = record.name;
    attempt({GarbageKind::index, catalog::index_key(name.archive_key, name.id), "",
             limit_.age_of(record.last_modified), *record.index_bytes, "it has no manifest"},
            [&](Garbage& garbage) {
              // A foreign archive has no upload of ours, so its index is no reason to end one.
              if (!catalog::is_foreign_id(name.id) && !abort_uploads_to(name.archive_key))
                return;  // in the making
              if (is_manifest_there(name)) return;
              if (catalog::record_id(context_.store.head_object(options_.archive_bucket, name.archive_key)) ==
                  name.id) {
                garbage.why = "its archive is there, but the manifest is gone";
                return note(&GcReport::damaged, garbage);
              }
              if (catalog_.has_commit_mark(name)) return;  // since the listing; the next gc tells of it
              if (!options_.dry_run) catalog_.remove_object(garbage.key);
              note(&GcReport::removed, garbage);
            });
  }

  /// False when one of them is too young to be taken for a killed run's: that one stays.
  bool abort_uploads_to(const std::string& archive_key) {
    bool all = true;
    catalog::for_each_upload(context_.store, options_.archive_bucket, archive_key,
                             [&](const s3::MultipartUpload& upload) {
                               if (upload.key != archive_key) return false;  // the name itself came first
                               if (!is_old_enough(upload.initiated)) {
                                 all = false;
                                 return true;
                               }
                               abort(upload);
                               if (!is_told(upload)) tell_upload(upload);
                               return true;
                             });
    return all;
  }

  /// A commit mark is never removed: it is the last trace of a volume.
  void tell_lone_mark(const catalog::CatalogRecord& record) {
    attempt({GarbageKind::mark, catalog::commit_mark_key(record.name.archive_key, record.name.id), "",
             limit_.age_of(record.last_modified), 0,
             "its volume was committed, but the manifest is gone: catalog rebuild makes it again out of the "
             "archive; without an archive, catalog forget removes what is left"},
            [&](Garbage& garbage) {
              if (!is_manifest_there(record.name)) note(&GcReport::damaged, garbage);
            });
  }

  /// Take-back marks that outlived their record: the remover was killed right before the end.
  void find_marks(Crew& crew) {
    each_object(catalog::kTakeBackFolder, [&](const s3::ObjectSummary& object) {
      const std::optional<catalog::ManifestName> name = catalog::parse_take_back_mark_key(object.key);
      if (!name) return true;
      const Garbage garbage{GarbageKind::mark, object.key,          "", limit_.age_of(object.last_modified),
                            object.size_bytes, "its record is gone"};
      return crew.take([this, garbage, name = *name] {
        attempt(garbage, [&](Garbage& mark) {
          if (is_manifest_there(name)) return;
          if (!options_.dry_run) catalog_.remove_object(mark.key);
          note(&GcReport::removed, mark);
        });
      });
    });
  }

  // --- single objects

  /// visit: false ends it.
  void each_object(std::string_view folder, const std::function<bool(const s3::ObjectSummary&)>& visit) {
    list([&] {
      s3::ObjectListing listing(context_.store, options_.archive_bucket, std::string(folder));
      for (; const s3::ObjectSummary* object = listing.peek(); listing.pop()) {
        if (context_.stop.stop_requested() || !visit(*object)) return;
      }
    });
  }

  /// kind: of what lies in folder; each is named by an id.
  void find_copies(Crew& crew, GarbageKind kind, std::string_view folder, const char* why) {
    each_object(folder, [&](const s3::ObjectSummary& object) {
      const std::string id = object.key.substr(object.key.rfind('/') + 1, kUlidChars);
      if (!base::ulid_time(id)) return true;  // not named as ours
      if (abort_probe_.owns(object.key)) return true;
      if (!is_old_enough(object.last_modified)) return true;
      const Garbage garbage{kind, object.key, "", limit_.age_of(object.last_modified), object.size_bytes,
                            why};
      return crew.take([this, garbage] {
        attempt(garbage, [&](Garbage& copy) {
          if (!options_.dry_run) catalog_.remove_object(copy.key);
          note(&GcReport::removed, copy);
        });
      });
    });
  }

  // --- what is told

  /// Does work about one thing; an error ends it, not the rest.
  void attempt(Garbage garbage, const std::function<void(Garbage&)>& work) {
    try {
      work(garbage);
    } catch (const Error& error) {
      const bool damaged = error.kind() == ErrorKind::corrupt || error.kind() == ErrorKind::unsupported ||
                           error.kind() == ErrorKind::wrong_state;
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
  base::AgeLimit limit_;  // of the store's time once it is known: run() sets it
  catalog::Catalog catalog_;
  catalog::AbortProbe abort_probe_;
  base::Mutex mutex_;
  GcReport report_ S3C_GUARDED_BY(mutex_);
  std::optional<Error> abort_failure_ S3C_GUARDED_BY(mutex_);
  /// Of records that went, by upload id: as many as there was garbage.
  std::set<std::string> told_uploads_ S3C_GUARDED_BY(mutex_);
};

}  // namespace

void validate(const GcOptions& o) {
  const auto refuse = [](const char* message) { throw Error(ErrorKind::invalid_argument, message); };
  if (o.archive_bucket.empty()) refuse("--arch-bucket is missing: the bucket whose garbage is to go");
  catalog::validate_names(o.prefix, o.layout, o.archive_name);
  if (o.threads < 1 || o.threads > 4096) refuse("--threads must be between 1 and 4096");
}

GcReport run_gc(const GcOptions& options, const GcContext& context) {
  return GcRun(options, context).run();
}

}  // namespace s3c::upkeep
