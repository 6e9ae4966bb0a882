#include "catalog/abort_probe.h"

#include <utility>

#include "base/ulid.h"
#include "catalog/catalog.h"
#include "catalog/store_powers.h"

namespace s3c::catalog {

AbortProbe::AbortProbe(s3::ObjectStore& store, std::string bucket, std::string not_done, std::stop_token stop)
    : store_(store),
      bucket_(std::move(bucket)),
      not_done_(std::move(not_done)),
      stop_(std::move(stop)),
      id_(base::make_ulid(store.now())) {}

void AbortProbe::expect_harmless() {
  base::MutexLock lock(mutex_);  // held during the requests: other threads wait for the same answer
  if (harmful_) throw *harmful_;
  if (harmless_) return;
  try {
    check_aborts(store_, bucket_, id_, not_done_, stop_);
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::unsupported) harmful_ = error;
    throw;
  }
  harmless_ = true;
}

bool AbortProbe::owns(std::string_view key) const {
  return key.starts_with(probe_key(id_));
}

}  // namespace s3c::catalog
