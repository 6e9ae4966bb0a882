#include "cli/output/archive_progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "cli/output/format.h"

namespace s3c::cli {
namespace {

using archive::GroupProgress;
using archive::RunProgress;
using std::chrono::milliseconds;

std::string_view stage_name(GroupProgress::Stage stage) {
  switch (stage) {
    case GroupProgress::Stage::listing:
      return "listing";
    case GroupProgress::Stage::waiting:
      return "waiting";
    case GroupProgress::Stage::packing:
      return "packing";
    case GroupProgress::Stage::reading_back:
      return "verifying";
    case GroupProgress::Stage::committing:
      return "committing";
    case GroupProgress::Stage::deleting:
      return "deleting";
  }
  return "working";
}

double fraction(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return 0;
  return std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
}

/// The part of a group that is done, 0 to 1; 0 while the group's size isn't known. A delete request has a
/// thousand keys, so the deletes take next to no time beside the packing.
double done_of(const GroupProgress& group) {
  if (!group.listing_done) return 0;
  constexpr double kDeletes = 0.05;
  return (1 - kDeletes) * fraction(group.packed, group.listed) +
         kDeletes * fraction(group.deleted, group.listed);
}

std::string group_line(const GroupProgress& group) {
  const bool deleting = group.stage == GroupProgress::Stage::deleting;
  const std::uint64_t done = deleting ? group.deleted : group.packed;
  std::string text = fmt::format("  {}  {:<10}", base::printable(group.prefix), stage_name(group.stage));
  if (group.listing_done && group.listed > 0) {
    text += fmt::format(" {:>3.0f}%  {} of {}", 100 * fraction(done, group.listed), format_count(done),
                        format_count(group.listed, "object", "objects"));
  } else if (group.stage != GroupProgress::Stage::waiting) {
    text += fmt::format("       {}{} so far", done == 0 ? "" : format_count(done) + " of ",
                        format_count(group.listed, "object", "objects"));
  }
  if (group.bytes_in > 0 && !deleting) text += ", " + format_bytes(group.bytes_in);
  return text;
}

/// What has been done so far.
std::string amounts(const RunProgress& progress) {
  std::string text = fmt::format("{} of {}{} groups, {} packed, {} -> {}", format_count(progress.groups_done),
                                 format_count(progress.groups_found), progress.groups_final ? "" : "+",
                                 format_count(progress.objects_packed, "object", "objects"),
                                 format_bytes(progress.bytes_in), format_bytes(progress.bytes_out));
  if (progress.bytes_in > 0 && progress.bytes_out > 0) {
    text += fmt::format(" ({})", format_ratio(progress.bytes_in, progress.bytes_out));
  }
  if (progress.objects_deleted > 0)
    text += fmt::format(", {} deleted", format_count(progress.objects_deleted));
  if (progress.objects_left > 0) text += fmt::format(", {} LEFT", format_count(progress.objects_left));
  return text;
}

/// How fast the run is, how long it has taken, and how long the rest will take.
std::string speeds(const RunProgress& progress, const RateMeter& rates, milliseconds elapsed) {
  std::string text = fmt::format("{} packed, {}", format_rate(rates.objects_per_second()),
                                 format_byte_rate(rates.bytes_per_second()));
  if (rates.deletes_per_second() > 0)
    text += fmt::format(", {} deleted", format_rate(rates.deletes_per_second()));
  text += ", " + format_duration(elapsed);
  if (const auto left = time_left(progress, elapsed))
    text += fmt::format(", about {} left", format_duration(*left));
  return text;
}

}  // namespace

void RateMeter::add(milliseconds elapsed, const RunProgress& progress) {
  samples_.push_back({elapsed, progress.objects_packed, progress.bytes_in, progress.objects_deleted});
  // One sample that is older than the window stays, so that the samples always cover the whole window.
  while (samples_.size() > 2 && samples_[1].elapsed + kWindow <= elapsed) samples_.pop_front();
}

double RateMeter::rate(std::uint64_t Sample::*count) const {
  if (samples_.size() < 2) return 0;
  const milliseconds span = samples_.back().elapsed - samples_.front().elapsed;
  if (span <= milliseconds(0) || samples_.back().*count < samples_.front().*count) return 0;
  return static_cast<double>(samples_.back().*count - samples_.front().*count) * 1000 /
         static_cast<double>(span.count());
}

std::optional<milliseconds> time_left(const RunProgress& progress, milliseconds elapsed) {
  if (!progress.groups_final || progress.groups_found == 0) return std::nullopt;
  double done = static_cast<double>(progress.groups_done);
  for (const GroupProgress& group : progress.open_groups) done += done_of(group);
  const double part = std::min(1.0, done / static_cast<double>(progress.groups_found));
  if (part < 0.02) return std::nullopt;
  return milliseconds(static_cast<std::int64_t>(static_cast<double>(elapsed.count()) * (1 - part) / part));
}

std::string total_line(const RunProgress& progress, const RateMeter& rates, milliseconds elapsed) {
  return amounts(progress) + "; " + speeds(progress, rates, elapsed);
}

std::vector<std::string> progress_frame(const RunProgress& progress, const RateMeter& rates,
                                        milliseconds elapsed, std::size_t max_lines) {
  constexpr std::size_t kTotals = 2;
  if (max_lines < kTotals) return {total_line(progress, rates, elapsed)};
  std::vector<std::string> lines = {amounts(progress), speeds(progress, rates, elapsed)};
  const std::size_t groups = progress.open_groups.size();
  const std::size_t room = max_lines - kTotals;
  // If not all groups fit, the last line says how many are not shown.
  const std::size_t shown = groups <= room ? groups : room - std::min<std::size_t>(room, 1);
  for (std::size_t i = 0; i < shown; ++i) lines.push_back(group_line(progress.open_groups[i]));
  if (shown < groups && room > 0) {
    lines.push_back(fmt::format("  and {} more", format_count(groups - shown, "group", "groups")));
  }
  return lines;
}

void RunProgressView::update(milliseconds elapsed) {
  now_ = progress_.snapshot();
  elapsed_ = elapsed;
  rates_.add(elapsed, now_);
}

std::vector<std::string> RunProgressView::frame(std::size_t max_lines) const {
  return progress_frame(now_, rates_, elapsed_, max_lines);
}

std::string RunProgressView::line() const {
  return total_line(now_, rates_, elapsed_);
}

}  // namespace s3c::cli
