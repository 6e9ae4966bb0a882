// FakeStore: reads of objects and versions, and deletes.
#include <algorithm>
#include <utility>

#include "support/fake_store.h"

namespace s3c::support {

using base::Error;
using base::ErrorKind;
using base::MutexLock;
using Outcome = s3::DeleteResult::Outcome;

namespace {

/// How requests name a version.
std::string id_of(const StoredObject& object) {
  return object.version_id.empty() ? "null" : object.version_id;
}

}  // namespace

std::vector<std::string> FakeStore::versions(const std::string& name, const std::string& key) const {
  MutexLock lock(mutex_);
  std::vector<std::string> ids;
  if (const auto older = older_.find({name, key}); older != older_.end()) {
    for (const Older& version : older->second)
      ids.push_back((version.is_marker ? "marker " : "") + version.object.version_id);
  }
  const Bucket& objects = buckets_.at(name);
  if (const auto current = objects.find(key); current != objects.end())
    ids.push_back(current->second.version_id);
  return ids;
}

const StoredObject& FakeStore::find(const std::string& name, const std::string& key,
                                    const std::string& version_id) {
  const Bucket& objects = bucket(name);
  const auto found = objects.find(key);
  if (found != objects.end() && (version_id.empty() || version_id == id_of(found->second)))
    return found->second;
  if (version_id.empty()) throw store_error(ErrorKind::not_found, "NoSuchKey");
  if (const auto older = older_.find({name, key}); older != older_.end()) {
    for (const Older& version : older->second) {
      if (id_of(version.object) == version_id && !version.is_marker) return version.object;
    }
  }
  throw store_error(ErrorKind::not_found, "NoSuchVersion");
}

const StoredObject& FakeStore::readable(const s3::GetObjectRequest& request) {
  const StoredObject& object = find(request.bucket, request.key, request.version_id);
  if (!ignores_if_match && !request.if_match.empty() && request.if_match != object.etag)
    throw store_error(ErrorKind::precondition_failed, "PreconditionFailed");
  if (!thaw_of(object).is_readable()) throw store_error(ErrorKind::wrong_state, "InvalidObjectState");
  return object;
}

s3::ThawState FakeStore::thaw_of(const StoredObject& object) const {
  using Kind = s3::ThawState::Kind;
  if (object.thaw.kind == Kind::in_progress) return {Kind::in_progress};  // its days come with the copy
  const bool is_over = object.thaw.expires_at && *object.thaw.expires_at <= time();
  return object.thaw.kind == Kind::thawed && is_over ? s3::ThawState{Kind::frozen} : object.thaw;
}

s3::ObjectHead FakeStore::head_now(const StoredObject& object) const {
  s3::ObjectHead head = head_of(object);
  head.thaw = thaw_of(object);
  if (!tells_tags) head.tag_count = 0;
  return head;
}

std::string FakeStore::new_version_id() const {
  return suspended ? "null" : "v" + std::to_string(stored_);
}

void FakeStore::keep_version(const std::string& name, const std::string& key) {
  Bucket& objects = bucket(name);
  const auto current = objects.find(key);
  auto& older = older_[{name, key}];
  if (versioned && current != objects.end()) older.push_back({current->second, false});
  // A null version is replaced by whatever is written while versioning is suspended.
  if (suspended) std::erase_if(older, [](const Older& version) { return id_of(version.object) == "null"; });
}

s3::ListObjectVersionsPage FakeStore::list_object_versions(const s3::ListObjectVersionsRequest& request) {
  Call what;
  what.op = Op::versions;
  what.bucket = request.bucket;
  what.key = request.prefix;
  what.range_or_token = request.key_marker + "?" + request.version_id_marker;
  return call(what, [&] {
    MutexLock lock(mutex_);
    const Bucket& objects = bucket(request.bucket);
    std::set<std::string> keys;
    for (const auto& [key, object] : objects) keys.insert(key);
    for (const auto& [place, versions] : older_) {
      if (place.first == request.bucket && !versions.empty()) keys.insert(place.second);
    }
    s3::ListObjectVersionsPage page;
    const auto is_full = [&] { return page.versions.size() + page.common_prefixes.size() == page_size; };
    for (const std::string& key : keys) {
      if (!key.starts_with(request.prefix) || key < request.key_marker) continue;
      if (!request.delimiter.empty()) {
        if (const std::size_t at = key.find(request.delimiter, request.prefix.size());
            at != std::string::npos) {
          const std::string folder = key.substr(0, at + request.delimiter.size());
          if (folder == request.key_marker ||
              (!page.common_prefixes.empty() && page.common_prefixes.back() == folder))
            continue;
          if (is_full()) {
            page.truncated = true;
            return page;
          }
          page.common_prefixes.push_back(folder);
          page.next_key_marker = folder;
          page.next_version_id_marker.clear();
          continue;
        }
      }
      std::vector<Older> stack;
      if (const auto older = older_.find({request.bucket, key}); older != older_.end()) stack = older->second;
      if (const auto current = objects.find(key); current != objects.end())
        stack.push_back({current->second});
      bool skipping = key == request.key_marker;
      for (auto version = stack.rbegin(); version != stack.rend(); ++version) {
        if (skipping) {
          skipping = version->object.version_id != request.version_id_marker;
          continue;
        }
        if (is_full()) {
          page.truncated = true;
          return page;
        }
        s3::ObjectVersion listed;
        listed.object.key = key;
        listed.object.last_modified = version->object.last_modified;
        listed.version_id = id_of(version->object);
        listed.is_latest = version == stack.rbegin();
        listed.is_delete_marker = version->is_marker;
        if (!version->is_marker) {
          listed.object.size_bytes = version->object.body.size();
          listed.object.etag = version->object.etag;
          listed.object.storage_class = version->object.storage_class;
        }
        page.versions.push_back(std::move(listed));
        page.next_key_marker = key;
        page.next_version_id_marker = page.versions.back().version_id;
      }
    }
    return page;
  });
}

s3::DeleteResult FakeStore::remove(const std::string& name, const s3::DeleteItem& item, bool conditional) {
  s3::DeleteResult result;
  result.key = item.key;
  result.version_id = item.version_id;
  Bucket& objects = bucket(name);
  const auto found = objects.find(item.key);
  if (!item.version_id.empty()) {
    remove_version(name, item);
    return result;
  }
  conditional = conditional && !item.etag.empty();
  if (found == objects.end() && conditional) {
    result.outcome = Outcome::not_found;
    return result;
  }
  if (conditional && found->second.etag != item.etag) {
    result.outcome = Outcome::precondition_failed;
    result.code = "PreconditionFailed";
    return result;
  }
  if (versioned) {
    if (found != objects.end() && suspended && id_of(found->second) == "null" && on_loss)
      on_loss(buckets_, name, item.key);
    keep_version(name, item.key);
    StoredObject marker;
    marker.version_id = new_version_id();
    marker.last_modified =
        *base::parse_iso8601("2018-04-02T00:00:00Z") + std::chrono::milliseconds(++stored_);
    result.marker_version_id = marker.version_id;
    older_[{name, item.key}].push_back({std::move(marker), true});
  } else if (found != objects.end() && on_loss) {
    on_loss(buckets_, name, item.key);
  }
  if (found != objects.end()) objects.erase(found);
  return result;
}

void FakeStore::remove_version(const std::string& name, const s3::DeleteItem& item) {
  Bucket& objects = bucket(name);
  auto& older = older_[{name, item.key}];
  const auto current = objects.find(item.key);
  if (current == objects.end() || id_of(current->second) != item.version_id) {
    // Older versions have no watch on them but the test's own.
    std::erase_if(older, [&](const Older& version) { return id_of(version.object) == item.version_id; });
  } else {
    if (on_loss) on_loss(buckets_, name, item.key);
    objects.erase(current);
  }
  // What lies below comes to light.
  if (!objects.contains(item.key) && !older.empty() && !older.back().is_marker) {
    objects[item.key] = older.back().object;
    older.pop_back();
  }
}

std::vector<s3::DeleteResult> FakeStore::delete_objects(const std::string& name,
                                                        const std::vector<s3::DeleteItem>& items,
                                                        Resend resend) {
  Call what;
  what.op = Op::del;
  what.bucket = name;
  what.key = items.at(0).key;
  what.items = items;
  what.resend = resend;
  return call(what, [&] {
    std::vector<s3::DeleteResult> results;
    if (!has_delete_objects && resend == Resend::forbidden)
      throw store_error(ErrorKind::unsupported, "NotImplemented");
    for (const s3::DeleteItem& item : items) {
      if (refuses_delete_conditions && !item.etag.empty())
        throw store_error(ErrorKind::invalid_argument, "MalformedXML");
    }
    {
      MutexLock lock(mutex_);
      for (const s3::DeleteItem& item : items)
        results.push_back(remove(name, item, powers_.conditional_delete));
    }
    if (alter_delete) alter_delete(results);
    return results;
  });
}

s3::DeleteResult FakeStore::delete_object(const std::string& name, const s3::DeleteItem& item,
                                          Resend resend) {
  Call what;
  what.op = Op::del_one;
  what.bucket = name;
  what.key = item.key;
  what.items = {item};
  what.resend = resend;
  try {
    return call(what, [&] {
      if (refuses_delete_conditions && !item.etag.empty())
        throw store_error(ErrorKind::unsupported, "NotImplemented");
      std::vector<s3::DeleteResult> results;
      {
        MutexLock lock(mutex_);
        results.push_back(
            remove(name, item, powers_.conditional_single_delete.value_or(powers_.conditional_delete)));
      }
      if (alter_delete) alter_delete(results);
      return results.at(0);
    });
  } catch (const Error& error) {
    s3::DeleteResult result;
    result.key = item.key;
    result.outcome = Outcome::refused;
    result.code = error.context().code;
    result.kind = error.kind();
    result.message = error.what();
    return result;
  }
}

}  // namespace s3c::support
