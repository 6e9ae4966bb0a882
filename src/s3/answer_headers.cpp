#include "s3/answer_headers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/error.h"
#include "base/text.h"
#include "s3/thaw_state.h"
#include "s3/xml.h"

namespace s3c::s3 {
namespace {

[[noreturn]] void corrupt(std::string message) {
  throw base::Error(base::ErrorKind::corrupt, std::move(message));
}

std::optional<std::uint64_t> number(std::string_view text) {
  return base::parse_number<std::uint64_t>(text);
}

struct ContentRange {
  std::uint64_t first = 0;
  std::uint64_t total = 0;
};

/// "bytes 0-9/443"
ContentRange content_range(const http::Response& answer) {
  const std::string_view text = answer.headers.find("Content-Range").value_or("");
  const std::size_t dash = text.find('-');
  const std::size_t slash = text.find('/');
  if (text.starts_with("bytes ") && dash != std::string_view::npos && slash != std::string_view::npos &&
      dash < slash) {
    const auto first = number(text.substr(6, dash - 6));
    const auto total = number(text.substr(slash + 1));
    if (first && total) return {*first, *total};
  }
  corrupt(fmt::format("the answer's Content-Range can't be read: '{}'", base::printable(text)));
}

bool is_md5_hex(std::string_view etag) {
  return etag.size() == 32 && base::is_hex(etag);
}

constexpr std::array<std::string_view, 6> kSystemHeaders = {
    "cache-control",    "content-disposition",
    "content-encoding", "content-language",
    "expires",          "x-amz-website-redirect-location",
};
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kChecksumHeaders = {{
    {"x-amz-checksum-crc32", "CRC32"},
    {"x-amz-checksum-crc32c", "CRC32C"},
    {"x-amz-checksum-crc64nvme", "CRC64NVME"},
    {"x-amz-checksum-sha1", "SHA1"},
    {"x-amz-checksum-sha256", "SHA256"},
}};
constexpr std::string_view kMetadataPrefix = "x-amz-meta-";

base::Timestamp last_modified_of(std::string_view value) {
  const auto time = base::parse_http_date(value);
  if (!time) corrupt(fmt::format("the answer's Last-Modified can't be read: '{}'", base::printable(value)));
  return *time;
}

void add_checksum(std::string_view name, std::string_view value, std::vector<Checksum>& checksums) {
  for (const auto& [header, algorithm] : kChecksumHeaders) {
    if (name == header) checksums.push_back({std::string(algorithm), std::string(value), ""});
  }
}

/// False: the header isn't about encryption.
bool add_encryption(std::string_view name, std::string_view value, ObjectHead& head) {
  constexpr std::string_view kPrefix = "x-amz-server-side-encryption";
  if (!name.starts_with(kPrefix)) return false;
  name.remove_prefix(kPrefix.size());
  if (name.empty()) {
    head.server_side_encryption = value;
  } else if (name == "-customer-algorithm" && head.server_side_encryption.empty()) {
    head.server_side_encryption = "customer";
  } else if (name == "-aws-kms-key-id") {
    head.kms_key_id = value;
  } else if (name == "-bucket-key-enabled") {
    head.bucket_key = base::lower(value) == "true";
  }
  return true;
}

/// False: the header isn't about Object Lock.
bool add_lock(std::string_view name, std::string_view value, ObjectLock& lock) {
  if (name == "x-amz-object-lock-mode") {
    lock.mode = value;
  } else if (name == "x-amz-object-lock-retain-until-date") {
    lock.retain_until = base::parse_iso8601(value);
    if (!lock.retain_until)
      corrupt(fmt::format("the end of the retention can't be read: '{}'", base::printable(value)));
  } else if (name == "x-amz-object-lock-legal-hold") {
    lock.legal_hold = value == "ON";
  } else {
    return false;
  }
  return true;
}

/// False: the header isn't about metadata.
bool add_metadata(std::string_view name, std::string_view value, ObjectHead& head) {
  if (name == "x-amz-missing-meta") {
    // What can't be read as a number is no zero.
    head.missing_metadata += static_cast<int>(std::min<std::uint64_t>(number(value).value_or(1), 1000));
    return true;
  }
  if (!name.starts_with(kMetadataPrefix)) return false;
  if (!head.metadata.emplace(name.substr(kMetadataPrefix.size()), value).second) ++head.missing_metadata;
  return true;
}

}  // namespace

std::string etag_of(const http::Response& answer) {
  return unquoted(answer.headers.find("ETag").value_or(""));
}

std::uint64_t body_size_bytes(const http::Response& answer) {
  const std::string_view text = answer.headers.find("Content-Length").value_or("");
  const auto size = number(text);
  if (!size) corrupt(fmt::format("the answer's Content-Length can't be read: '{}'", base::printable(text)));
  return *size;
}

std::uint64_t body_offset(const http::Response& answer) {
  return answer.status == 206 ? content_range(answer).first : 0;
}

bool is_system_header(std::string_view name) {
  return std::find(kSystemHeaders.begin(), kSystemHeaders.end(), name) != kSystemHeaders.end();
}

ObjectHead parse_object_head(const http::Response& answer, base::Timestamp now) {
  ObjectHead head;
  head.size_bytes = answer.status == 206 ? content_range(answer).total : body_size_bytes(answer);
  head.storage_class = "STANDARD";
  std::string checksum_type;
  std::string archive_status;
  std::optional<std::string> restore;
  std::optional<base::Timestamp> last_modified;  // 1970 is a time, too
  std::string name;                              // one for all, so that only the longest needs memory
  for (const auto& [field, value] : answer.headers) {
    name.assign(field);
    for (char& c : name) c = base::lower(c);
    if (name == "etag") {
      head.etag = unquoted(value);
    } else if (name == "last-modified") {
      last_modified = last_modified_of(value);
    } else if (name == "content-type") {
      head.content_type = value;
    } else if (name == "x-amz-version-id") {
      head.version_id = value;
    } else if (name == "x-amz-storage-class") {
      head.storage_class = value;
    } else if (name == "x-amz-tagging-count") {
      head.tag_count = static_cast<int>(std::min<std::uint64_t>(number(value).value_or(0), 1000));
    } else if (name == "x-amz-restore") {
      restore = value;
    } else if (name == "x-amz-archive-status") {
      archive_status = value;
    } else if (name == "x-amz-checksum-type") {
      checksum_type = value;
    } else if (is_system_header(name)) {
      head.system_headers.emplace(name, value);
    } else if (!add_encryption(name, value, head) && !add_lock(name, value, head.lock) &&
               !add_metadata(name, value, head)) {
      add_checksum(name, value, head.checksums);
    }
  }
  for (Checksum& checksum : head.checksums) checksum.type = checksum_type;
  // Ignored for other classes: the header must not make a readable object unreadable to us.
  std::optional<RestoreStatus> status;
  if (restore && can_be_frozen(head.storage_class)) status = parse_restore_header(*restore);
  head.thaw = thaw_state(head.storage_class, archive_status, status, now);
  // No other try would bring one. Nothing else shows whether this is the object that was listed.
  if (head.etag.empty())
    throw base::Error(base::ErrorKind::unsupported, "the store tells no ETag of this object");
  if (!last_modified) corrupt("the answer has no Last-Modified");
  head.last_modified = *last_modified;
  return head;
}

bool etag_contradicts(const http::Response& answer, std::string_view md5_hex) {
  const std::string etag = etag_of(answer);
  if (!is_md5_hex(etag) || http::equal_ignoring_case(etag, md5_hex)) return false;
  const std::string_view encryption = answer.headers.find("x-amz-server-side-encryption").value_or("");
  const bool customer_key =
      answer.headers.find("x-amz-server-side-encryption-customer-algorithm").has_value();
  return !encryption.starts_with("aws:kms") && !customer_key;
}

}  // namespace s3c::s3
