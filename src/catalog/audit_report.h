// What the audit of a volume finds.
#pragma once

#include <cstdint>
#include <string>

#include "base/counted.h"
#include "base/error.h"
#include "base/mutex.h"

namespace s3c::catalog {

/// One difference between a volume and its index or manifest.
struct Damage {
  std::string key;   ///< of the member; empty: the damage concerns the whole volume
  std::string what;  ///< what is wrong, on one line
};

struct AuditReport {
  std::uint64_t members = 0;  ///< that were read and decoded, good and damaged ones
  base::Counted<Damage> damages;
  std::string crc64nvme;  ///< of all bytes, base64; empty when the ZIP can't be read to its end

  bool whole() const { return damages.empty(); }
};

/// Collects the findings of one audit. Any thread.
class AuditFindings {
 public:
  /// key: of the member; empty: the damage concerns the whole volume.
  void note(const std::string& key, std::string what);
  /// Notes damage if the error is of kind corrupt or damaged. Throws any other error again.
  void note(const std::string& key, const base::Error& error);
  void count_members(std::uint64_t members);
  /// Returns the report. Call it once, when no other thread adds findings any more.
  AuditReport finish(std::string crc64nvme);

 private:
  base::Mutex mutex_;
  AuditReport report_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::catalog
