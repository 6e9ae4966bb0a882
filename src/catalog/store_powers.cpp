#include "catalog/store_powers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/task_group.h"
#include "base/ulid.h"
#include "catalog/catalog.h"
#include "catalog/open_uploads.h"
#include "s3/error_mapping.h"

namespace s3c::catalog {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::string_view kBody = "s3compress was here";
/// gc at age 0 may remove the object or its uploads. So only a result that repeats each time says something
/// about the store.
constexpr int kAttempts = 4;

/// Whether a listing shows an unfinished upload to key when it is asked for less than the whole key. If not
/// even the whole key shows it, nothing is known, and the answer is yes.
bool is_listed_by_prefix(s3::ObjectStore& store, const std::string& bucket, const std::string& key) {
  const auto is_listed = [&](const std::string& prefix) {
    bool found = false;
    for_each_upload(store, bucket, prefix, [&](const s3::MultipartUpload& upload) {
      found = upload.key == key;
      return !found;
    });
    return found;
  };
  try {
    return is_listed(key.substr(0, key.size() - 1)) || !is_listed(key);
  } catch (const Error& error) {
    // Who may not list uploads is told so by what needs the listing.
    if (error.kind() == ErrorKind::access_denied || error.kind() == ErrorKind::unsupported) return true;
    throw;
  }
}

/// A small object of our own, and the uploads that make it.
class ProbeObject {
 public:
  /// key_stem: the keys of the object and of its control begin with it.
  ProbeObject(s3::ObjectStore& store, const std::string& bucket, const std::string& key_stem,
              const std::stop_token& stop)
      : store_(store),
        bucket_(bucket),
        key_(key_stem + "-object"),
        control_key_(key_stem + "-control"),
        stop_(stop) {}

  struct Race {
    int won = 0;           ///< Completes that may have taken effect
    bool refused = false;  ///< the store doesn't know the condition
  };
  /// Sends two conditional Completes at once, to a name where nothing stands.
  Race race() {
    struct Runner {
      std::string upload_id;
      s3::UploadedPart part;
      std::optional<Error> error;
    };
    std::array<Runner, 2> runners;
    for (Runner& runner : runners) {
      runner.upload_id = start(false);
      runner.part = upload(runner.upload_id, false);
    }
    base::TaskGroup threads;
    for (Runner& runner : runners) {
      threads.spawn([this, &runner](const std::stop_token&) {
        try {
          complete(runner.upload_id, runner.part, false, true);
        } catch (const Error& error) {
          runner.error = error;
        }
      });
    }
    threads.wait();
    Race race;
    for (const Runner& runner : runners) {
      if (!runner.error || runner.error->kind() == ErrorKind::no_upload) {
        ++race.won;  // no error, or it took effect and its answer was lost
      } else if (s3::is_refusal(runner.error->kind())) {
        race.refused = true;
      } else if (runner.error->kind() != ErrorKind::precondition_failed) {
        throw *runner.error;
      }
    }
    has_unfinished_ = race.won < 2;
    return race;
  }

  /// Makes the object, whatever stands there.
  void make() {
    const std::string upload_id = start(false);
    complete(upload_id, upload(upload_id, false), false, false);
  }
  /// Makes the object with a checksum of the whole object. False: the store refused the checksum, and the
  /// object was made without it.
  bool make_with_checksum() {
    try {
      const std::string upload_id = start(true);
      complete(upload_id, upload(upload_id, true), true, false);
      return true;
    } catch (const Error& error) {
      // A store that doesn't know the headers may refuse them. If it refuses every write, make() throws.
      if (!s3::is_refusal(error.kind())) throw;
      make();
      return false;
    }
  }
  bool tells_checksum(const s3::ObjectHead& head) const {
    return head.whole_checksum("CRC32") == base::to_base64(base::crc32_bytes(base::crc32(kBody)));
  }

  bool has_uploads_listed_by_prefix() {
    if (!std::exchange(has_unfinished_, true)) start(false);
    expect_going();
    return is_listed_by_prefix(store_, bucket_, key_);
  }

  /// Aborts the uploads that were completed, and at least one that was not. Returns what stands there
  /// afterwards.
  std::optional<s3::ObjectHead> abort_all() {
    if (!has_unfinished_) start(false);
    for (const std::string& upload_id : started_) {
      expect_going();
      store_.abort_multipart_upload(bucket_, key_, upload_id);
    }
    expect_going();
    return store_.head_object(bucket_, key_);
  }

  /// Puts a second object, which nobody aborts an upload of. Call it before the object is made: a process
  /// that finds the object then finds the control, too. It deletes the control first, whose key is the first.
  void put_control() {
    expect_going();
    s3::PutObjectRequest request;
    request.bucket = bucket_;
    request.key = control_key_;
    request.attributes.content_type = "text/plain";
    has_control_ = true;
    store_.put_object(request, kBody);
  }
  bool is_control_there() {
    expect_going();
    return store_.head_object(bucket_, control_key_).has_value();
  }

  void remove() {
    std::vector<s3::DeleteItem> items(has_control_ ? 2 : 1);
    items[0].key = key_;
    if (has_control_) items[1].key = control_key_;
    const std::vector<s3::DeleteResult> results =
        store_.delete_objects(bucket_, items, s3::ObjectStore::Resend::allowed);
    const s3::DeleteResult& left = results.at(0);
    if (left.outcome != s3::DeleteResult::Outcome::refused) return;
    // A run that loses a race must remove its manifest. A run that may not delete in its own catalog can't
    // keep the protocol.
    throw Error(ErrorKind::access_denied,
                fmt::format("the bucket must allow s3:DeleteObject under {}", kCatalogPrefix),
                {.operation = "DeleteObjects", .resource = bucket_, .code = left.code});
  }

  /// Cleans up after an error. The caller reports that error, so errors here are ignored. gc finds what
  /// stays.
  void try_to_remove() {
    if (stop_.stop_requested()) return;  // the user who stopped the run doesn't wait for a clean-up
    for (const std::string& upload_id : started_) {
      try {
        store_.abort_multipart_upload(bucket_, key_, upload_id);
      } catch (const Error&) {
        continue;
      }
    }
    try {
      remove();
    } catch (const Error&) {
      return;
    }
  }

  base::ErrorContext context() const {
    return {.operation = "AbortMultipartUpload", .resource = bucket_ + "/" + key_};
  }

 private:
  /// Called before each request: there are many, and a slow store may take seconds for each.
  void expect_going() const {
    if (stop_.stop_requested())
      throw Error(ErrorKind::cancelled, "stopped while asking what the store can do", context());
  }

  std::string start(bool checksum) {
    expect_going();
    s3::CreateMultipartUploadRequest request;
    request.bucket = bucket_;
    request.key = key_;
    request.attributes.content_type = "text/plain";
    request.full_object_crc32 = checksum;
    return started_.emplace_back(store_.create_multipart_upload(request));
  }

  s3::UploadedPart upload(const std::string& upload_id, bool checksum) {
    expect_going();
    s3::UploadPartRequest part;
    part.bucket = bucket_;
    part.key = key_;
    part.upload_id = upload_id;
    part.part_number = 1;
    part.body = kBody;
    part.md5 = base::md5(kBody);
    if (checksum) part.crc32 = base::crc32(kBody);
    return store_.upload_part(part);
  }

  void complete(const std::string& upload_id, const s3::UploadedPart& part, bool checksum,
                bool if_none_match) {
    expect_going();
    s3::CompleteMultipartUploadRequest request;
    request.bucket = bucket_;
    request.key = key_;
    request.upload_id = upload_id;
    request.parts = {part};
    request.if_none_match = if_none_match;
    if (checksum) request.full_object_crc32 = base::crc32(kBody);
    if (checksum) request.object_size_bytes = kBody.size();  // as for an archive
    store_.complete_multipart_upload(request);
  }

  s3::ObjectStore& store_;
  const std::string& bucket_;
  const std::string key_;
  const std::string control_key_;
  const std::stop_token stop_;
  std::vector<std::string> started_;  ///< upload ids
  bool has_control_ = false;
  bool has_unfinished_ = false;  ///< at least one of these was not completed
};

/// The powers to try, besides the aborts.
struct Wanted {
  bool conditional_complete = false;
  bool additional_checksums = false;
  bool upload_listing = false;
};

/// nullopt: the object was gone after the aborts.
std::optional<StorePowers> try_once(s3::ObjectStore& store, ProbeObject& object, const Wanted& wanted) {
  StorePowers powers;
  if (wanted.conditional_complete) {
    const ProbeObject::Race race = object.race();
    powers.takes_complete_condition = !race.refused;
    // One refused Complete proves nothing: the two may have come one after the other.
    powers.holds_complete_condition = !race.refused && race.won <= 1;
    powers.conditional_complete = powers.holds_complete_condition && store.completes_atomically();
  }
  bool with_checksum = false;
  if (wanted.additional_checksums) {
    with_checksum = object.make_with_checksum();
  } else {
    object.make();
  }
  if (wanted.upload_listing) powers.lists_uploads_by_prefix = object.has_uploads_listed_by_prefix();
  const std::optional<s3::ObjectHead> head = object.abort_all();
  if (!head) return std::nullopt;
  powers.additional_checksums = with_checksum && object.tells_checksum(*head);
  return powers;
}

StorePowers probe(s3::ObjectStore& store, const std::string& bucket, std::string_view id,
                  const Wanted& wanted, std::string_view not_done, const std::stop_token& stop) {
  bool disturbed = false;
  base::ErrorContext context;
  for (int attempt = 1; attempt <= kAttempts; ++attempt) {
    // A new name for each attempt: a delete that gc sent to the old name may still be on its way.
    ProbeObject object(store, bucket, fmt::format("{}-{}", probe_key(id), attempt), stop);
    context = object.context();
    try {
      const bool with_control = attempt > 1;  // at first nothing points to another process
      if (with_control) object.put_control();
      if (const auto powers = try_once(store, object, wanted)) {
        object.remove();
        return *powers;
      }
      if (with_control && !object.is_control_there()) disturbed = true;
      object.remove();
    } catch (const Error& error) {
      object.try_to_remove();
      if (error.kind() != ErrorKind::no_upload) throw;
      disturbed = true;
    }
  }
  if (disturbed) {
    throw Error(
        ErrorKind::transient,
        fmt::format("another process (gc or a lifecycle rule) keeps removing the objects and uploads of "
                    "the store probe; {}",
                    not_done),
        context);
  }
  throw Error(ErrorKind::unsupported,
              fmt::format("AbortMultipartUpload on this store removes the finished object at that name: "
                          "archives would not be safe here; {}",
                          not_done),
              context);
}

}  // namespace

StorePowers find_powers(s3::ObjectStore& archive, const std::string& archive_bucket, const FixedPowers& fixed,
                        const std::stop_token& stop) {
  const Wanted wanted{!fixed.conditional_complete, !fixed.additional_checksums, true};
  StorePowers powers =
      probe(archive, archive_bucket, base::make_ulid(archive.now()), wanted, "nothing was archived", stop);
  powers.conditional_complete = fixed.conditional_complete.value_or(powers.conditional_complete);
  powers.additional_checksums = fixed.additional_checksums.value_or(powers.additional_checksums);
  return powers;
}

bool probe_upload_listing(s3::ObjectStore& store, const std::string& bucket, std::string_view id) {
  s3::CreateMultipartUploadRequest request;
  request.bucket = bucket;
  request.key = probe_key(id) + "-upload";
  request.attributes.content_type = "text/plain";
  const std::string upload_id = store.create_multipart_upload(request);
  const bool listed = is_listed_by_prefix(store, bucket, request.key);
  store.abort_multipart_upload(bucket, request.key, upload_id);
  return listed;
}

void check_aborts(s3::ObjectStore& store, const std::string& bucket, std::string_view id,
                  std::string_view not_done, const std::stop_token& stop) {
  probe(store, bucket, id, {}, not_done, stop);
}

bool tells_tag_counts(s3::ObjectStore& store, const std::string& bucket, const std::stop_token& stop) {
  if (stop.stop_requested())
    throw Error(ErrorKind::cancelled, "stopped while asking what the store can do",
                {.operation = "PutObject", .resource = bucket});
  const std::string key = probe_key(base::make_ulid(store.now())) + "-tagged";
  s3::PutObjectRequest request;
  request.bucket = bucket;
  request.key = key;
  request.attributes.content_type = "text/plain";
  request.attributes.tags = {{"s3compress", "probe"}};
  try {
    store.put_object(request, kBody);
    const bool tells = store.get_object({.bucket = bucket, .key = key}).head.tag_count > 0;
    Catalog(store, bucket).remove_object(key);
    return tells;
  } catch (const Error& error) {
    // The store may refuse tags, or another process (gc) may have removed the object.
    if (error.worth_retrying()) throw;
    return false;
  }
}

}  // namespace s3c::catalog
