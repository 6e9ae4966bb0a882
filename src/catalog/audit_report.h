// What the audit of a volume finds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/mutex.h"

namespace s3c::catalog {

/// One thing that is not as the index or the manifest says.
struct Damage {
  std::string key;   ///< of the member; empty: it is about the volume as a whole
  std::string what;  ///< one line
};

struct AuditReport {
  static constexpr std::size_t kMaxNamed = 1000;

  std::uint64_t members = 0;  ///< read and decoded, good ones and bad ones
  std::uint64_t damages = 0;
  std::vector<Damage> named;  ///< the first kMaxNamed of them
  std::string crc64nvme;      ///< of all bytes, base64; empty when the ZIP can't be read to its end

  bool whole() const { return damages == 0; }
};

/// A report while it is made. Any thread.
class AuditFindings {
 public:
  /// key: of the member; empty: it is about the volume as a whole.
  void note(const std::string& key, std::string what);
  /// Damage, if the error is of kind corrupt. Throws any other one.
  void note(const std::string& key, const base::Error& error);
  void count_members(std::uint64_t members);
  /// The report. Called once, when no other thread notes any more.
  AuditReport finish(std::string crc64nvme);

 private:
  base::Mutex mutex_;
  AuditReport report_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::catalog
