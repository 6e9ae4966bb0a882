#include "catalog/object_compare.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"

namespace s3c::catalog {
namespace {

std::uint64_t part_count(std::uint64_t size_bytes, std::uint64_t part_size_bytes) {
  // An object without bytes has one empty part.
  return size_bytes == 0 ? 1 : (size_bytes - 1) / part_size_bytes + 1;
}

/// The head's ETag if it can be the MD5 of the MD5s of parts cut as ours are; otherwise empty.
std::string comparable_parts_etag(const s3::ObjectHead& head, std::uint64_t part_size_bytes) {
  // With SSE-KMS or a customer's key the ETag has the same shape but is no MD5.
  if (!head.server_side_encryption.empty() && head.server_side_encryption != "AES256") return {};
  const std::string suffix = fmt::format("-{}", part_count(head.size_bytes, part_size_bytes));
  return head.etag.size() == 32 + suffix.size() && head.etag.ends_with(suffix) ? head.etag : std::string();
}

}  // namespace

ObjectCompare::ObjectCompare(const s3::ObjectHead& head, std::uint64_t part_size_bytes)
    : object_size_bytes_(head.size_bytes),
      part_size_bytes_(part_size_bytes),
      check_(head),
      parts_etag_(comparable_parts_etag(head, part_size_bytes)) {
  if (!parts_etag_.empty()) part_ = base::Digest::md5();
}

void ObjectCompare::update(std::string_view bytes) {
  size_bytes_ += bytes.size();
  crc32_ = base::crc32(bytes, crc32_);
  check_.update(bytes);
  while (part_ && !bytes.empty()) {
    if (in_part_bytes_ == part_size_bytes_) end_part();
    const std::size_t count = std::min<std::uint64_t>(part_size_bytes_ - in_part_bytes_, bytes.size());
    part_->update(bytes.substr(0, count));
    in_part_bytes_ += count;
    bytes.remove_prefix(count);
  }
}

void ObjectCompare::end_part() {
  part_md5s_ += part_->finish();
  part_ = base::Digest::md5();
  in_part_bytes_ = 0;
}

bool ObjectCompare::is_equal() {
  if (size_bytes_ != object_size_bytes_) return false;
  // Without evidence BodyCheck has no complaint, and that proves nothing.
  if (check_.has_evidence()) return !check_.complaint(crc32_);
  if (!part_) return false;
  end_part();
  return parts_etag_ == fmt::format("{}-{}", base::to_hex(base::md5(part_md5s_)), part_md5s_.size() / 16);
}

}  // namespace s3c::catalog
