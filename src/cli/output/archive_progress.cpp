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
      return "waiting for its turn";
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

int idleness(GroupProgress::Stage stage) {
  return stage == GroupProgress::Stage::waiting ? 2 : stage == GroupProgress::Stage::listing ? 1 : 0;
}

/// What the group has to pack in all; nullopt while its listing goes on.
std::optional<Work> whole_group(const GroupProgress& group) {
  if (group.listing_done) return Work{group.listed, group.listed_bytes};
  if (group.foreseen) return Work{group.foreseen->objects, group.foreseen->bytes};
  return std::nullopt;
}

void add(Work& sum, const Work& more) {
  sum.objects += more.objects;
  sum.bytes += more.bytes;
}

/// The text behind a group's name. with_bytes: there is room for them.
std::string group_state(const GroupProgress& group, bool with_bytes) {
  const bool deleting = group.stage == GroupProgress::Stage::deleting;
  const std::uint64_t done = deleting ? group.deleted : group.packed;
  const std::optional<Work> whole = whole_group(group);
  std::string text = fmt::format("  {:<10}", stage_name(group.stage));
  if (whole && whole->objects > 0) {
    const double part = std::min(1.0, static_cast<double>(done) / static_cast<double>(whole->objects));
    // Not before it is done: 99.6 % would be printed as 100.
    const int percent = static_cast<int>(100 * part);
    if (done != 0) text += fmt::format(" {:>3}%  {} of", percent, format_count(done));
    text += " " + format_objects(whole->objects);
  } else if (group.listed > 0) {
    text += fmt::format("       {}{} so far", done == 0 ? "" : format_count(done) + " of ",
                        format_objects(group.listed));
  }
  if (with_bytes && group.bytes_in > 0 && !deleting) text += ", " + format_bytes(group.bytes_in);
  return text;
}

}  // namespace

std::optional<WholeRun> whole_run(const RunProgress& progress) {
  if (!progress.groups_final) return std::nullopt;
  Work known{progress.ended_objects, progress.ended_bytes};
  std::uint64_t known_groups = progress.ended_groups;
  std::vector<Work> at_least;  // of the groups that are being listed
  for (const GroupProgress& group : progress.open_groups) {
    if (const std::optional<Work> whole = whole_group(group)) {
      add(known, *whole);
      ++known_groups;
    } else {
      at_least.push_back({group.listed, group.listed_bytes});
    }
  }
  const std::uint64_t begun = progress.ended_groups + progress.open_groups.size();
  const std::uint64_t to_come = progress.groups_found - std::min(progress.groups_found, begun);
  if (at_least.empty() && to_come == 0) return WholeRun{known, true};
  if (known_groups == 0) return std::nullopt;
  const Work mean{known.objects / known_groups, known.bytes / known_groups};
  Work whole = known;
  add(whole, {mean.objects * to_come, mean.bytes * to_come});
  for (const Work& least : at_least)
    add(whole, {std::max(mean.objects, least.objects), std::max(mean.bytes, least.bytes)});
  return WholeRun{whole, false};
}

std::string group_line(const GroupProgress& group, std::size_t columns) {
  constexpr std::size_t kLeastName = 12;
  std::string name = base::printable(group.prefix);
  std::string state = group_state(group, true);
  if (2 + display_width(name) + display_width(state) > columns) state = group_state(group, false);
  const std::size_t taken = 2 + display_width(state);
  const std::size_t room = std::max(kLeastName, columns - std::min(columns, taken));
  if (display_width(name) > room) name = "..." + std::string(tail_within(name, room - 3));
  return "  " + name + state;
}

void RunProgressView::update(milliseconds elapsed, bool stopping) {
  now_ = progress_.snapshot();
  elapsed_ = elapsed;
  stopping_ = stopping;
  packing_.add(elapsed, {now_.objects_packed, now_.bytes_in});
  forecast_.add(elapsed, {now_.objects_packed, now_.bytes_in});
  deleting_.add(elapsed, {now_.objects_deleted, 0});
}

std::vector<std::string> RunProgressView::totals() const {
  if (now_.groups_found == 0 && !now_.groups_final) {
    std::vector<std::string> words = {"looking for groups"};
    add_times(words, elapsed_, std::nullopt);
    return words;
  }
  if (dry_run_) return totals_of_dry_run();
  const std::optional<WholeRun> whole = stopping_ ? std::nullopt : whole_run(now_);
  std::vector<std::string> words = {fmt::format("{} of {}{} groups", format_count(now_.groups_done),
                                                format_count(now_.groups_found),
                                                now_.groups_final ? "" : "+")};
  if (whole && whole->work.objects > 0) {
    words.push_back(fmt::format("{} of {}{} packed", format_count(now_.objects_packed),
                                whole->exact ? "" : "about ", format_objects(whole->work.objects)));
  } else {
    words.push_back(format_objects(now_.objects_packed) + " packed");
  }
  std::string bytes = fmt::format("{} -> {}", format_bytes(now_.bytes_in), format_bytes(now_.bytes_out));
  if (now_.bytes_in > 0 && now_.bytes_out > 0)
    bytes += fmt::format(" ({})", format_ratio(now_.bytes_in, now_.bytes_out));
  words.push_back(std::move(bytes));
  if (now_.objects_deleted > 0) words.push_back(format_count(now_.objects_deleted) + " deleted");
  if (now_.objects_left > 0) words.push_back(format_count(now_.objects_left) + " LEFT");
  if (std::string saved = savings(); !saved.empty()) words.push_back(std::move(saved));
  const Speed packing = packing_.speed();
  words.push_back(format_rate(packing.objects) + " packed");
  words.push_back(format_byte_rate(packing.bytes));
  if (const double deleting = deleting_.speed().objects; deleting > 0)
    words.push_back(format_rate(deleting) + " deleted");
  add_times(words, elapsed_, time_left());
  return words;
}

/// Of the volumes that are committed, at list prices. Without deletes nothing is saved.
std::string RunProgressView::savings() const {
  constexpr double kCent = 0.01;
  const double saved = now_.monthly_source_dollars - now_.monthly_archive_dollars;
  if (!now_.deletes || saved < kCent) return {};
  return fmt::format("saves {} a month{}", format_dollars(saved), billed_by_aws_ ? "" : " on AWS");
}

std::vector<std::string> RunProgressView::totals_of_dry_run() const {
  Work found{now_.ended_objects, now_.ended_bytes};
  for (const GroupProgress& group : now_.open_groups) add(found, {group.listed, group.listed_bytes});
  std::vector<std::string> words = {
      fmt::format("{} of {}{} groups looked at", format_count(now_.groups_done),
                  format_count(now_.groups_found), now_.groups_final ? "" : "+"),
      format_objects(found.objects) + " would be archived", format_bytes(found.bytes)};
  // A listing tells nothing of what is still to come, so the groups are what counts here.
  std::optional<milliseconds> left;
  if (now_.groups_final && now_.groups_done > 0 && now_.groups_done < now_.groups_found && !stopping_)
    left = elapsed_ * (now_.groups_found - now_.groups_done) / now_.groups_done;
  add_times(words, elapsed_, left);
  return words;
}

/// Nothing once the run is being stopped: what is left then is told by the status, not by an estimate.
std::optional<milliseconds> RunProgressView::time_left() const {
  constexpr milliseconds kTooEarly{2000};
  const std::optional<WholeRun> whole = whole_run(now_);
  if (!whole || stopping_ || elapsed_ < kTooEarly) return std::nullopt;
  const Work left = work_left(whole->work, {now_.objects_packed + now_.objects_left, now_.bytes_in});
  if (left.objects > 0) return time_for(left, forecast_.speed());
  // The last volume's deletes are all that is left.
  const std::uint64_t deletes = now_.objects_packed - std::min(now_.objects_packed, now_.objects_deleted);
  if (!now_.deletes || deletes == 0) return std::nullopt;
  return time_for({deletes, 0}, deleting_.speed());
}

std::vector<std::string> RunProgressView::details(std::size_t max_lines, std::size_t columns) const {
  std::vector<std::string> lines;
  const std::size_t groups = now_.open_groups.size();
  // If not all groups fit, the last line says how many are not shown.
  const std::size_t shown = groups <= max_lines ? groups : max_lines - std::min<std::size_t>(max_lines, 1);
  // Those in work come first, then those that are listed, then those that wait.
  std::vector<GroupProgress> in_order = now_.open_groups;
  std::stable_sort(in_order.begin(), in_order.end(), [](const GroupProgress& a, const GroupProgress& b) {
    return idleness(a.stage) < idleness(b.stage);
  });
  for (std::size_t i = 0; i < shown; ++i) lines.push_back(group_line(in_order[i], columns));
  if (shown < groups && max_lines > 0)
    lines.push_back(fmt::format("  and {} more", format_count(groups - shown, "group", "groups")));
  return lines;
}

}  // namespace s3c::cli
