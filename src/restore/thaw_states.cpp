#include "restore/thaw_states.h"

#include <optional>
#include <utility>
#include <variant>

#include "base/in_order.h"
#include "catalog/committed_volume.h"
#include "catalog/member_reader.h"

namespace s3c::restore {
namespace {

using base::Error;
using base::ErrorKind;

bool can_be_read(s3::ObjectStore& store, const std::string& bucket, const std::string& key) {
  s3::GetObjectRequest request;
  request.bucket = bucket;
  request.key = key;
  request.range = s3::ByteRange{0, 1};
  try {
    store.get_object(request);
    return true;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::wrong_state) throw;
    return false;
  }
}

s3::ThawState thaw_of(s3::ObjectStore& store, const std::string& bucket, const RestoreVolume& volume) {
  const auto head = store.head_object(bucket, volume.archive_key);
  if (!head || catalog::record_id(head) != volume.id) {
    const catalog::ArchiveIdentity identity = catalog::identify(*volume.manifest, head);
    // Refused before a thaw is paid for: after it, a range of this archive could be proven no better.
    if (identity == catalog::ArchiveIdentity::unproven) {
      throw Error(ErrorKind::unsupported, catalog::kUnprovenArchive,
                  {.operation = "restore", .resource = bucket + "/" + volume.archive_key});
    }
    if (identity != catalog::ArchiveIdentity::lost_id)
      throw catalog::absence_of_archive(store, bucket, *volume.manifest);
  }
  if (head->thaw.is_readable() || !can_be_read(store, bucket, volume.archive_key)) return head->thaw;
  return {};
}

}  // namespace

std::vector<UnaskedVolume> find_thaw_states(s3::ObjectStore& store, const std::string& archive_bucket,
                                            int threads, std::vector<RestoreVolume>& volumes) {
  using Answer = std::variant<s3::ThawState, Error>;
  std::vector<RestoreVolume> asked = std::exchange(volumes, {});
  std::vector<UnaskedVolume> unasked;
  std::size_t sent = 0;
  std::size_t answered = 0;
  base::in_order<RestoreVolume*, Answer>(
      threads, [&] { return sent < asked.size() ? std::optional(&asked[sent++]) : std::nullopt; },
      [&](RestoreVolume*& volume) -> Answer {
        try {
          return thaw_of(store, archive_bucket, *volume);
        } catch (const Error& error) {
          if (error.kind() == ErrorKind::cancelled) throw;
          return error;
        }
      },
      [&](Answer&& answer) {
        RestoreVolume& volume = asked[answered++];
        if (const auto* error = std::get_if<Error>(&answer)) {
          unasked.push_back({std::move(volume), *error});
          return;
        }
        volume.thaw = std::get<s3::ThawState>(answer);
        volumes.push_back(std::move(volume));
      });
  return unasked;
}

}  // namespace s3c::restore
