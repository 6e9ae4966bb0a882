#include "archive/member_packer.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include "base/encoding.h"
#include "base/error.h"
#include "catalog/committed_volume.h"
#include "s3/attribute_headers.h"
#include "s3/body_check.h"
#include "s3/error_mapping.h"
#include "s3/object_listing.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorKind;

/// Objects up to this size are held in memory whole. While one is compressed, twice its size is in use beside
/// the body: at most 12 MiB for each object.
constexpr std::uint64_t kMaxInMemoryBytes = std::uint64_t{4} << 20;
/// For a larger object the cost of a thread is small beside that of its bytes. An event loop would need 2 ms
/// to compress this much, and the other objects of the loop would wait meanwhile.
constexpr std::uint64_t kMaxSmallBytes = std::uint64_t{128} << 10;
/// The memory for streaming an object: the buffers of the transport and of zlib.
constexpr std::uint64_t kStreamBytes = std::uint64_t{1} << 20;
/// What an object costs beside its bytes: row, names, headers.
constexpr std::uint64_t kPerObjectBytes = 4096;
/// If this many objects in a row can't be read, the cause is not in the objects.
constexpr int kMaxUnreadableInARow = 100;

std::uint64_t in_memory_bytes(std::uint64_t size_bytes) {
  return kPerObjectBytes + size_bytes + zip::MemberEncoder::peak_memory_bytes(size_bytes);
}

/// What of the row's attributes the store held back, or restore could not write to a bucket; empty: nothing.
std::string trouble_with_attributes(const index::Row& row, const s3::ObjectHead& head) {
  if (head.missing_metadata > 0)
    return fmt::format("the store doesn't tell {} of its metadata values", head.missing_metadata);
  return s3::trouble_with({.content_type = row.content_type,
                           .system_headers = row.system_headers,
                           .metadata = row.metadata,
                           .tags = row.tags});
}

/// Why the object must stay although its bytes are whole; nullopt: it can be packed.
std::optional<LeftObject> objection_to(const index::Row& row, const s3::ObjectHead& head) {
  // Readers look for an archive of ours at its name. Where sources and archives share a bucket, a prefix may
  // name archives, and they must not be packed and deleted like sources.
  if (head.metadata.contains(catalog::kIdMetadata)) {
    return LeftObject{row.key, LeftReason::own_archive,
                      fmt::format("its metadata has {}", catalog::kIdMetadata)};
  }
  std::string trouble = trouble_with_attributes(row, head);
  if (trouble.empty()) return std::nullopt;
  return LeftObject{row.key, LeftReason::not_restorable, std::move(trouble)};
}

/// wanted: what a row tells. found: empty where the store tells no version, as in a bucket that never had versions:
/// the object is then the one that a versioned bucket calls "null".
void expect_version(const std::string& wanted, const std::string& found) {
  if (wanted == (found.empty() ? "null" : found)) return;
  throw Error(ErrorKind::precondition_failed,
              found.empty()
                  ? fmt::format("the row tells of version {}, but the store tells no version of the object",
                                base::printable(wanted))
                  : fmt::format("the row tells of version {}, but version {} is the newest",
                                base::printable(wanted), base::printable(found)));
}

bool is_about_one_object(const Error& error) {
  return error.kind() != ErrorKind::cancelled && error.kind() != ErrorKind::internal &&
         !s3::is_about_the_caller(error.context().code);
}

}  // namespace

bool MemberPacker::pack(VolumeBuilder& volume, const SourceObject& object, FirstTry first) {
  if (volume.failed() || (is_stopped() && !first.proven)) {
    volume.put_back(object.admission.sequence);
    return false;
  }
  try {
    const bool packed = fits_in_memory(object.summary.size_bytes)
                            ? pack_in_memory(volume, object, std::move(first))
                            : pack_streamed(volume, object);
    if (packed) unreadable_in_a_row_ = 0;
    return packed;
  } catch (...) {
    volume.fail(object.admission.sequence, std::current_exception());
    return false;
  }
}

bool MemberPacker::fits_in_memory(std::uint64_t size_bytes) const {
  return size_bytes <= kMaxInMemoryBytes && in_memory_bytes(size_bytes) <= bodies_.total_bytes();
}

bool MemberPacker::is_small(const SourceObject& object) const {
  return object.summary.size_bytes <= kMaxSmallBytes && fits_in_memory(object.summary.size_bytes);
}

base::MemoryLease MemberPacker::lease(const SourceObject& object) {
  return bodies_.lease(in_memory_bytes(object.summary.size_bytes));
}

std::optional<base::MemoryLease> MemberPacker::try_lease(const SourceObject& object) {
  return bodies_.try_lease(in_memory_bytes(object.summary.size_bytes));
}

void MemberPacker::expect_same(const s3::ObjectSummary& summary, const s3::ObjectHead& head) const {
  using std::chrono::floor;
  using std::chrono::seconds;
  // If-Match has already asked for this ETag, but a store may ignore the condition.
  bool same = head.etag == summary.etag;
  // A row may be old, or made by hand, and its time becomes the member's: it decides what is newest. By time it also
  // decides the group, and the listing that was sorted may be old, too. HTTP's dates have whole seconds.
  if (options_.rows || options_.layout.period()) {
    same = same && head.size_bytes == summary.size_bytes &&
           floor<seconds>(head.last_modified) == floor<seconds>(summary.last_modified);
  }
  if (!same) throw Error(ErrorKind::precondition_failed, "another object is there now");
  if (!summary.version_id.empty()) expect_version(summary.version_id, head.version_id);
}

std::optional<std::string> MemberPacker::complaint_of(const s3::ObjectSummary& summary,
                                                      const s3::GetObjectResult& got,
                                                      std::string_view md5) const {
  expect_same(summary, got.head);
  if (got.body.size() != summary.size_bytes)
    return fmt::format("{} bytes came instead of {}", got.body.size(), summary.size_bytes);
  return s3::complaint_of(got, md5);
}

LeftReason MemberPacker::reason_of(const Error& error) const {
  if (error.kind() == ErrorKind::precondition_failed)
    return options_.rows ? LeftReason::stale : LeftReason::changed;
  if (error.kind() == ErrorKind::corrupt) return LeftReason::damaged;
  if (error.kind() == ErrorKind::wrong_state) return LeftReason::frozen;
  return LeftReason::unreadable;
}

bool MemberPacker::accept(const SourceObject& object, s3::GetObjectResult got, std::string_view md5,
                          FirstTry& first) const {
  try {
    if (complaint_of(object.summary, got, md5)) {
      ++first.damaged;
      return false;
    }
  } catch (const Error& error) {
    first.failed_get = get_request(object.summary);
    first.failed_get->failed_try = s3::FailedTry{error};
    return false;
  } catch (const std::exception&) {
    return false;  // out of memory: if that lasts, pack() meets it again and reports it
  }
  first.proven = std::move(got);
  return !tags_.must_ask(first.proven->head);
}

bool MemberPacker::pack_in_memory(VolumeBuilder& volume, const SourceObject& object, FirstTry first) {
  const base::MemoryLease lease = first.lease ? *std::move(first.lease) : this->lease(object);
  s3::GetObjectResult got;
  index::Row row;
  try {
    got = get_checked(object.summary, std::move(first));
    std::map<std::string, std::string> tags;
    if (tags_.must_ask(got.head)) tags = tags_.read(object.summary.key, got.head);
    row = make_row(object.summary, got.head, std::move(tags));
  } catch (const Error& error) {
    if (!is_about_one_object(error)) throw;
    return leave_out(volume, object, error);
  }
  if (const auto objection = objection_to(row, got.head))
    return leave(volume, object, objection->reason, objection->detail);
  zip::EncodedMember member =
      encoders_.borrow()->encode(object.admission.entry_name, got.body, object.summary.last_modified);
  volume.add(object.admission.sequence, std::move(member), std::move(row));
  return true;
}

bool MemberPacker::pack_streamed(VolumeBuilder& volume, const SourceObject& object) {
  const s3::ObjectSummary& summary = object.summary;
  const base::MemoryLease lease = bodies_.lease(std::min(kStreamBytes, bodies_.total_bytes()));
  // The checksums must be known before the first byte is streamed. Beside the GET of many MiB, a HEAD costs
  // almost nothing.
  std::optional<s3::ObjectHead> head;
  VolumeBuilder::StreamedMember member;
  try {
    head = store_.head_object(options_.selection.bucket, summary.key);
    if (!head) throw Error(ErrorKind::not_found, "gone");
    expect_same(summary, *head);
    // Always asked: not every store tells the number of tags in its answer to HEAD.
    member.row = make_row(summary, *head, tags_.read(summary.key, *head));
  } catch (const Error& error) {
    if (!is_about_one_object(error)) throw;
    return leave_out(volume, object, error);
  }
  if (const auto objection = objection_to(member.row, *head))
    return leave(volume, object, objection->reason, objection->detail);
  s3::BodyCheck check(*head);
  member.level = options_.level;
  member.read = [&](const VolumeBuilder::Sink& sink) {
    store_.read_object(get_request(summary), [&](std::string_view bytes) {
      check.update(bytes);
      sink(bytes);
    });
  };
  member.complaint = [&](std::uint32_t crc32) { return check.complaint(crc32); };
  const VolumeBuilder::Streamed streamed = volume.add_streamed(object.admission, std::move(member));
  const auto* not_begun = std::get_if<VolumeBuilder::NotBegun>(&streamed);
  return not_begun == nullptr || leave_out(volume, object, not_begun->error);
}

bool MemberPacker::leave_out(VolumeBuilder& volume, const SourceObject& object, const Error& error) {
  // After Ctrl-C a GET gives up early. That says nothing about the object.
  if (is_stopped() && error.worth_retrying()) {
    volume.put_back(object.admission.sequence);
    return false;
  }
  if (error.kind() == ErrorKind::not_found) {
    const std::optional<Error> meaning = meaning_of_404(object.summary, error);
    if (meaning) return leave_out(volume, object, *meaning);
    volume.leave_out(object.admission.sequence, std::nullopt);  // nothing stays in place
    return false;
  }
  const LeftReason reason = reason_of(error);
  if (reason == LeftReason::unreadable && ++unreadable_in_a_row_ >= kMaxUnreadableInARow) throw error;
  return leave(volume, object, reason, error.what());
}

/// If the object is still listed, every run would pass over it, and none would name it.
std::optional<Error> MemberPacker::meaning_of_404(const s3::ObjectSummary& summary, const Error& error) {
  const auto listed = s3::find_listed(store_, options_.selection.bucket, summary.key);
  if (!listed) return std::nullopt;
  if (listed->etag != summary.etag)
    return Error(ErrorKind::precondition_failed, "another object is there now", error.context());
  return s3::listed_but_absent(error.context());
}

bool MemberPacker::leave(VolumeBuilder& volume, const SourceObject& object, LeftReason reason,
                         const std::string& detail) {
  LeftObject left{object.summary.key, reason, detail};
  left_.tell(left);
  volume.leave_out(object.admission.sequence, std::move(left));
  return false;
}

s3::GetObjectResult MemberPacker::get_checked(const s3::ObjectSummary& summary, FirstTry first) {
  if (first.proven) return *std::move(first.proven);
  s3::GetObjectRequest request = first.failed_get ? *std::move(first.failed_get) : get_request(summary);
  return s3::get_undamaged(
      store_, std::move(request), [&](const s3::GetObjectResult& got) { return complaint_of(summary, got); },
      first.damaged);
}

s3::GetObjectRequest MemberPacker::get_request(const s3::ObjectSummary& summary) const {
  s3::GetObjectRequest request;
  request.bucket = options_.selection.bucket;
  request.key = summary.key;
  request.if_match = summary.etag;
  request.expected_size_bytes = summary.size_bytes;
  request.size_may_be_wrong = options_.rows.has_value();
  return request;
}

index::Row MemberPacker::make_row(const s3::ObjectSummary& summary, const s3::ObjectHead& head,
                                  std::map<std::string, std::string> tags) const {
  index::Row row;
  row.key = summary.key;
  row.size_bytes = summary.size_bytes;
  row.etag = summary.etag;
  row.last_modified = summary.last_modified;
  row.version_id = head.version_id;
  // A row of an inventory or a manifest may lack it, or be old.
  row.storage_class =
      options_.rows || summary.storage_class.empty() ? head.storage_class : summary.storage_class;
  if (!head.etag_is_of_md5()) row.encryption = head.server_side_encryption;
  row.content_type = head.content_type;
  row.system_headers = head.system_headers;
  row.metadata = head.metadata;
  row.tags = std::move(tags);
  return row;
}

}  // namespace s3c::archive
