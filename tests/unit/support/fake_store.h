// An S3 store in memory that keeps a journal, fails on request, lies on request, and can lack the powers that
// not every store has. tests/contract/ shows that it behaves like the real ones where nothing of that is asked. Hooks are called without the store's lock, so they may use the store themselves: as
// another writer, or as a Complete that arrives late. Any thread; hooks are set before the first call.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/mutex.h"
#include "s3/object_store.h"
#include "support/fake_clock.h"

namespace s3c::support {

struct StoredObject {
  std::string body;
  std::string etag;
  base::Timestamp last_modified{};
  std::string version_id;
  std::string storage_class = "STANDARD";
  std::string content_type;
  std::map<std::string, std::string> system_headers;
  std::map<std::string, std::string> metadata;
  std::vector<s3::Checksum> checksums;
  std::map<std::string, std::string> tags;
  std::string server_side_encryption;
  s3::ObjectLock lock;
  s3::ThawState thaw{};     ///< frozen: GETs are refused until a restore is over
  int thaw_polls_left = 0;  ///< HEADs that still see a restore in progress
};

using Bucket = std::map<std::string, StoredObject>;

enum class Op {
  head_bucket,
  list,
  versions,
  get,
  read,
  head,
  tagging,
  restore,
  put,
  create,
  part,
  part_copy,
  complete,
  abort,
  uploads,
  del,     ///< DeleteObjects
  del_one  ///< DeleteObject
};

/// One call, as the journal keeps it.
struct Call {
  Op op = Op::head;
  std::string bucket;
  std::string key;        ///< of lists the prefix, of deletes the first key
  std::string upload_id;  ///< of multipart calls
  std::vector<s3::DeleteItem> items;
  s3::ObjectStore::Resend resend = s3::ObjectStore::Resend::allowed;
  std::string range_or_token;
  std::string if_match;  ///< of GETs
  std::uint64_t part_size_bytes = 0;
  int number = 0;  ///< of all calls, from 1, in the order they began
  int began = 0;   ///< when, on a clock that counts beginnings and ends
  int ended = 0;   ///< when it was acknowledged; 0: it failed
};

class FakeStore final : public s3::ObjectStore {
 public:
  struct Powers {
    bool conditional_complete = true;
    bool checksums = true;
    bool conditional_delete = true;                      ///< in DeleteObjects
    std::optional<bool> conditional_single_delete = {};  ///< in DeleteObject; nullopt: as the other one
  };
  FakeStore() : FakeStore(Powers{}) {}
  explicit FakeStore(Powers powers) : powers_(powers) {}

  // Behaviour, set by the test before it starts.
  std::function<void(const Call&)> before = {};  ///< throws: the call had no effect
  std::function<void(const Call&)> after = {};   ///< throws: it had, but its answer is lost
  std::function<void(const std::string& key, s3::ObjectHead&)> alter_head = {};  ///< of HEAD
  std::function<void(const std::string& key, s3::GetObjectResult&)> alter_get = {};
  /// Called by get_objects() when an object's answer comes, others being in flight; throws: that ends it.
  std::function<void(const std::string& key)> during_get_objects = {};
  /// True: get_objects() begins no more, as after a stop.
  std::function<bool()> stop_get_objects = {};
  std::function<void(const std::string& key, std::string& body)> alter_read =
      {};  ///< what read_object streams
  std::function<void(const std::string& key, std::size_t offset)> during_read = {};
  std::function<void(const s3::ListObjectsRequest&, s3::ListObjectsPage&)> alter_list = {};
  std::function<void(std::vector<s3::DeleteResult>&)> alter_delete = {};
  std::function<void(s3::ListMultipartUploadsPage&)> alter_uploads = {};
  /// Called under the lock for every object that a call removes or replaces.
  std::function<void(const std::map<std::string, Bucket>&, const std::string& bucket, const std::string& key)>
      on_loss = {};
  std::size_t page_size = 1000;
  /// The store's clock: by default it stands still at the time a FakeClock begins with. Each object that is
  /// written is a millisecond later than the one before.
  std::function<base::Timestamp()> time = [] { return FakeClock().now(); };
  bool refuses_checksum_header = false;
  bool refuses_delete_conditions = false;  ///< the whole request, as malformed
  bool ignores_if_match = false;
  bool ignores_put_condition = false;
  std::set<std::string> absent_to_head = {};  ///< keys that HEAD doesn't know, though they are listed
  bool kms = false;                           ///< ETags of uploads are no MD5s
  bool kms_puts = false;                      ///< with kms: those of PUTs neither
  bool versioned = false;                     ///< the buckets keep versions
  bool suspended = false;                     ///< beside versioned: from now on it doesn't
  bool has_delete_objects = true;
  bool is_known = true;  ///< for atomic conditional Completes, if it has conditional ones
  bool is_known_to_tell_tags = true;
  bool tells_tags = true;         ///< GET and HEAD tell the number of an object's tags
  int blind_completes = 0;        ///< so many conditional Completes see nothing at their name
  bool freezes_archives = false;  ///< what is written in GLACIER or DEEP_ARCHIVE is frozen
  bool restores = true;           ///< false: RestoreObject is unsupported
  int thaw_polls = 0;             ///< how many HEADs see a restore in progress before it is over

  // The test's own hands.
  void make_bucket(const std::string& bucket);
  void put(const std::string& bucket, const std::string& key, const std::string& body);
  void edit(const std::string& bucket, const std::string& key,
            const std::function<void(StoredObject&)>& change);
  void erase(const std::string& bucket, const std::string& key);
  Bucket objects(const std::string& bucket) const;
  std::set<std::string> keys(const std::string& bucket) const;
  /// Ids of all versions of a key and of its delete markers ("marker …"), oldest first.
  std::vector<std::string> versions(const std::string& bucket, const std::string& key) const;
  std::size_t open_uploads() const;
  /// Keys of the unfinished uploads, one for each.
  std::multiset<std::string> upload_keys() const;
  std::vector<Call> journal() const;
  std::vector<Call> calls(Op op, const std::string& key_part = "") const;
  void forget_journal();
  /// The effect of a Complete, without hooks and journal.
  std::string complete_now(const s3::CompleteMultipartUploadRequest& request);
  /// The request of the latest Complete, however it ended.
  s3::CompleteMultipartUploadRequest last_complete() const;

  base::Timestamp now() const override { return time(); }
  void head_bucket(const std::string& bucket) override;
  s3::ListObjectsPage list_objects(const s3::ListObjectsRequest& request) override;
  s3::ListObjectVersionsPage list_object_versions(const s3::ListObjectVersionsRequest& request) override;
  /// A request with a failed try meets what a client that may not try again meets: that failure.
  s3::GetObjectResult get_object(const s3::GetObjectRequest& request) override;
  /// By get_object(); as many as source has are begun, then all of them end, one after the other.
  void get_objects(s3::GetObjectSource& source, std::size_t max_in_flight) override;
  s3::ObjectHead read_object(const s3::GetObjectRequest& request, const s3::BodySink& sink) override;
  std::optional<s3::ObjectHead> head_object(const std::string& bucket, const std::string& key) override;
  std::map<std::string, std::string> get_object_tagging(const std::string& bucket, const std::string& key,
                                                        const std::string& version_id) override;
  s3::RestoreOutcome restore_object(const s3::RestoreObjectRequest& request) override;
  std::string put_object(const s3::PutObjectRequest& request, std::string_view body) override;
  std::string create_multipart_upload(const s3::CreateMultipartUploadRequest& request) override;
  s3::UploadedPart upload_part(const s3::UploadPartRequest& request) override;
  s3::UploadedPart upload_part_copy(const s3::UploadPartCopyRequest& request) override;
  std::string complete_multipart_upload(const s3::CompleteMultipartUploadRequest& request) override;
  void abort_multipart_upload(const std::string& bucket, const std::string& key,
                              const std::string& upload_id) override;
  s3::ListMultipartUploadsPage list_multipart_uploads(const std::string& bucket, const std::string& prefix,
                                                      const std::string& key_marker,
                                                      const std::string& upload_id_marker) override;
  std::vector<s3::DeleteResult> delete_objects(const std::string& bucket,
                                               const std::vector<s3::DeleteItem>& items,
                                               Resend resend) override;
  s3::DeleteResult delete_object(const std::string& bucket, const s3::DeleteItem& item,
                                 Resend resend) override;
  bool completes_atomically() const override { return is_known && powers_.conditional_complete; }
  bool tells_tag_counts() const override { return is_known_to_tell_tags; }

 private:
  /// A version below the current one; or a delete marker, which may be the current one.
  struct Older {
    StoredObject object;
    bool is_marker = false;
  };
  struct Upload {
    s3::CreateMultipartUploadRequest request;
    base::Timestamp initiated;
    std::map<int, std::string> parts;
  };

  /// Runs effect between the hooks and writes the journal.
  template <typename Effect>
  auto call(Call what, Effect effect);
  void end_get(s3::GetObjectSource& source, std::size_t slot, s3::GetObjectRequest request);
  Bucket& bucket(const std::string& name) S3C_REQUIRES(mutex_);
  /// The version of that id; the current one for an empty id.
  const StoredObject& find(const std::string& bucket, const std::string& key, const std::string& version_id)
      S3C_REQUIRES(mutex_);
  /// What a GET may read.
  const StoredObject& readable(const s3::GetObjectRequest& request) S3C_REQUIRES(mutex_);
  /// A thawed copy is there until its days are over.
  s3::ThawState thaw_of(const StoredObject& object) const;
  s3::ObjectHead head_now(const StoredObject& object) const;
  void store(const std::string& bucket, const std::string& key, StoredObject object) S3C_REQUIRES(mutex_);
  s3::DeleteResult remove(const std::string& bucket, const s3::DeleteItem& item, bool conditional)
      S3C_REQUIRES(mutex_);
  /// Removes exactly that version.
  void remove_version(const std::string& bucket, const s3::DeleteItem& item) S3C_REQUIRES(mutex_);
  /// Makes room for what is written over the current version.
  void keep_version(const std::string& bucket, const std::string& key) S3C_REQUIRES(mutex_);
  std::string new_version_id() const S3C_REQUIRES(mutex_);
  std::string complete(const s3::CompleteMultipartUploadRequest& request) S3C_REQUIRES(mutex_);
  std::string part_etag(const std::string& body) const;
  /// Throws Error: invalid_argument for too many tags.
  StoredObject with_attributes(const s3::ObjectAttributes& attributes) const;

  const Powers powers_;
  mutable base::Mutex mutex_;
  std::map<std::string, Bucket> buckets_ S3C_GUARDED_BY(mutex_);
  /// By bucket and key, oldest first.
  std::map<std::pair<std::string, std::string>, std::vector<Older>> older_ S3C_GUARDED_BY(mutex_);
  std::map<std::string, Upload> uploads_ S3C_GUARDED_BY(mutex_);
  std::vector<Call> journal_ S3C_GUARDED_BY(mutex_);
  s3::CompleteMultipartUploadRequest last_complete_ S3C_GUARDED_BY(mutex_);
  int ticks_ S3C_GUARDED_BY(mutex_) = 0;
  int calls_ S3C_GUARDED_BY(mutex_) = 0;
  int stored_ S3C_GUARDED_BY(mutex_) = 0;
  int created_ S3C_GUARDED_BY(mutex_) = 0;
};

template <typename Effect>
auto FakeStore::call(Call what, Effect effect) {
  std::size_t entry = 0;
  {
    base::MutexLock lock(mutex_);
    what.number = ++calls_;
    what.began = ++ticks_;
    entry = journal_.size();
    journal_.push_back(what);
  }
  const auto acknowledge = [&] {
    base::MutexLock lock(mutex_);
    if (entry < journal_.size()) journal_[entry].ended = ++ticks_;
  };
  if (before) before(what);
  if constexpr (std::is_void_v<decltype(effect())>) {
    effect();
    if (after) after(what);
    acknowledge();
  } else {
    auto result = effect();
    if (after) after(what);
    acknowledge();
    return result;
  }
}

/// An error as the client throws it.
base::Error store_error(base::ErrorKind kind, const std::string& code);
s3::ObjectHead head_of(const StoredObject& object);

}  // namespace s3c::support
