#include "archive/store_powers.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "archive/catalog.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/task_group.h"
#include "base/ulid.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorKind;
using Outcome = s3::DeleteResult::Outcome;

constexpr std::string_view kProbeBody = "s3compress was here";

/// What a store says that doesn't know a header or an element.
bool is_refusal(const Error& error) {
  return error.kind() == ErrorKind::invalid_argument || error.kind() == ErrorKind::unsupported;
}

/// One probe object and the uploads that make it.
class Probe {
 public:
  Probe(s3::ObjectStore& store, std::string bucket, std::string key)
      : store_(store), bucket_(std::move(bucket)), key_(std::move(key)) {}

  /// Makes the probe object by a multipart upload; true if the store took the checksum and tells it again.
  bool make_with_checksum() {
    std::string upload_id;
    try {
      upload_id = start(true);
      complete(upload_id, upload(upload_id, true), true, false);
    } catch (const Error& error) {
      if (!upload_id.empty()) store_.abort_multipart_upload(bucket_, key_, upload_id);
      // A store that doesn't know the headers may refuse them; one that can't be written is found out below.
      if (!is_refusal(error)) throw;
      upload_id = start(false);
      complete(upload_id, upload(upload_id, false), false, false);
      return false;
    }
    const auto head = store_.head_object(bucket_, key_);
    const std::string expected = base::to_base64(base::crc32_bytes(base::crc32(kProbeBody)));
    return head && head->whole_checksum("CRC32") == expected;
  }

  struct Race {
    int won = 0;           ///< Completes that may have had their effect
    bool refused = false;  ///< the condition isn't known
  };
  /// Two conditional Completes at once, at a name where nothing stands.
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
    std::optional<Error> trouble;
    for (const Runner& runner : runners) {
      if (!runner.error) {
        ++race.won;
        continue;
      }
      store_.abort_multipart_upload(bucket_, key_, runner.upload_id);
      if (runner.error->kind() == ErrorKind::no_upload) {
        ++race.won;  // it had its effect, and its answer was lost
      } else if (is_refusal(*runner.error)) {
        race.refused = true;
      } else if (runner.error->kind() != ErrorKind::precondition_failed) {
        trouble = runner.error;
      }
    }
    if (trouble) throw *trouble;
    return race;
  }

  /// On the way out of an error, which is the one to tell.
  void try_to_remove() {
    for (const std::string& upload_id : started_) {
      try {
        store_.abort_multipart_upload(bucket_, key_, upload_id);
      } catch (const Error&) {
        continue;  // gc finds it
      }
    }
    try {
      remove();
    } catch (const Error&) {
      return;
    }
  }

  s3::DeleteResult remove() {
    s3::DeleteItem item;
    item.key = key_;
    return store_.delete_objects(bucket_, {item}, s3::ObjectStore::Resend::allowed).at(0);
  }

 private:
  std::string start(bool checksum) {
    s3::CreateMultipartUploadRequest request;
    request.bucket = bucket_;
    request.key = key_;
    request.attributes.content_type = "text/plain";
    request.full_object_crc32 = checksum;
    return started_.emplace_back(store_.create_multipart_upload(request));
  }

  s3::UploadedPart upload(const std::string& upload_id, bool checksum) {
    s3::UploadPartRequest part;
    part.bucket = bucket_;
    part.key = key_;
    part.upload_id = upload_id;
    part.part_number = 1;
    part.body = kProbeBody;
    part.md5 = base::md5(kProbeBody);
    if (checksum) part.crc32 = base::crc32(kProbeBody);
    return store_.upload_part(part);
  }

  void complete(const std::string& upload_id, const s3::UploadedPart& part, bool checksum,
                bool if_none_match) {
    s3::CompleteMultipartUploadRequest request;
    request.bucket = bucket_;
    request.key = key_;
    request.upload_id = upload_id;
    request.parts = {part};
    request.if_none_match = if_none_match;
    if (checksum) request.full_object_crc32 = base::crc32(kProbeBody);
    store_.complete_multipart_upload(request);
  }

  s3::ObjectStore& store_;
  std::string bucket_;
  std::string key_;
  std::vector<std::string> started_;  ///< upload ids
};

}  // namespace

StorePowers find_powers(s3::ObjectStore& archive, const std::string& archive_bucket, const FixedPowers& fixed,
                        base::Clock& clock) {
  StorePowers powers;
  powers.conditional_complete = fixed.conditional_complete.value_or(false);
  powers.additional_checksums = fixed.additional_checksums.value_or(false);
  if (fixed.conditional_complete && fixed.additional_checksums) return powers;

  Probe probe(archive, archive_bucket, probe_key(base::make_ulid(clock.now())));
  try {
    if (!fixed.conditional_complete) {
      const Probe::Race race = probe.race();
      powers.takes_complete_condition = !race.refused;
      // That one was refused proves nothing: the two may have come one after the other.
      powers.conditional_complete = !race.refused && race.won <= 1 && archive.completes_atomically();
    }
    if (!fixed.additional_checksums) powers.additional_checksums = probe.make_with_checksum();
  } catch (const Error&) {
    probe.try_to_remove();
    throw;
  }
  if (const s3::DeleteResult left = probe.remove(); left.outcome == Outcome::refused) {
    // Losing a race means taking back a manifest: a run that may not delete in its own catalog can't keep the
    // protocol.
    throw Error(ErrorKind::access_denied,
                "the archive bucket must allow s3:DeleteObject under " + std::string(kCatalogPrefix),
                {.operation = "DeleteObjects", .resource = archive_bucket, .code = left.code});
  }
  return powers;
}

}  // namespace s3c::archive
