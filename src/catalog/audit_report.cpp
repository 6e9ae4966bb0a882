#include "catalog/audit_report.h"

#include <utility>

namespace s3c::catalog {

void AuditFindings::note(const std::string& key, std::string what) {
  base::MutexLock lock(mutex_);
  report_.damages.add({key, std::move(what)});
}

void AuditFindings::note(const std::string& key, const base::Error& error) {
  if (error.kind() != base::ErrorKind::corrupt && error.kind() != base::ErrorKind::damaged) throw error;
  note(key, error.message());
}

void AuditFindings::count_members(std::uint64_t members) {
  base::MutexLock lock(mutex_);
  report_.members += members;
}

AuditReport AuditFindings::finish(std::string crc64nvme) {
  base::MutexLock lock(mutex_);
  report_.crc64nvme = std::move(crc64nvme);
  return std::move(report_);
}

}  // namespace s3c::catalog
