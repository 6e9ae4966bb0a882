#include <fmt/format.h>

#include "cli/output/plan_summary.h"
#include "cli/output/summary_parts.h"
#include "cli/version.h"

namespace s3c::cli {
namespace {

using plan::Costs;
using plan::Figures;
using plan::ObjectSums;

Json sums_json(const ObjectSums& sums) {
  return {{"objects", sums.objects}, {"bytes", sums.bytes}};
}

Json or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json time_json(const std::optional<base::Timestamp>& time) {
  return time ? Json(base::format_iso8601(*time)) : Json(nullptr);
}

Json histogram_json(const plan::Histogram& histogram) {
  Json steps = Json::array();
  for (std::size_t i = 0; i < histogram.size(); ++i) {
    Json step = {{"below_bytes", i < plan::kSizeSteps.size() ? Json(plan::kSizeSteps.at(i)) : Json(nullptr)}};
    step.update(sums_json(histogram.at(i)));
    steps.push_back(std::move(step));
  }
  return steps;
}

Json monthly_json(const Costs& costs) {
  return {{"now", costs.now}, {"lifecycle", or_null(costs.lifecycle)}, {"archived", costs.archived}};
}

/// What a group and the total have in common.
Json figures_json(const PlanSettings& settings, const Figures& figures, const Costs& costs) {
  return {{"objects", figures.all.objects},
          {"bytes", figures.all.bytes},
          {"volumes", figures.volumes},
          {"archive_bytes", figures.archive_bytes},
          {"oldest", time_json(figures.oldest)},
          {"newest", time_json(figures.newest)},
          {"sizes", histogram_json(figures.histogram)},
          {"requests", figures.requests.by_operation()},
          {"request_dollars", costs.request_dollars},
          {"retrieval_dollars", costs.retrieval_dollars},
          {"early_delete_dollars", costs.early_delete_dollars},
          {"monthly_dollars", monthly_json(costs)},
          {"already_archived", sums_json(figures.archived_before)},
          {"frozen", sums_json(figures.frozen)},
          {"too_large", sums_json(figures.too_large)},
          {"not_selected", sums_json(figures.not_selected)},
          {"least_seconds", plan::least_seconds(figures, settings.options.keep_sources)}};
}

Costs costs_of(const PlanSettings& settings, const Figures& figures) {
  return plan::costs_of(figures, *settings.prices, settings.options.storage_class,
                        settings.options.keep_sources);
}

Json rules_json(const PlanSettings& settings, const Figures& figures) {
  Json rules = Json::object();
  for (const auto& [storage_class, rule] : figures.rules) {
    const Costs costs = plan::costs_of(figures, *settings.prices, storage_class, false);
    rules[storage_class] = {{"transitions", rule.transitions},
                            {"once_dollars", or_null(costs.lifecycle_once)},
                            {"monthly_dollars", or_null(costs.lifecycle)}};
  }
  return rules;
}

Json total_json(const PlanSettings& settings, const plan::PlanReport& report, const Costs& costs) {
  const Figures& total = report.total;
  const base::ClassPrices& target = settings.prices->of(settings.options.storage_class);
  Json json = figures_json(settings, total, costs);
  json["once_dollars"] = costs.once();
  json["lifecycle_once_dollars"] = or_null(costs.lifecycle_once);
  json["break_even_days"] = or_null(costs.break_even_days);
  json["lifecycle_rules"] = rules_json(settings, total);
  json["already_archived"]["monthly_dollars"] = costs.archived_before;
  json["young"] = sums_json(total.young);
  json["below_128_kib"] = sums_json(total.small);
  Json classes = Json::object();
  for (const auto& [storage_class, sums] : total.by_class) classes[storage_class] = sums_json(sums);
  json["storage_classes"] = std::move(classes);
  Json restore = Json::array();
  for (const plan::RestoreCost& cost :
       plan::restore_costs(total, *settings.prices, settings.options.storage_class)) {
    restore.push_back({{"tier", cost.tier.empty() ? Json(nullptr) : Json(cost.tier)},
                       {"takes", cost.takes.empty() ? Json(nullptr) : Json(cost.takes)},
                       {"dollars", cost.dollars}});
  }
  json["restore"] = std::move(restore);
  json["minimum_days"] = target.minimum_days;
  return json;
}

/// The members of a JSON object without its braces.
std::string members_of(const Json& json) {
  std::string text = dumped(json);
  return text.substr(text.find('{') + 1, text.rfind('}') - text.find('{') - 1);
}

}  // namespace

PlanGroups::PlanGroups(const PlanSettings& settings, bool json, std::stop_token stop)
    : settings_(settings), json_(json), lines_(std::move(stop)) {}

void PlanGroups::add(const plan::GroupPlan& group) {
  constexpr std::size_t kMostShown = 6;
  const Figures& figures = group.figures;
  by_day_.add(group.day, group.prefix, {figures.all.objects, figures.all.bytes, figures.archive_bytes});
  if (!json_) {
    if (figures.all.objects != 0 && shown_.size() < kMostShown) {
      shown_.push_back(
          {group.prefix, figures.all.objects, figures.all.bytes, figures.volumes, figures.archive_bytes});
    }
    return;
  }
  Json json = {{"group", group.prefix}};
  json.update(figures_json(settings_, figures, costs_of(settings_, figures)));
  std::string line = json_line(json);
  line.erase(line.find_last_not_of('\n') + 1);
  lines_.write(fmt::format("{}\n    {}", any_ ? "," : "{\n  \"groups\": [", line));
  any_ = true;
}

void PlanGroups::finish() {
  if (!json_) return;
  lines_.write(any_ ? "\n  ]," : "{\n  \"groups\": [],");
  lines_.finish();
}

Json report_document(const PlanOutcome& outcome) {
  const PlanSettings& settings = outcome.options;
  const plan::PlanReport& report = outcome.report.report;
  const Costs costs = costs_of(settings, report.total);
  Json json = {{"total", total_json(settings, report, costs)},
               {"warnings", plan_warnings(settings, report, costs)}};
  json.update(json_head("plan", outcome.exit_code));
  json.update({{"bucket", settings.options.selection.bucket},
               {"prefix", prefixes_json(settings.options.selection.prefixes)},
               {"archive_bucket", settings.options.archive_bucket},
               {"storage_class", settings.options.storage_class},
               {"seconds", static_cast<double>(outcome.duration.count()) / 1000},
               {"estimate",
                {{"compressed_bytes_per_byte", report.sizes.ratio},
                 {"sampled", report.sizes.sampled},
                 {"sampled_bytes", report.sizes.sampled_bytes},
                 {"sampled_compressed_bytes", report.sizes.sampled_compressed_bytes},
                 {"sampled_tagged", report.sizes.sampled_tagged}}},
               {"prices", prices_json(*settings.prices)},
               {"by_day", by_day_json(outcome.report.by_day)},
               {"outside_layout", outside_json(report.outside)},
               {"lost", counted_json(report.lost)},
               {"error", report.failure ? error_json(*report.failure) : Json(nullptr)},
               {"own_requests", requests_json(outcome.requests)}});
  json.update(split_json(outcome));
  return json;
}

std::string json_summary(const PlanOutcome& outcome) {
  return members_of(report_document(outcome)).append("}\n");
}

}  // namespace s3c::cli
