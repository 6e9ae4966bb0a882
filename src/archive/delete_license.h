// The right to delete the members of one volume: a proof that is fresh whenever it is used. All deletes in
// the source bucket go through a license; there is no other code that deletes source objects.
#pragma once

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "archive/stores.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/mutex.h"
#include "catalog/committed_volume.h"
#include "s3/object_store.h"

namespace s3c::archive {

/// Every method blocks and may be called from any thread.
class DeleteLicense {
 public:
  /// No proof is older than this when a delete is sent.
  static constexpr std::chrono::seconds kMaxAge{10};

  /// proven_at: when the HEAD of the archive began that proved the volume; nullopt: it counts as too old.
  DeleteLicense(const Stores& stores, base::Clock& clock, catalog::MarkedVolume volume,
                std::optional<base::Timestamp> proven_at)
      : stores_(stores), clock_(clock), volume_(std::move(volume)), proven_at_(proven_at) {}

  /// HEADs the archive if the last look at it is older than kMaxAge. Throws Error: damaged once
  /// the archive is gone or is not what the manifest says. Every later call then throws the same, and nothing
  /// more is deleted. Throws also what HEAD throws.
  void renew() S3C_EXCLUDES(mutex_);

  /// renew(), then ObjectStore::delete_objects() in the volume's source bucket.
  std::vector<s3::DeleteResult> delete_objects(const std::vector<s3::DeleteItem>& items,
                                               s3::ObjectStore::Resend resend);
  /// renew(), then ObjectStore::delete_object() in the volume's source bucket.
  s3::DeleteResult delete_object(const s3::DeleteItem& item, s3::ObjectStore::Resend resend);

 private:
  void prove() S3C_REQUIRES(mutex_);

  const Stores stores_;
  base::Clock& clock_;
  const catalog::MarkedVolume volume_;
  base::Mutex mutex_;
  std::optional<base::Timestamp> proven_at_ S3C_GUARDED_BY(mutex_);
  std::optional<base::Error> revoked_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::archive
