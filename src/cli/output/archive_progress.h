// The progress of an archive run as text. Uses no clock and no terminal. One thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "archive/progress.h"
#include "cli/output/progress_view.h"

namespace s3c::cli {

/// Rates over the last seconds, so that they show what the run does now.
class RateMeter {
 public:
  static constexpr std::chrono::seconds kWindow{15};

  /// elapsed: since the run's start, never less than the call before.
  void add(std::chrono::milliseconds elapsed, const archive::RunProgress& progress);

  double objects_per_second() const { return rate(&Sample::objects); }
  double bytes_per_second() const { return rate(&Sample::bytes); }
  double deletes_per_second() const { return rate(&Sample::deleted); }

 private:
  struct Sample {
    std::chrono::milliseconds elapsed{0};
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;
    std::uint64_t deleted = 0;
  };
  double rate(std::uint64_t Sample::*count) const;

  std::deque<Sample> samples_;
};

/// The time that the rest will take at the present speed. nullopt while too little is known: groups are still
/// being found, or less than a fiftieth is done.
std::optional<std::chrono::milliseconds> time_left(const archive::RunProgress& progress,
                                                   std::chrono::milliseconds elapsed);

/// The whole run on one line.
std::string total_line(const archive::RunProgress& progress, const RateMeter& rates,
                       std::chrono::milliseconds elapsed);

/// The whole run on two lines (one if no more fit), and below them one for each group in work; at most
/// max_lines.
std::vector<std::string> progress_frame(const archive::RunProgress& progress, const RateMeter& rates,
                                        std::chrono::milliseconds elapsed, std::size_t max_lines);

/// The view of an archive run. progress must outlive it.
class RunProgressView final : public ProgressView {
 public:
  explicit RunProgressView(const archive::Progress& progress) : progress_(progress) {
    rates_.add(std::chrono::milliseconds(0),
               {});  // nothing was done at the start: the first line has rates too
  }
  void update(std::chrono::milliseconds elapsed) override;
  std::vector<std::string> frame(std::size_t max_lines) const override;
  std::string line() const override;

 private:
  const archive::Progress& progress_;
  archive::RunProgress now_;
  std::chrono::milliseconds elapsed_{0};
  RateMeter rates_;
};

}  // namespace s3c::cli
