#include "support/fake_store.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "base/encoding.h"
#include "base/hash.h"

namespace s3c::support {

using base::Error;
using base::ErrorKind;
using base::MutexLock;

base::Error store_error(ErrorKind kind, const std::string& code) {
  return Error(kind, "the fake store says " + code,
               {.operation = "fake", .code = code, .request_id = "fake-request"});
}

namespace {

/// The bytes of a body that a range asks for, cut at its end.
std::string piece(const std::string& body, const std::optional<s3::ByteRange>& range) {
  if (!range) return body;
  if (range->offset >= body.size()) throw store_error(ErrorKind::invalid_argument, "InvalidRange");
  return body.substr(range->offset, range->size_bytes);
}

}  // namespace

s3::ObjectHead head_of(const StoredObject& object) {
  s3::ObjectHead head;
  head.size_bytes = object.body.size();
  head.etag = object.etag;
  // HTTP dates have whole seconds.
  head.last_modified = std::chrono::floor<std::chrono::seconds>(object.last_modified);
  head.version_id = object.version_id;
  head.storage_class = object.storage_class;
  head.content_type = object.content_type;
  head.system_headers = object.system_headers;
  head.metadata = object.metadata;
  head.checksums = object.checksums;
  head.tag_count = static_cast<int>(object.tags.size());
  head.server_side_encryption = object.server_side_encryption;
  head.lock = object.lock;
  head.thaw = object.thaw;
  return head;
}

void FakeStore::make_bucket(const std::string& name) {
  MutexLock lock(mutex_);
  buckets_[name];
}

void FakeStore::put(const std::string& name, const std::string& key, const std::string& body) {
  StoredObject object;
  object.body = body;
  object.etag = base::to_hex(base::md5(body));
  MutexLock lock(mutex_);
  buckets_[name];
  // Not a loss: the writer of the source owns its objects.
  keep_version(name, key);
  if (versioned) object.version_id = new_version_id();
  object.last_modified = time() + std::chrono::milliseconds(++stored_);
  buckets_[name][key] = std::move(object);
}

void FakeStore::edit(const std::string& name, const std::string& key,
                     const std::function<void(StoredObject&)>& change) {
  MutexLock lock(mutex_);
  change(buckets_.at(name).at(key));
}

void FakeStore::erase(const std::string& name, const std::string& key) {
  MutexLock lock(mutex_);
  buckets_.at(name).erase(key);
}

Bucket FakeStore::objects(const std::string& name) const {
  MutexLock lock(mutex_);
  return buckets_.at(name);
}

std::set<std::string> FakeStore::keys(const std::string& name) const {
  std::set<std::string> keys;
  for (const auto& [key, object] : objects(name)) keys.insert(key);
  return keys;
}

std::size_t FakeStore::open_uploads() const {
  MutexLock lock(mutex_);
  return uploads_.size();
}

std::multiset<std::string> FakeStore::upload_keys() const {
  MutexLock lock(mutex_);
  std::multiset<std::string> keys;
  for (const auto& [id, upload] : uploads_) keys.insert(upload.request.key);
  return keys;
}

std::vector<Call> FakeStore::journal() const {
  MutexLock lock(mutex_);
  return journal_;
}

std::vector<Call> FakeStore::calls(Op op, const std::string& key_part) const {
  std::vector<Call> found;
  for (const Call& c : journal()) {
    if (c.op == op && c.key.find(key_part) != std::string::npos) found.push_back(c);
  }
  return found;
}

void FakeStore::forget_journal() {
  MutexLock lock(mutex_);
  journal_.clear();
}

std::string FakeStore::complete_now(const s3::CompleteMultipartUploadRequest& request) {
  MutexLock lock(mutex_);
  return complete(request);
}

s3::CompleteMultipartUploadRequest FakeStore::last_complete() const {
  MutexLock lock(mutex_);
  return last_complete_;
}

Bucket& FakeStore::bucket(const std::string& name) {
  const auto found = buckets_.find(name);
  if (found == buckets_.end()) throw store_error(ErrorKind::no_bucket, "NoSuchBucket");
  return found->second;
}

void FakeStore::store(const std::string& name, const std::string& key, StoredObject object) {
  Bucket& objects = bucket(name);
  if (objects.contains(key) && on_loss) on_loss(buckets_, name, key);
  keep_version(name, key);
  if (versioned) object.version_id = new_version_id();
  object.last_modified = time() + std::chrono::milliseconds(++stored_);
  objects[key] = std::move(object);
}

void FakeStore::head_bucket(const std::string& name) {
  Call what;
  what.op = Op::head_bucket;
  what.bucket = name;
  call(what, [&] {
    MutexLock lock(mutex_);
    if (!buckets_.contains(name)) throw store_error(ErrorKind::no_bucket, "");
  });
}

s3::ListObjectsPage FakeStore::list_objects(const s3::ListObjectsRequest& request) {
  Call what;
  what.op = Op::list;
  what.bucket = request.bucket;
  what.key = request.prefix;
  what.range_or_token = request.continuation_token;
  return call(what, [&] {
    if (!base::is_utf8(request.start_after))
      throw store_error(ErrorKind::invalid_argument, "InvalidArgument");
    s3::ListObjectsPage page;
    {
      MutexLock lock(mutex_);
      const Bucket& objects = bucket(request.bucket);
      const std::string& from =
          request.continuation_token.empty() ? request.start_after : request.continuation_token;
      std::string last;
      for (auto it = objects.lower_bound(std::max(from, request.prefix)); it != objects.end(); ++it) {
        const std::string& key = it->first;
        if (key.compare(0, request.prefix.size(), request.prefix) > 0) break;
        if (!key.starts_with(request.prefix) || key <= from) continue;
        std::string folder;
        if (!request.delimiter.empty()) {
          const std::size_t at = key.find(request.delimiter, request.prefix.size());
          if (at != std::string::npos) folder = key.substr(0, at + request.delimiter.size());
        }
        if (!folder.empty() &&
            (folder == from || (!page.common_prefixes.empty() && page.common_prefixes.back() == folder)))
          continue;
        if (page.objects.size() + page.common_prefixes.size() ==
            std::min(page_size, static_cast<std::size_t>(request.max_keys))) {
          page.next_continuation_token = last;
          break;
        }
        last = folder.empty() ? key : folder;
        if (!folder.empty()) {
          page.common_prefixes.push_back(folder);
          continue;
        }
        s3::ObjectSummary summary;
        summary.key = key;
        summary.size_bytes = it->second.body.size();
        summary.etag = it->second.etag;
        summary.last_modified = it->second.last_modified;
        summary.storage_class = it->second.storage_class;
        if (request.with_thaw_state) summary.thaw = thaw_of(it->second);
        page.objects.push_back(std::move(summary));
      }
    }
    if (alter_list) alter_list(request, page);
    return page;
  });
}

void FakeStore::get_objects(s3::GetObjectSource& source, std::size_t max_in_flight) {
  std::vector<s3::GetObjectRequest> begun;
  do {
    begun.clear();
    while (begun.size() < max_in_flight) {
      if (stop_get_objects && stop_get_objects()) break;
      std::optional<s3::GetObjectRequest> request =
          begun.empty() ? source.next(0) : source.try_next(begun.size());
      if (!request) break;
      begun.push_back(*std::move(request));
    }
    for (std::size_t slot = 0; slot < begun.size(); ++slot) {
      if (during_get_objects) during_get_objects(begun[slot].key);
      end_get(source, slot, std::move(begun[slot]));
    }
  } while (!begun.empty());
}

void FakeStore::end_get(s3::GetObjectSource& source, std::size_t slot, s3::GetObjectRequest request) {
  std::optional<s3::GetObjectResult> got;
  try {
    got = get_object(request);
  } catch (const Error& error) {
    request.failed_try = s3::FailedTry{error};
  } catch (const std::exception&) {
    request.failed_try.reset();  // as the client: get_object() is to meet it
  }
  if (got) {
    source.got(slot, *std::move(got));
  } else {
    source.not_got(slot, std::move(request));
  }
}

s3::GetObjectResult FakeStore::get_object(const s3::GetObjectRequest& request) {
  if (request.failed_try) throw request.failed_try->error;
  Call what;
  what.op = Op::get;
  what.bucket = request.bucket;
  what.key = request.key;
  what.if_match = request.if_match;
  return call(what, [&] {
    s3::GetObjectResult result;
    {
      MutexLock lock(mutex_);
      const StoredObject& object = readable(request);
      result.head = head_now(object);
      if (request.range) result.head.checksums.clear();  // of the whole object: S3 tells none of a piece
      result.body = piece(object.body, request.range);
      if (request.expected_size_bytes && !ignores_if_match &&
          *request.expected_size_bytes != result.body.size())
        throw store_error(ErrorKind::precondition_failed, "");
    }
    if (alter_get) alter_get(request.key, result);
    return result;
  });
}

s3::ObjectHead FakeStore::read_object(const s3::GetObjectRequest& request, const s3::BodySink& sink) {
  Call what;
  what.op = Op::read;
  what.bucket = request.bucket;
  what.key = request.key;
  what.if_match = request.if_match;
  return call(what, [&] {
    StoredObject object;
    {
      MutexLock lock(mutex_);
      object = readable(request);
    }
    s3::ObjectHead head = head_now(object);  // of the whole object, whatever the range
    if (request.range) head.checksums.clear();
    object.body = piece(object.body, request.range);
    if (alter_read) alter_read(request.key, object.body);
    constexpr std::size_t kChunk = std::size_t{1} << 20;
    for (std::size_t at = 0; at < object.body.size(); at += kChunk) {
      if (during_read) during_read(request.key, at);
      sink(std::string_view(object.body).substr(at, kChunk));
    }
    return head;
  });
}

std::optional<s3::ObjectHead> FakeStore::head_object(const std::string& name, const std::string& key) {
  Call what;
  what.op = Op::head;
  what.bucket = name;
  what.key = key;
  return call(what, [&]() -> std::optional<s3::ObjectHead> {
    std::optional<s3::ObjectHead> head;
    {
      MutexLock lock(mutex_);
      Bucket& objects = bucket(name);
      const auto found = objects.find(key);
      if (found != objects.end() && !absent_to_head.contains(key)) {
        StoredObject& object = found->second;
        if (object.thaw.kind == s3::ThawState::Kind::in_progress && object.thaw_polls_left-- == 0)
          object.thaw.kind = s3::ThawState::Kind::thawed;
        head = head_now(object);
      }
    }
    if (head && alter_head) alter_head(key, *head);
    return head;
  });
}

std::map<std::string, std::string> FakeStore::get_object_tagging(const std::string& name,
                                                                 const std::string& key,
                                                                 const std::string& version_id) {
  Call what;
  what.op = Op::tagging;
  what.bucket = name;
  what.key = key;
  return call(what, [&] {
    MutexLock lock(mutex_);
    return find(name, key, version_id).tags;
  });
}

s3::RestoreOutcome FakeStore::restore_object(const s3::RestoreObjectRequest& request) {
  using Kind = s3::ThawState::Kind;
  Call what;
  what.op = Op::restore;
  what.bucket = request.bucket;
  what.key = request.key;
  return call(what, [&] {
    if (!restores) throw store_error(ErrorKind::unsupported, "NotImplemented");
    MutexLock lock(mutex_);
    find(request.bucket, request.key, "");
    StoredObject& object = bucket(request.bucket).at(request.key);
    const Kind kind = thaw_of(object).kind;
    if (kind == Kind::not_frozen) throw store_error(ErrorKind::wrong_state, "InvalidObjectState");
    if (kind == Kind::in_progress) return s3::RestoreOutcome::in_progress;
    if (request.days) object.thaw.expires_at = time() + std::chrono::days(*request.days);
    if (kind == Kind::thawed) return s3::RestoreOutcome::extended;
    object.thaw.kind = thaw_polls == 0 ? Kind::thawed : Kind::in_progress;
    object.thaw_polls_left = thaw_polls;
    return s3::RestoreOutcome::started;
  });
}

StoredObject FakeStore::with_attributes(const s3::ObjectAttributes& attributes) const {
  constexpr std::size_t kMaxTags = 10;
  if (attributes.tags.size() > kMaxTags) throw store_error(ErrorKind::invalid_argument, "InvalidTag");
  StoredObject object;
  object.content_type = attributes.content_type;
  object.system_headers = attributes.system_headers;
  object.metadata = attributes.metadata;
  object.tags = attributes.tags;
  object.lock = attributes.lock;
  if (!attributes.storage_class.empty()) object.storage_class = attributes.storage_class;
  if (freezes_archives && (object.storage_class == "GLACIER" || object.storage_class == "DEEP_ARCHIVE"))
    object.thaw.kind = s3::ThawState::Kind::frozen;
  return object;
}

std::string FakeStore::put_object(const s3::PutObjectRequest& request, std::string_view body) {
  Call what;
  what.op = Op::put;
  what.bucket = request.bucket;
  what.key = request.key;
  return call(what, [&] {
    StoredObject object = with_attributes(request.attributes);
    object.body = body;
    object.etag = kms_puts ? part_etag(object.body) : base::to_hex(base::md5(body));
    if (powers_.checksums && request.checksum) {
      object.checksums = {*request.checksum};
      object.checksums[0].type = "FULL_OBJECT";
      if (request.checksum->algorithm == "CRC32" &&
          request.checksum->value != base::to_base64(base::crc32_bytes(base::crc32(body))))
        throw store_error(ErrorKind::corrupt, "BadDigest");
    }
    const std::string etag = object.etag;
    MutexLock lock(mutex_);
    if (request.if_none_match && !ignores_put_condition && bucket(request.bucket).contains(request.key))
      throw store_error(ErrorKind::precondition_failed, "PreconditionFailed");
    store(request.bucket, request.key, std::move(object));
    return etag;
  });
}

std::string FakeStore::create_multipart_upload(const s3::CreateMultipartUploadRequest& request) {
  Call what;
  what.op = Op::create;
  what.bucket = request.bucket;
  what.key = request.key;
  return call(what, [&] {
    if (refuses_checksum_header && request.full_object_crc32)
      throw store_error(ErrorKind::invalid_argument, "InvalidArgument");
    with_attributes(request.attributes);  // refuses here what Complete would write
    MutexLock lock(mutex_);
    bucket(request.bucket);
    const std::string id = "upload" + std::to_string(++created_);
    uploads_[id].request = request;
    uploads_[id].initiated = time();
    return id;
  });
}

std::string FakeStore::part_etag(const std::string& body) const {
  return base::to_hex(base::md5(kms ? "kms" + body : body));
}

s3::UploadedPart FakeStore::upload_part(const s3::UploadPartRequest& request) {
  Call what;
  what.op = Op::part;
  what.bucket = request.bucket;
  what.key = request.key;
  what.upload_id = request.upload_id;
  what.part_size_bytes = request.body.size();
  return call(what, [&] {
    MutexLock lock(mutex_);
    const auto upload = uploads_.find(request.upload_id);
    if (upload == uploads_.end()) throw store_error(ErrorKind::no_upload, "NoSuchUpload");
    if (base::md5(request.body) != request.md5 ||
        (powers_.checksums && request.crc32.value_or(base::crc32(request.body)) != base::crc32(request.body)))
      throw store_error(ErrorKind::corrupt, "BadDigest");
    const std::string body(request.body);
    upload->second.parts[request.part_number] = body;
    s3::UploadedPart part;
    part.part_number = request.part_number;
    part.etag = part_etag(body);
    part.crc32 = request.crc32;
    return part;
  });
}

s3::UploadedPart FakeStore::upload_part_copy(const s3::UploadPartCopyRequest& request) {
  Call what;
  what.op = Op::part_copy;
  what.bucket = request.bucket;
  what.key = request.key;
  what.upload_id = request.upload_id;
  what.if_match = request.source_etag;
  return call(what, [&] {
    MutexLock lock(mutex_);
    const auto upload = uploads_.find(request.upload_id);
    if (upload == uploads_.end()) throw store_error(ErrorKind::no_upload, "NoSuchUpload");
    const StoredObject& source =
        readable({.bucket = request.bucket, .key = request.source_key, .if_match = request.source_etag});
    if (request.range && source.body.size() <= (5u << 20))
      throw store_error(ErrorKind::invalid_argument, "InvalidRequest");
    const std::string body = piece(source.body, request.range);
    upload->second.parts[request.part_number] = body;
    return s3::UploadedPart{.part_number = request.part_number, .etag = part_etag(body), .crc32 = {}};
  });
}

std::string FakeStore::complete(const s3::CompleteMultipartUploadRequest& request) {
  const auto found = uploads_.find(request.upload_id);
  if (found == uploads_.end()) throw store_error(ErrorKind::no_upload, "NoSuchUpload");
  Upload& upload = found->second;
  const bool blind = blind_completes > 0 && blind_completes-- > 0;
  if (powers_.conditional_complete && request.if_none_match && !blind &&
      bucket(request.bucket).contains(request.key))
    throw store_error(ErrorKind::precondition_failed, "PreconditionFailed");
  if (powers_.conditional_complete && !request.if_match.empty() &&
      find(request.bucket, request.key, "").etag != request.if_match)
    throw store_error(ErrorKind::precondition_failed, "PreconditionFailed");
  StoredObject object = with_attributes(upload.request.attributes);
  std::string md5s;
  for (const s3::UploadedPart& part : request.parts) {
    const auto body = upload.parts.find(part.part_number);
    if (body == upload.parts.end() || part_etag(body->second) != part.etag)
      throw store_error(ErrorKind::invalid_argument, "InvalidPart");
    object.body += body->second;
    md5s += *base::from_hex(part.etag);
  }
  if (powers_.checksums) {
    if (request.object_size_bytes && *request.object_size_bytes != object.body.size())
      throw store_error(ErrorKind::invalid_argument, "InvalidRequest");
    const std::uint32_t crc32 = base::crc32(object.body);
    if (request.full_object_crc32 && *request.full_object_crc32 != crc32)
      throw store_error(ErrorKind::corrupt, "BadDigest");
    if (upload.request.full_object_crc32)
      object.checksums = {{"CRC32", base::to_base64(base::crc32_bytes(crc32)), "FULL_OBJECT"}};
  }
  object.etag = base::to_hex(base::md5(md5s)) + "-" + std::to_string(request.parts.size());
  object.server_side_encryption = kms ? "aws:kms" : upload.request.encryption.algorithm;
  const std::string etag = object.etag;
  store(request.bucket, request.key, std::move(object));
  uploads_.erase(found);
  return etag;
}

std::string FakeStore::complete_multipart_upload(const s3::CompleteMultipartUploadRequest& request) {
  Call what;
  what.op = Op::complete;
  what.bucket = request.bucket;
  what.key = request.key;
  what.upload_id = request.upload_id;
  {
    MutexLock lock(mutex_);
    last_complete_ = request;
  }
  return call(what, [&] {
    MutexLock lock(mutex_);
    return complete(request);
  });
}

void FakeStore::abort_multipart_upload(const std::string& name, const std::string& key,
                                       const std::string& upload_id) {
  Call what;
  what.op = Op::abort;
  what.bucket = name;
  what.key = key;
  what.upload_id = upload_id;
  call(what, [&] {
    MutexLock lock(mutex_);
    uploads_.erase(upload_id);
  });
}

s3::ListMultipartUploadsPage FakeStore::list_multipart_uploads(const std::string& name,
                                                               const std::string& prefix,
                                                               const std::string& key_marker,
                                                               const std::string& upload_id_marker) {
  Call what;
  what.op = Op::uploads;
  what.bucket = name;
  what.key = prefix;
  return call(what, [&] {
    MutexLock lock(mutex_);
    bucket(name);
    std::map<std::pair<std::string, std::string>, base::Timestamp> sorted;
    for (const auto& [id, upload] : uploads_) {
      if (upload.request.bucket == name && upload.request.key.starts_with(prefix))
        sorted[{upload.request.key, id}] = upload.initiated;
    }
    s3::ListMultipartUploadsPage page;
    for (auto it = sorted.upper_bound({key_marker, upload_id_marker}); it != sorted.end(); ++it) {
      if (page.uploads.size() == page_size) {
        page.truncated = true;
        page.next_key_marker = page.uploads.back().key;
        page.next_upload_id_marker = page.uploads.back().upload_id;
        break;
      }
      page.uploads.push_back({it->first.first, it->first.second, it->second});
    }
    if (alter_uploads) alter_uploads(page);
    return page;
  });
}

}  // namespace s3c::support
