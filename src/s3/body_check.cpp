#include "s3/body_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/crc.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/md5_lanes.h"
#include "s3/object_store.h"

namespace s3c::s3 {
namespace {

bool etag_is_md5(const ObjectHead& head) {
  if (head.etag.size() != 32 || !base::is_hex(head.etag)) return false;  // multipart: "…-N"
  // With SSE-S3 the ETag is the MD5. With KMS or a customer's key it is another value of the same form.
  return head.etag_is_of_md5();
}

}  // namespace

BodyCheck::BodyCheck(const ObjectHead& head, std::string_view md5) : known_md5_(md5) {
  if (etag_is_md5(head)) {
    etag_md5_ = head.etag;
    if (md5.empty()) md5_ = base::Digest::md5();
  }
  for (const Checksum& checksum : head.checksums) {
    if (!checksum.is_of_whole_object()) continue;
    Expected expected{checksum, std::nullopt, 0};
    if (checksum.algorithm == "SHA1") {
      expected.digest = base::Digest::sha1();
    } else if (checksum.algorithm == "SHA256") {
      expected.digest = base::Digest::sha256();
    } else if (checksum.algorithm != "CRC32" && checksum.algorithm != "CRC32C" &&
               checksum.algorithm != "CRC64NVME") {
      continue;  // an algorithm newer than this program; the ETag is still compared
    }
    expected_.push_back(std::move(expected));
  }
}

void BodyCheck::update(std::string_view bytes) {
  if (md5_) md5_->update(bytes);
  for (Expected& expected : expected_) {
    if (expected.digest) {
      expected.digest->update(bytes);
    } else if (expected.checksum.algorithm == "CRC32C") {
      expected.crc = base::crc32c(bytes, static_cast<std::uint32_t>(expected.crc));
    } else if (expected.checksum.algorithm == "CRC64NVME") {
      expected.crc = base::crc64nvme(bytes, expected.crc);
    }
  }
}

bool BodyCheck::wants_crc32() const {
  return std::any_of(expected_.begin(), expected_.end(),
                     [](const Expected& expected) { return expected.checksum.algorithm == "CRC32"; });
}

std::optional<std::string> BodyCheck::complaint(std::uint32_t crc32) {
  if (!etag_md5_.empty()) {
    const std::string actual = base::to_hex(md5_ ? md5_->finish() : known_md5_);
    if (actual != etag_md5_) return fmt::format("MD5 {} is not the ETag {}", actual, etag_md5_);
  }
  for (Expected& expected : expected_) {
    const std::string& algorithm = expected.checksum.algorithm;
    const std::string raw = expected.digest        ? expected.digest->finish()
                            : algorithm == "CRC32" ? base::crc32_bytes(crc32)
                            : algorithm == "CRC64NVME"
                                ? base::crc64nvme_bytes(expected.crc)
                                : base::crc32c_bytes(static_cast<std::uint32_t>(expected.crc));
    const std::string actual = base::to_base64(raw);
    if (actual != expected.checksum.value) {
      return fmt::format("{} {} is not the stored {}", algorithm, actual, expected.checksum.value);
    }
  }
  return std::nullopt;
}

std::optional<std::string> complaint_of(const GetObjectResult& got, std::string_view md5) {
  BodyCheck check(got.head, md5);
  check.update(got.body);
  return check.complaint(check.wants_crc32() ? base::crc32(got.body) : 0);
}

std::vector<std::string> md5s_of(std::span<const GetObjectResult> bodies) {
  std::vector<std::string> md5s(bodies.size());
  std::vector<std::string_view> hashed;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    if (!etag_is_md5(bodies[i].head)) continue;
    hashed.emplace_back(bodies[i].body);
    places.push_back(i);
  }
  std::vector<std::string> digests = base::md5_of_each(hashed);
  for (std::size_t i = 0; i < places.size(); ++i) md5s[places[i]] = std::move(digests[i]);
  return md5s;
}

GetObjectResult get_undamaged(
    ObjectStore& store, GetObjectRequest request,
    const std::function<std::optional<std::string>(const GetObjectResult&)>& complaint_of, int damaged) {
  constexpr int kReads = 3;
  for (int read = damaged + 1;; ++read) {
    GetObjectResult got = store.get_object(request);
    request.failed_try.reset();  // the get_object() above has counted it
    const std::optional<std::string> complaint = complaint_of(got);
    if (!complaint) return got;
    if (read >= kReads) {
      throw base::Error(base::ErrorKind::corrupt, *complaint,
                        {.operation = "GetObject",
                         .resource = request.bucket + "/" + base::printable(request.key),
                         .attempts = read});
    }
  }
}

}  // namespace s3c::s3
