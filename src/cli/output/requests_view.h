// The progress of a command that counts nothing but its requests.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cli/output/format.h"
#include "cli/output/progress_view.h"
#include "cli/output/request_counts.h"

namespace s3c::cli {

class RequestsView final : public ProgressView {
 public:
  explicit RequestsView(std::function<RequestCounts()> counts) : counts_(std::move(counts)) {}

  void update(std::chrono::milliseconds elapsed, bool /*stopping*/) override {
    now_ = counts_();
    elapsed_ = elapsed;
    meter_.add(elapsed, {now_.total(), now_.received_bytes});
  }
  std::vector<std::string> totals() const override {
    const Speed speed = meter_.speed();
    std::vector<std::string> words = {format_count(now_.total(), "request", "requests") + " sent",
                                      format_bytes(now_.received_bytes) + " received",
                                      format_rate(speed.objects) + " requests",
                                      format_byte_rate(speed.bytes)};
    add_times(words, elapsed_, std::nullopt);
    return words;
  }

 private:
  const std::function<RequestCounts()> counts_;
  RequestCounts now_;
  std::chrono::milliseconds elapsed_{0};
  SpeedMeter meter_{kShownWindow};
};

}  // namespace s3c::cli
