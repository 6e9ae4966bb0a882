#include "sim/object_lock.h"

#include "sim/digest_headers.h"

namespace s3c::sim {
namespace {

S3Error invalid_argument(std::string_view header, std::string message) {
  return S3Error(S3Code::InvalidArgument, std::move(message)).with("ArgumentName", std::string(header));
}

Retention read_retention(const Call& call, const std::string& mode_text, const std::string& until_text) {
  const std::optional<LockMode> mode = parse_lock_mode(mode_text);
  if (!mode) throw invalid_argument("x-amz-object-lock-mode", "Unknown wormMode directive.");
  const std::optional<base::Timestamp> until = base::parse_iso8601(until_text);
  if (!until) {
    throw invalid_argument("x-amz-object-lock-retain-until-date",
                           "The retain until date must be provided in ISO 8601 format");
  }
  if (*until <= call.now) {
    throw invalid_argument("x-amz-object-lock-retain-until-date",
                           "The retain until date must be in the future!");
  }
  return {*mode, *until};
}

}  // namespace

bool is_true(std::string_view header_value) {
  constexpr std::string_view kTrue = "true";
  return std::equal(header_value.begin(), header_value.end(), kTrue.begin(), kTrue.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

std::optional<LockMode> parse_lock_mode(std::string_view text) {
  if (text == "GOVERNANCE") return LockMode::governance;
  if (text == "COMPLIANCE") return LockMode::compliance;
  return std::nullopt;
}

std::string_view name(LockMode mode) {
  return mode == LockMode::governance ? "GOVERNANCE" : "COMPLIANCE";
}

ObjectLock read_object_lock(const Call& call) {
  const std::string* mode = call.find_header("x-amz-object-lock-mode");
  const std::string* until = call.find_header("x-amz-object-lock-retain-until-date");
  const std::string* legal_hold = call.find_header("x-amz-object-lock-legal-hold");
  if (mode == nullptr && until == nullptr && legal_hold == nullptr) return {};
  if (!call.bucket().has_object_lock()) {
    throw S3Error(S3Code::InvalidRequest, "Bucket is missing ObjectLockConfiguration");
  }
  ObjectLock lock;
  if ((mode == nullptr) != (until == nullptr)) {
    throw invalid_argument(
        "x-amz-object-lock-mode",
        "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied");
  }
  if (mode != nullptr) lock.retention = read_retention(call, *mode, *until);
  if (legal_hold != nullptr) {
    if (*legal_hold != "ON" && *legal_hold != "OFF") {
      throw invalid_argument("x-amz-object-lock-legal-hold", "Legal Hold must be either of 'ON' or 'OFF'");
    }
    lock.legal_hold = *legal_hold == "ON";
  }
  return lock;
}

void require_digest_for_lock(const Call& call, const ObjectLock& lock) {
  if (!call.options.powers.checksums) return;
  if (!lock.retention && !lock.legal_hold && !call.bucket().default_retention()) return;
  if (call.request.headers.contains("content-md5") || sent_checksum(call.request)) return;
  throw S3Error(
      S3Code::InvalidRequest,
      "Content-MD5 OR x-amz-checksum- HTTP header is required for Put requests with Object Lock parameters");
}

bool bypasses_governance(const Call& call) {
  return is_true(call.header("x-amz-bypass-governance-retention"));
}

void require_deletable(const Call& call, const Object& version) {
  const ObjectLock& lock = version.attributes.lock;
  bool is_locked = lock.legal_hold.value_or(false);
  if (lock.retention && call.now < lock.retention->until) {
    is_locked = is_locked || lock.retention->mode == LockMode::compliance || !bypasses_governance(call);
  }
  if (is_locked)
    throw S3Error(S3Code::AccessDenied, "Access Denied because object protected by object lock.");
}

void write_object_lock(Response& response, const ObjectLock& lock) {
  if (lock.retention) {
    response.headers.add("x-amz-object-lock-mode", std::string(name(lock.retention->mode)));
    response.headers.add("x-amz-object-lock-retain-until-date", base::format_iso8601(lock.retention->until));
  }
  if (lock.legal_hold) response.headers.add("x-amz-object-lock-legal-hold", *lock.legal_hold ? "ON" : "OFF");
}

}  // namespace s3c::sim
