#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "base/encoding.h"
#include "cli/output/format.h"
#include "cli/output/plan_summary.h"

namespace s3c::cli {
namespace {

using plan::Costs;
using plan::Figures;

/// Over so many months two ways to store the same are compared.
constexpr double kMonths = 12;
/// What a lifecycle rule may cost more and still be enough: it needs no other program, and the objects stay.
constexpr double kEnough = 1.05;
/// Later than this, much may have changed.
constexpr double kLongDays = 365;

/// What a way costs in the first months.
double first_months(double once, double monthly) {
  return once + kMonths * monthly;
}

std::string sums(const plan::ObjectSums& sums) {
  return fmt::format("{} ({})", format_objects(sums.objects), format_bytes(sums.bytes));
}

class Warnings {
 public:
  Warnings(const PlanSettings& settings, const plan::PlanReport& report, const Costs& costs)
      : settings_(settings),
        options_(settings.options),
        report_(report),
        total_(report.total),
        costs_(costs) {}

  std::vector<std::string> all() {
    if (total_.all.objects != 0) {
      weigh_costs();
      look_at_objects();
      look_at_run();
    }
    look_at_rest();
    look_at_prices();
    return std::move(texts_);
  }

 private:
  template <typename... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    texts_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  /// When not to archive.
  void weigh_costs() {
    if (options_.keep_sources) {
      add("--keep-sources saves nothing: the sources and the archives are both stored");
      return;
    }
    const double mine = first_months(costs_.once(), costs_.archived);
    if (costs_.archived >= costs_.now) {
      add("do not archive: the archives would cost {} a month, and the objects cost {}",
          format_dollars(costs_.archived), format_dollars(costs_.now));
    } else if (costs_.break_even_days.value_or(0) > kLongDays) {
      add("think twice: the run pays only after {}",
          format_count(static_cast<std::uint64_t>(std::llround(*costs_.break_even_days)), "day", "days"));
    }
    if (costs_.lifecycle &&
        first_months(costs_.lifecycle_once.value_or(0), *costs_.lifecycle) <= mine * kEnough) {
      add("a lifecycle rule to {} is enough: with its transitions it costs {} in the first year, and s3compress "
          "{}; the objects stay where they are",
          options_.storage_class,
          format_dollars(first_months(costs_.lifecycle_once.value_or(0), *costs_.lifecycle)),
          format_dollars(mine));
    }
    weigh_readable_classes(mine);
  }

  /// Classes that need no thaw, and are as durable as STANDARD.
  void weigh_readable_classes(double mine) {
    for (const base::ClassPrices& prices : settings_.prices->classes()) {
      const auto rule = total_.rules.find(prices.storage_class);
      if (rule == total_.rules.end() || prices.needs_thaw() || prices.storage_class == "ONEZONE_IA" ||
          prices.storage_class == options_.storage_class || rule->second.transitions == 0)
        continue;
      const Costs other = plan::costs_of(total_, *settings_.prices, prices.storage_class, false);
      const double theirs = first_months(other.lifecycle_once.value_or(0), other.lifecycle.value_or(0));
      if (theirs <= mine) {
        add("{} is cheaper: a lifecycle rule there costs {} in the first year, and s3compress {}; the objects can "
            "always be read",
            prices.storage_class, format_dollars(theirs), format_dollars(mine));
      }
    }
  }

  void look_at_objects() {
    if (total_.large.bytes * 2 > total_.all.bytes) {
      add("{} are already large (1 MiB and more): packing saves nothing on these; --max-object-size 1MiB leaves "
          "them to a lifecycle rule",
          sums(total_.large));
    }
    if (total_.young.objects != 0 && !options_.keep_sources) {
      add("{} are younger than the minimum of their storage class: deleting them now costs {}; the last one is "
          "old enough on {} (--min-age skips young objects)",
          sums(total_.young), format_dollars(costs_.early_delete_dollars),
          base::format_iso8601(*total_.young_until).substr(0, 10));
    }
    if (total_.by_class.contains("INTELLIGENT_TIERING")) {
      add("what INTELLIGENT_TIERING objects cost now is estimated: as if nobody had read them since they were "
          "written");
    }
    for (const auto& [storage_class, of_class] : total_.by_class) {
      if (settings_.prices->find(storage_class) == nullptr)
        add("there are no prices for the class {} of {}: STANDARD's are taken",
            base::printable(storage_class), sums(of_class));
    }
  }

  void look_at_run() {
    if (report_.keeps_versions) {
      add("the source bucket keeps versions: deleted objects stay under delete markers, stored and billed, until "
          "--delete-versions or a lifecycle rule removes them; the figures take them for gone");
    }
    if (options_.delete_versions) {
      add("the requests for --delete-versions are estimated: the listing doesn't tell how many versions there "
          "are");
    }
    if (settings_.with_kms) add("requests to KMS are not counted");
  }

  /// What archive would not take, as its dry run says it.
  void look_at_rest() {
    if (total_.frozen.objects != 0)
      add("{} are frozen and would be left: thaw them first", sums(total_.frozen));
    if (total_.too_large.objects != 0)
      add("{} are too large for --memory and would be left", sums(total_.too_large));
    if (total_.not_selected.objects != 0)
      add("{} in these groups are not selected (--min-age, --include and so on)", sums(total_.not_selected));
    if (!report_.outside.empty()) {
      add("{} under {} {} no group of the layout {}: not planned", report_.outside.describe(),
          base::printable(source::places_of(options_.selection)),
          report_.outside.objects.count() + report_.outside.folders.count() == 1 ? "fits" : "fit",
          options_.layout.text());
    }
    if (report_.lost.count() != 0) {
      add("{} of committed volumes {} gone: {}", format_count(report_.lost.count(), "archive", "archives"),
          report_.lost.count() == 1 ? "is" : "are", base::printable(report_.lost.named().front()));
    }
    if (report_.unfinished != 0) {
      add("killed runs left {}: clearing them is not counted",
          format_count(report_.unfinished, "unfinished volume", "unfinished volumes"));
    }
  }

  void look_at_prices() {
    const std::string& region = settings_.prices->region();
    if (!settings_.price_file.empty()) return;
    if (!settings_.is_aws) {
      add("the archive bucket is not in S3: the figures are S3's list prices of {}; --prices takes those of "
          "your store",
          region);
    } else if (region != settings_.archive_region) {
      add("no list prices of {} are known: those of {} are taken; --prices takes others",
          base::printable(settings_.archive_region), region);
    }
    if (settings_.is_aws && settings_.source_region != settings_.archive_region) {
      add("the buckets are in {} and {}: the transfer between regions is not counted",
          base::printable(settings_.source_region), base::printable(settings_.archive_region));
    }
  }

  const PlanSettings& settings_;
  const plan::PlanOptions& options_;
  const plan::PlanReport& report_;
  const Figures& total_;
  const Costs& costs_;
  std::vector<std::string> texts_;
};

}  // namespace

std::vector<std::string> plan_warnings(const PlanSettings& settings, const plan::PlanReport& report,
                                       const Costs& costs) {
  return Warnings(settings, report, costs).all();
}

}  // namespace s3c::cli
