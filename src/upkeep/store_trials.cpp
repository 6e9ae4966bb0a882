#include "upkeep/store_trials.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/encoding.h"
#include "base/hash.h"
#include "catalog/catalog_keys.h"
#include "catalog/store_powers.h"
#include "s3/error_mapping.h"
#include "s3/listing.h"

namespace s3c::upkeep {
namespace {

using base::Error;
using base::ErrorKind;
using s3::Power;
using Found = PowerFinding::Found;
using Outcome = s3::DeleteResult::Outcome;
using Resend = s3::ObjectStore::Resend;

constexpr std::string_view kTrialBody = "s3compress was here";
/// No object has this ETag.
constexpr const char* kNoSuchEtag = "00000000000000000000000000000000";
/// What may change on a name's way through a URL, XML, a file system or a proxy.
constexpr std::string_view kOddNames[] = {
    " blanks  inside ",       "plus+and%2Bpercent%", "<&>\"'",
    "double//slash",          "dots/a/../and/./b",   "?#[]@!$*();:,=|\\^`{}~",
    "\xc3\xbc and u\xcc\x88", "\xf0\x9f\x97\x84",    "\xef\xbf\xbd",
    "tab\tand\nline",
};

Found found_if(bool has_it) {
  return has_it ? Found::yes : Found::no;
}

/// The objects of one trial.
class TrialObjects {
 public:
  /// stem: what the keys of this trial have in common, besides the id.
  TrialObjects(const TrialContext& context, std::string_view stem)
      : c_(context), stem_(catalog::probe_key(context.id) + "-" + std::string(stem)) {}

  std::string key(std::string_view name) const { return stem_ + std::string(name); }
  const std::string& stem() const { return stem_; }

  /// Returns the ETag.
  std::string put(const std::string& key, bool if_none_match = false) const {
    expect_going("PutObject");
    s3::PutObjectRequest request;
    request.bucket = c_.bucket;
    request.key = key;
    request.attributes.content_type = "text/plain";
    request.if_none_match = if_none_match;
    return c_.store.put_object(request, kTrialBody);
  }
  bool is_there(const std::string& key) const {
    expect_going("HeadObject");
    return c_.store.head_object(c_.bucket, key).has_value();
  }
  /// page_size: the names of one page.
  std::vector<std::string> list(int page_size = 1000) const {
    expect_going("ListObjectsV2");
    std::vector<std::string> keys;
    s3::ObjectPages pages(c_.store, {.bucket = c_.bucket, .prefix = stem_, .max_keys = page_size});
    while (const std::optional<s3::ListObjectsPage> page = pages.next()) {
      for (const s3::ObjectSummary& object : page->objects) keys.push_back(object.key);
    }
    return keys;
  }
  s3::DeleteResult delete_in_batch(const std::string& key, const std::string& etag = {}) const {
    expect_going("DeleteObjects");
    // Not to be sent again: then the client doesn't take single requests where the store has no such call.
    return c_.store.delete_objects(c_.bucket, {{.key = key, .etag = etag}}, Resend::forbidden).at(0);
  }
  s3::DeleteResult delete_alone(const std::string& key, const std::string& etag = {}) const {
    expect_going("DeleteObject");
    return c_.store.delete_object(c_.bucket, {.key = key, .etag = etag}, Resend::forbidden);
  }

 private:
  void expect_going(const char* operation) const {
    if (c_.stop.stop_requested())
      throw Error(ErrorKind::cancelled, "stopped while asking what the store can do",
                  {.operation = operation, .resource = c_.bucket});
  }

  const TrialContext& c_;
  const std::string stem_;
};

/// An Error out of a delete that was refused for a reason that says nothing of the power.
[[noreturn]] void fail(const TrialContext& c, const char* operation, const s3::DeleteResult& result) {
  throw Error(result.kind.value_or(ErrorKind::transient),
              result.message.empty() ? "the store refused a delete" : result.message,
              {.operation = operation, .resource = c.bucket + "/" + result.key, .code = result.code});
}

std::vector<PowerFinding> try_listing(const TrialContext& c) {
  const TrialObjects objects(c, "list-");
  std::vector<std::string> keys;
  // They have another order where a store compares UTF-16, or letters without their case.
  for (const char* name : {"a", "B\xef\xbf\xbd", "B\xf0\x9f\x97\x84", "b"}) {
    keys.push_back(objects.key(name));
    objects.put(keys.back());
  }
  std::sort(keys.begin(), keys.end());
  PowerFinding listing{Power::listing, c.bucket};
  PowerFinding after_put{Power::list_after_put, c.bucket};
  try {
    const std::vector<std::string> listed = objects.list(2);
    const bool complete = std::is_permutation(listed.begin(), listed.end(), keys.begin(), keys.end());
    listing.found = Found::yes;
    after_put.found = found_if(complete);
    if (!complete)
      after_put.detail = fmt::format("{} of {} new objects were listed", listed.size(), keys.size());
  } catch (const Error& error) {
    // The listing is in another order, repeats itself, or there is no such call.
    if (error.kind() != ErrorKind::corrupt && !s3::is_refusal(error.kind())) throw;
    listing.found = Found::no;
    listing.detail = error.what();
    after_put.detail = "names can't be listed";
    return {listing, after_put};
  }
  for (const std::string& key : keys) {
    if (const auto result = objects.delete_alone(key); result.outcome == Outcome::refused)
      fail(c, "DeleteObject", result);
  }
  if (after_put.found == Found::yes && !objects.list().empty()) {
    after_put.found = Found::no;
    after_put.detail = "objects that were deleted are still listed";
  }
  return {listing, after_put};
}

std::vector<PowerFinding> try_conditional_put(const TrialContext& c) {
  const TrialObjects objects(c, "condition");
  PowerFinding finding{Power::conditional_put, c.bucket};
  objects.put(objects.key("-put"));
  try {
    objects.put(objects.key("-put"), true);
    finding.found = Found::no;
    finding.detail = "the object was overwritten";
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::precondition_failed && !s3::is_refusal(error.kind())) throw;
    finding.found = found_if(error.kind() == ErrorKind::precondition_failed);
    if (finding.found == Found::no) finding.detail = error.what();
  }
  return {finding};
}

/// What StorePowers says of the archive's store.
std::vector<PowerFinding> try_multipart(const TrialContext& c) {
  std::vector<PowerFinding> findings;
  const auto add = [&](Power power, Found found, std::string detail = {}) {
    findings.push_back({power, c.bucket, found, std::move(detail)});
  };
  catalog::StorePowers powers;
  try {
    powers = catalog::find_powers(c.store, c.bucket, {}, c.stop);
  } catch (const Error& error) {
    if (!s3::is_refusal(error.kind())) throw;
    add(Power::harmless_aborts, Found::no, error.what());
    for (const Power power :
         {Power::conditional_complete, Power::atomic_complete, Power::checksums, Power::upload_prefixes}) {
      add(power, Found::unknown, "not tried to the end, because the store can't be used");
    }
    return findings;
  }
  add(Power::harmless_aborts, Found::yes);
  add(Power::conditional_complete, found_if(powers.holds_complete_condition),
      !powers.takes_complete_condition ? "the store refuses the condition" : "two were sent at once");
  if (c.store.completes_atomically() && powers.holds_complete_condition) {
    add(Power::atomic_complete, Found::yes, "the vendor says so");
  } else if (powers.holds_complete_condition) {
    add(Power::atomic_complete, Found::unknown,
        "no trial can show it, and nothing is documented for this store");
  } else {
    add(Power::atomic_complete, Found::no);
  }
  add(Power::checksums, found_if(powers.additional_checksums));
  add(Power::upload_prefixes, found_if(powers.lists_uploads_by_prefix));
  return findings;
}

/// Makes an object as an archive is made: with metadata, and with tags if with_tags is set.
std::optional<s3::ObjectHead> upload(const TrialContext& c, const std::string& key, bool with_tags) {
  s3::CreateMultipartUploadRequest request;
  request.bucket = c.bucket;
  request.key = key;
  request.attributes.content_type = "application/zip";
  request.attributes.metadata = {{"s3compress-id", c.id}};
  if (with_tags) request.attributes.tags = {{"s3compress", "probe"}};
  const std::string upload_id = c.store.create_multipart_upload(request);
  s3::UploadPartRequest part;
  part.bucket = c.bucket;
  part.key = key;
  part.upload_id = upload_id;
  part.part_number = 1;
  part.body = kTrialBody;
  part.md5 = base::md5(kTrialBody);
  s3::CompleteMultipartUploadRequest complete;
  complete.bucket = c.bucket;
  complete.key = key;
  complete.upload_id = upload_id;
  complete.parts = {c.store.upload_part(part)};
  complete.if_none_match = false;
  c.store.complete_multipart_upload(complete);
  return c.store.head_object(c.bucket, key);
}

std::vector<PowerFinding> try_attributes(const TrialContext& c) {
  const TrialObjects objects(c, "attributes");
  PowerFinding metadata{Power::metadata, c.bucket};
  PowerFinding etags{Power::upload_etags, c.bucket};
  PowerFinding tags{Power::upload_tags, c.bucket};
  const std::optional<s3::ObjectHead> plain = upload(c, objects.key("-plain"), false);
  const std::map<std::string, std::string> expected = {{"s3compress-id", c.id}};
  metadata.found = found_if(plain && plain->metadata == expected);
  if (!plain) metadata.detail = etags.detail = "the object isn't there";
  etags.found = found_if(plain && plain->etag == base::to_hex(base::md5(base::md5(kTrialBody))) + "-1");
  try {
    const std::optional<s3::ObjectHead> tagged = upload(c, objects.key("-tagged"), true);
    // Ceph RGW 16 then answers GetObjectTagging with nothing at all, which would pass for an answer that was cut off.
    const bool tells_none =
        tagged && tagged->tag_count == 0 && catalog::tells_tag_counts(c.store, c.bucket, c.stop);
    const std::map<std::string, std::string> expected_tags = {{"s3compress", "probe"}};
    tags.found = found_if(!tells_none &&
                          c.store.get_object_tagging(c.bucket, objects.key("-tagged"), "") == expected_tags);
  } catch (const Error& error) {
    // Without the right to write or read tags nothing is known.
    if (error.kind() != ErrorKind::access_denied && !s3::is_refusal(error.kind())) throw;
    if (error.kind() != ErrorKind::access_denied) tags.found = Found::no;
    tags.detail = error.what();
  }
  return {metadata, etags, tags};
}

std::vector<PowerFinding> try_names(const TrialContext& c) {
  const TrialObjects objects(c, "odd");
  std::vector<std::string> accepted;
  std::vector<std::string> refused;
  for (const std::string_view name : kOddNames) {
    // The id stands at the end too: gc knows probes by the last part of their names.
    const std::string key = objects.key(fmt::format("-{}/{}", name, c.id));
    try {
      objects.put(key);
      accepted.push_back(key);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::not_found && !s3::is_refusal(error.kind())) throw;
      refused.emplace_back(name);
    }
  }
  std::vector<std::string> listed = objects.list();
  std::sort(listed.begin(), listed.end());
  std::vector<std::string> changed;
  for (const std::string& key : accepted) {
    if (!std::binary_search(listed.begin(), listed.end(), key) || !objects.is_there(key))
      changed.push_back(
          base::printable(key.substr(objects.stem().size() + 1, key.rfind('/') - objects.stem().size() - 1)));
  }
  PowerFinding finding{Power::key_encodings, c.bucket, found_if(changed.empty())};
  if (!changed.empty()) finding.detail = fmt::format("changed: {}", fmt::join(changed, ", "));
  if (!refused.empty()) {
    if (!finding.detail.empty()) finding.detail += "; ";
    finding.detail +=
        fmt::format("{} of {} odd names can't exist there", refused.size(), std::size(kOddNames));
  }
  return {finding};
}

std::vector<PowerFinding> try_etags_and_tags(const TrialContext& c) {
  const TrialObjects objects(c, "etag");
  const std::string key = objects.key("");
  const std::string etag = objects.put(key);
  PowerFinding md5{Power::md5_etags, c.bucket, found_if(etag == base::to_hex(base::md5(kTrialBody)))};
  if (md5.found == Found::no) md5.detail = "as in a bucket that is encrypted with a KMS key";
  PowerFinding counts{Power::tag_counts, c.bucket};
  counts.found = found_if(catalog::tells_tag_counts(c.store, c.bucket, c.stop));
  if (counts.found == Found::no) counts.detail = "or these credentials may not write tags";
  return {md5, counts};
}

/// Whether a delete honours the ETag that is named beside the key. send: one such delete. etag: the object's.
PowerFinding try_condition(const TrialContext& c, Power power, const std::string& key,
                           const std::string& etag, const TrialObjects& objects,
                           const std::function<s3::DeleteResult(const std::string& etag)>& send) {
  PowerFinding finding{power, c.bucket, Found::no};
  s3::DeleteResult wrong = send(kNoSuchEtag);
  if (wrong.outcome == Outcome::deleted) {
    finding.detail = "an object with another ETag was deleted";
    return finding;
  }
  if (wrong.outcome == Outcome::refused) {
    if (!wrong.kind || !s3::is_refusal(*wrong.kind)) fail(c, "DeleteObject", wrong);
    finding.detail = "the store refuses the condition: " + wrong.code;
    return finding;
  }
  if (wrong.outcome == Outcome::not_found || !objects.is_there(key)) {
    finding.detail = "the object was gone after a delete that was refused";
    return finding;
  }
  const s3::DeleteResult right = send(etag);
  finding.found = found_if(right.outcome == Outcome::deleted && !objects.is_there(key));
  if (finding.found == Found::no) finding.detail = "a delete with the right ETag was refused, too";
  return finding;
}

std::vector<PowerFinding> try_deletes(const TrialContext& c) {
  const TrialObjects objects(c, "delete");
  PowerFinding batches{Power::delete_objects, c.bucket, Found::no};
  PowerFinding in_batches{Power::conditional_delete, c.bucket, Found::no};
  const std::string plain = objects.key("-plain");
  objects.put(plain);
  try {
    const s3::DeleteResult result = objects.delete_in_batch(plain);
    if (result.outcome == Outcome::refused) fail(c, "DeleteObjects", result);
    batches.found = found_if(!objects.is_there(plain));
    if (batches.found == Found::no) batches.detail = "the object is still there";
  } catch (const Error& error) {
    if (!s3::is_refusal(error.kind())) throw;
    batches.detail = in_batches.detail = error.what();
  }
  if (batches.found == Found::yes) {
    const std::string key = objects.key("-batch");
    const std::string etag = objects.put(key);
    try {
      in_batches = try_condition(c, Power::conditional_delete, key, etag, objects,
                                 [&](const std::string& with) { return objects.delete_in_batch(key, with); });
    } catch (const Error& error) {
      if (!s3::is_refusal(error.kind())) throw;
      in_batches.detail = error.what();
    }
  }
  const std::string key = objects.key("-single");
  const std::string etag = objects.put(key);
  const PowerFinding single =
      try_condition(c, Power::conditional_single_delete, key, etag, objects,
                    [&](const std::string& with) { return objects.delete_alone(key, with); });
  return {batches, in_batches, single};
}

}  // namespace

std::vector<Trial> common_trials() {
  return {{{Power::listing, Power::list_after_put}, try_listing},
          {{Power::conditional_put}, try_conditional_put}};
}

std::vector<Trial> archive_trials() {
  return {{{Power::harmless_aborts, Power::conditional_complete, Power::atomic_complete, Power::checksums,
            Power::upload_prefixes},
           try_multipart},
          {{Power::metadata, Power::upload_etags, Power::upload_tags}, try_attributes}};
}

std::vector<Trial> source_trials() {
  return {{{Power::delete_objects, Power::conditional_delete, Power::conditional_single_delete}, try_deletes},
          {{Power::md5_etags, Power::tag_counts}, try_etags_and_tags},
          {{Power::key_encodings}, try_names}};
}

}  // namespace s3c::upkeep
