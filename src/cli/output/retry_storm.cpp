#include "cli/output/retry_storm.h"

namespace s3c::cli {

RetryStorm::Change RetryStorm::add(std::chrono::milliseconds elapsed, std::uint64_t requests,
                                   std::uint64_t failed_tries) {
  samples_.push_back({elapsed, requests, failed_tries});
  // One sample at the window's edge or before it stays, so that the samples cover the whole window.
  while (samples_.size() > 2 && samples_[1].elapsed + kWindow <= elapsed) samples_.pop_front();
  const bool blows = this->failed_tries() >= kLeastFailures && this->failed_tries() * 10 >= this->requests();
  if (blows == blows_) return Change::none;
  blows_ = blows;
  return blows ? Change::began : Change::ended;
}

}  // namespace s3c::cli
