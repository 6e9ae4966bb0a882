#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "base/encoding.h"
#include "base/limits.h"
#include "cli/output/format.h"
#include "cli/output/plan_summary.h"
#include "cli/output/summary_parts.h"

namespace s3c::cli {
namespace {

using plan::Costs;
using plan::Figures;

constexpr std::size_t kColumns = 80;
constexpr std::size_t kIndent = 10;  ///< behind "requests: "

/// Puts words into lines of at most kColumns. The first line begins with label, the others are indented.
std::string wrapped(std::string_view label, std::string_view text) {
  std::string lines = fmt::format("{:<{}}", label, kIndent);
  std::size_t column = lines.size();
  bool line_is_empty = true;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (!line_is_empty && column + 1 + display_width(word) > kColumns) {
      lines += "\n" + std::string(kIndent, ' ');
      column = kIndent;
      line_is_empty = true;
    }
    if (!line_is_empty) lines += ' ';
    column += display_width(word) + (line_is_empty ? 0 : 1);
    lines += word;
    line_is_empty = false;
  }
  return lines + "\n";
}

std::string group_line(std::string_view name, std::uint64_t objects, std::uint64_t bytes,
                       std::uint64_t volumes, std::uint64_t archive_bytes) {
  constexpr std::size_t kName = 33;
  const std::string fitted = fit_to_width(base::printable(name), kName);
  return fmt::format("  {}{} {:>13} {:>10} {:>8} {:>9}\n", fitted,
                     std::string(kName - display_width(fitted), ' '), format_count(objects),
                     format_bytes(bytes), format_count(volumes), format_bytes(archive_bytes));
}

std::string groups_text(const PlanResult& result) {
  std::string text =
      fmt::format("  {:<33} {:>13} {:>10} {:>8} {:>9}\n", "group", "objects", "bytes", "volumes", "archives");
  for (const ShownGroup& group : result.shown)
    text += group_line(group.prefix, group.objects, group.bytes, group.volumes, group.archive_bytes);
  const plan::PlanReport& report = result.report;
  text += and_more(result.shown.size(), report.groups_to_archive, "  ");
  const Figures& total = report.total;
  if (report.groups_to_archive != 1)
    text += group_line("total", total.all.objects, total.all.bytes, total.volumes, total.archive_bytes);
  return text + "\n";
}

std::string sizes_text(const Figures& total) {
  constexpr std::size_t kBar = 28;
  std::uint64_t most = 1;
  for (const plan::ObjectSums& step : total.histogram) most = std::max(most, step.objects);
  std::string text;
  for (std::size_t i = 0; i < total.histogram.size(); ++i) {
    const plan::ObjectSums& step = total.histogram.at(i);
    if (step.objects == 0) continue;
    const std::string name = i < plan::kSizeSteps.size()
                                 ? "below " + base::size_text(plan::kSizeSteps.at(i))
                                 : base::size_text(plan::kSizeSteps.back()) + " and more";
    const std::size_t bar = std::max<std::size_t>(
        1, static_cast<std::size_t>(static_cast<double>(step.objects) / static_cast<double>(most) * kBar));
    text += fmt::format("{:<{}}{:<15} {:>13} {:>10}  {}\n", text.empty() ? "sizes:" : "", kIndent, name,
                        format_count(step.objects), format_bytes(step.bytes), std::string(bar, '#'));
  }
  return text;
}

std::string estimate_text(const plan::SizeModel& sizes) {
  if (sizes.sampled == 0) {
    return wrapped("archives:",
                   fmt::format("assumed to take {:.0f}% of the objects' bytes and what a ZIP adds "
                               "(--sample 100 reads 100 objects and measures)",
                               sizes.ratio * 100));
  }
  return wrapped("archives:", fmt::format("{} were read and took {} of {} when compressed: {:.0f}%",
                                          format_count(sizes.sampled, "member", "members"),
                                          format_bytes(sizes.sampled_compressed_bytes),
                                          format_bytes(sizes.sampled_bytes), sizes.ratio * 100));
}

std::string cost_line(std::string_view what, std::string_view once, double monthly) {
  return fmt::format("  {:<48} {:>13} {:>14}\n", what, once, format_dollars(monthly));
}

std::string costs_text(const PlanSettings& settings, const Costs& costs) {
  std::string text = fmt::format("  {:<48} {:>13} {:>14}\n", "costs", "once", "a month");
  text += cost_line("as it is", "", costs.now);
  if (costs.lifecycle) {
    text += cost_line(fmt::format("lifecycle rule to {}, one by one", settings.options.storage_class),
                      format_dollars(costs.lifecycle_once.value_or(0)), *costs.lifecycle);
  }
  text += cost_line(fmt::format("s3compress, to {}{}", settings.options.storage_class,
                                settings.options.keep_sources ? ", keeping the sources" : ""),
                    format_dollars(costs.once()), costs.archived);
  return text + "\n";
}

std::string once_text(const Costs& costs) {
  std::string text = fmt::format("requests {}", format_dollars(costs.request_dollars));
  if (costs.retrieval_dollars > 0)
    text += fmt::format(", reading out of the sources' class {}", format_dollars(costs.retrieval_dollars));
  if (costs.early_delete_dollars > 0)
    text +=
        fmt::format(", deleting before the sources' minimum {}", format_dollars(costs.early_delete_dollars));
  return wrapped("once:", text);
}

std::string operations_text(const plan::Requests& requests) {
  std::string text;
  for (const auto& [operation, count] : requests.by_operation())
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", operation, format_count(count));
  return wrapped("requests:", text);
}

std::string break_even_text(const plan::PlanReport& report, const Costs& costs) {
  if (!costs.break_even_days) return wrapped("pays:", "never");
  const double days = *costs.break_even_days;
  constexpr double kTooFar = 36'500;
  if (days > kTooFar) return wrapped("pays:", "not within 100 years");
  const base::Timestamp when = report.planned_at + std::chrono::hours(static_cast<std::int64_t>(days * 24));
  return wrapped("pays:", fmt::format("after {}, on {}",
                                      days < 1 ? "less than a day"
                                               : format_count(static_cast<std::uint64_t>(std::llround(days)),
                                                              "day", "days"),
                                      base::format_iso8601(when).substr(0, 10)));
}

std::string time_needed_text(const PlanSettings& settings, const Figures& total) {
  const double seconds = plan::least_seconds(total, settings.options.keep_sources);
  return wrapped(
      "time:",
      fmt::format("at least {}: under one prefix S3 serves {}",
                  format_duration(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)), true),
                  settings.options.keep_sources ? "5,500 GETs per second"
                                                : "5,500 GETs and 3,500 deletes per second"));
}

std::string restore_cost_text(const PlanSettings& settings, const Figures& total) {
  std::string text;
  for (const plan::RestoreCost& cost :
       plan::restore_costs(total, *settings.prices, settings.options.storage_class)) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", format_dollars(cost.dollars));
    if (!cost.tier.empty()) text += fmt::format(" {} ({})", cost.tier, cost.takes);
  }
  return wrapped("restore:", "all of it: " + text);
}

/// What the lifecycle rule of the table would need.
std::string rule_text(const Figures& total, const Costs& costs) {
  if (!costs.lifecycle || total.small.objects == 0) return {};
  return wrapped("rule:",
                 fmt::format("{} ({}) are smaller than 128 KB: a lifecycle rule skips these unless it "
                             "has a size filter",
                             format_objects(total.small.objects), format_bytes(total.small.bytes)));
}

std::string minimum_text(const PlanSettings& settings) {
  const base::ClassPrices& target = settings.prices->of(settings.options.storage_class);
  if (target.minimum_days == 0) return {};
  return wrapped("minimum:", fmt::format("an archive is billed for {} days, also if it is deleted earlier",
                                         target.minimum_days));
}

std::string prices_text(const PlanSettings& settings) {
  return wrapped("prices:", fmt::format("{}, {}: {}", settings.prices->region(), settings.prices->date(),
                                        base::printable(settings.prices->source())));
}

std::string days_text(const Figures& total) {
  if (!total.oldest || !total.newest) return {};
  return wrapped("modified:", fmt::format("from {} to {}", base::format_iso8601(*total.oldest).substr(0, 10),
                                          base::format_iso8601(*total.newest).substr(0, 10)));
}

std::string archived_before_text(const Figures& total, const Costs& costs) {
  if (total.archived_before.objects == 0) return {};
  return wrapped(
      "before:",
      fmt::format("{} ({}) are archived already; deleting them saves another {} a month",
                  format_objects(total.archived_before.objects), format_bytes(total.archived_before.bytes),
                  format_dollars(costs.archived_before)));
}

std::string nothing_text(const PlanSettings& settings) {
  return fmt::format(
      "plan: nothing to archive under {} (layout {}, and the other flags under \"Which objects\" "
      "in --help)\n",
      base::printable(source::places_of(settings.options.selection)), settings.options.layout.text());
}

}  // namespace

ExitCode exit_code_of(const PlanResult& result) {
  if (result.report.interrupted) return ExitCode::interrupted;
  return result.report.failure ? exit_code_of_run_error(*result.report.failure) : ExitCode::done;
}

std::string problems_text(const PlanOutcome& outcome) {
  const std::optional<base::Error>& failure = outcome.report.report.failure;
  std::string text;
  if (failure)
    text = "INCOMPLETE: the plan ended early\n" + failure_text(base::printable(failure->what()), *failure);
  return text + std::string(last_line(outcome.exit_code));
}

std::string text_summary(const PlanOutcome& outcome) {
  const PlanSettings& settings = outcome.options;
  const plan::PlanReport& report = outcome.report.report;
  const Figures& total = report.total;
  const Costs costs =
      plan::costs_of(total, *settings.prices, settings.options.storage_class, settings.options.keep_sources);
  std::string text;
  if (total.all.objects == 0) {
    text = nothing_text(settings) + archived_before_text(total, costs);
  } else {
    text =
        fmt::format("plan: {} ({}) of {}, into {}\n\n", format_objects(total.all.objects),
                    format_bytes(total.all.bytes), format_count(report.groups_to_archive, "group", "groups"),
                    format_volumes(total.volumes)) +
        groups_text(outcome.report) + costs_text(settings, costs) + break_even_text(report, costs) +
        once_text(costs) + operations_text(total.requests) + time_needed_text(settings, total) +
        restore_cost_text(settings, total) + minimum_text(settings) + rule_text(total, costs) +
        sizes_text(total) + days_text(total) + estimate_text(report.sizes) +
        archived_before_text(total, costs) + prices_text(settings);
  }
  for (const std::string& warning : plan_warnings(settings, report, costs)) text += wrapped("NOTE:", warning);
  text += split_text(outcome);
  return text + problems_text(outcome);
}

}  // namespace s3c::cli
