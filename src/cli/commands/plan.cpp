#include "cli/commands/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "cli/commands/archive.h"
#include "cli/commands/archive_flags.h"
#include "cli/commands/split_flags.h"
#include "cli/options/reader.h"
#include "cli/output/format.h"
#include "cli/output/plan_summary.h"
#include "cli/session.h"
#include "plan/plan_run.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kPlanProse =
    R"(Lists what archive would archive, and computes at S3's list prices: what the run costs, what the objects
cost a month now, with a lifecycle rule that moves them one by one, and as archives; after how many days
the run has paid; what bringing everything back would cost. Says when archiving does not pay. Changes
nothing. With --split it also writes manifests, which deal the work out to several tasks.

It takes the flags of archive: put "plan" in front of them. Those that do not change the costs do not
matter. A size that only a run can know is estimated; --sample measures it on real members.
docs/costs.md has the formulas.
)";

constexpr std::string_view kPlanExamples =
    R"(  What would archiving 2018 cost, and save?
    s3compress plan --bucket source-bucket --arch-bucket archive-bucket --years 2018

  The same to the cheapest class, with 200 members read and compressed for the size of the archives:
    s3compress plan --bucket source-bucket --arch-bucket archive-bucket --years 2018 \
               --storage-class DEEP_ARCHIVE --sample 200

  Manifests for 20 tasks, which may run on 20 machines, out of an S3 Inventory:
    s3compress plan --bucket source-bucket --arch-bucket archive-bucket \
               --inventory s3://inventories/source-bucket/daily/2018-04-01T01-00Z/manifest.json \
               --split 20 --out s3://lists/2018/

  With prices of your own (another region, a discount, another store), for another program:
    s3compress plan --bucket source-bucket --arch-bucket archive-bucket --prices prices.json --output json
)";

constexpr std::string_view kThePlan = "The plan";

std::vector<Flag> plan_flags() {
  std::vector<Flag> flags = archive_flags();
  // A plan changes nothing and leaves nothing in place.
  std::erase_if(flags, [](const Flag& flag) { return flag.name == kDryRun || flag.name == "left-to"; });
  return joined(
      {{{.name = "sample",
         .value = "COUNT",
         .group = kThePlan,
         .help = "members to read and compress for the size of the archives; 0 assumes that they take "
                 "half of the objects' bytes",
         .fallback = "0",
         .range = {0, 100'000}},
        {.name = "prices",
         .value = "FILE",
         .group = kThePlan,
         .help = "a file of prices (docs/costs.md)",
         .otherwise = "S3's list prices of the archive bucket's region",
         .once = true}},
       split_flags(kThePlan),
       std::move(flags)});
}

plan::Deletes deletes_of(std::optional<archive::DeleteConditions> conditions) {
  if (!conditions) return plan::Deletes::find_out;
  switch (*conditions) {
    case archive::DeleteConditions::in_batches:
      return plan::Deletes::in_batches;
    case archive::DeleteConditions::one_by_one:
      return plan::Deletes::one_by_one;
    case archive::DeleteConditions::ignored:
      return plan::Deletes::after_looks;
  }
  return plan::Deletes::find_out;
}

PlanSettings read_plan(Reader& reader) {
  const archive::ArchiveOptions run = read_archive(reader).options;
  PlanSettings settings;
  plan::PlanOptions& options = settings.options;
  options.selection = run.selection;
  options.rows = run.rows;
  options.temp_directory = run.temp_directory;
  options.archive_bucket = run.archive_bucket;
  options.layout = run.layout;
  options.archive_name = run.archive_name;
  options.storage_class = run.storage_class;
  options.limits = {run.max_objects, run.max_size_bytes};
  options.level = run.level;
  options.delete_batch = run.delete_batch;
  options.readback = run.readback;
  options.keep_sources = run.keep_sources;
  options.without_tags = run.without_tags;
  options.recheck_attributes = run.recheck_attributes;
  options.delete_versions = run.delete_versions;
  options.memory_bytes = run.resources.memory_bytes;
  options.parts_in_flight = static_cast<std::uint64_t>(run.resources.upload_slots);
  options.open_groups = run.resources.open_groups;
  options.conditional_complete = run.conditional_complete;
  options.additional_checksums = run.additional_checksums;
  options.deletes = deletes_of(run.delete_conditions);
  options.sample = static_cast<std::uint64_t>(reader.number("sample"));
  settings.with_kms = run.encryption.algorithm.starts_with("aws:kms");
  reader.with("prices", [&](const std::string& file) {
    settings.price_file = file;
    settings.prices = std::make_shared<const base::Prices>(base::load_prices(file));
  });
  read_split(reader, settings);
  return settings;
}

/// The list prices of the archive bucket's region, unless the user gave others.
void choose_prices(PlanSettings& settings, Session& session) {
  StoreConnection& archive = session.connection(Side::archive);
  settings.is_aws = archive.is_aws();
  settings.archive_region = archive.region();
  settings.source_region = session.connection(Side::source).region();
  if (!settings.prices) {
    const base::Prices* const of_region = base::find_prices(settings.archive_region);
    // They are compiled in, so nobody owns them.
    settings.prices = std::shared_ptr<const base::Prices>(
        std::shared_ptr<void>(), of_region != nullptr ? of_region : &base::list_prices());
  }
  settings.options.prices = settings.prices.get();
  const std::string& storage_class = settings.options.storage_class;
  if (settings.prices->find(storage_class) == nullptr) {
    throw UsageError(
        fmt::format("there are no prices for --storage-class {}", base::printable(storage_class)),
        "give a file that has them: --prices");
  }
}

Work planned_work(const plan::PlanCounts& now) {
  return {now.objects, now.bytes};
}

std::vector<std::string> plan_words(const plan::PlanCounts& now, const Pace& pace) {
  std::vector<std::string> words = {
      "planned " + format_count(now.groups, "group", "groups"),
      fmt::format("{} ({})", format_objects(now.objects), format_bytes(now.bytes))};
  if (now.sampled != 0) words.push_back(format_count(now.sampled) + " sampled");
  if (now.manifests != 0) words.push_back(format_count(now.manifests, "manifest", "manifests") + " written");
  words.push_back(format_rate(pace.now.objects));
  // How many there are is known when the last group was listed.
  add_times(words, pace.elapsed, std::nullopt);
  return words;
}

ExitCode run_plan_command(const PlanSettings& given, const SessionSettings& with) {
  // An upload that is begun is completed or aborted, also after Ctrl-C.
  const auto on_interrupt = given.options.split == 0 ? OnInterrupt::Then::end : OnInterrupt::Then::finish;
  Session session(with, on_interrupt, Session::connect_to({Side::source, Side::archive}));
  PlanSettings settings = given;
  choose_prices(settings, session);
  PlanGroups groups(settings, session.prints_json(), session.stop());
  const std::unique_ptr<plan::SplitPlace> place = open_split_place(settings.split, session);
  std::optional<plan::PlanReport> report;
  {
    plan::PlanProgress progress;
    CountsView view(progress, planned_work, plan_words);
    const auto display = session.show(view);
    report = plan::run_plan(
        settings.options,
        {session.store(Side::source), session.store(Side::archive), progress, session.stop(), place.get()},
        [&](const plan::GroupPlan& group) { groups.add(group); });
  }
  groups.finish();
  const PlanResult result{*std::move(report), groups.shown(), groups.by_day()};
  return session.conclude(session.outcome_of(settings, result, exit_code_of(result)));
}

}  // namespace

Command plan_command() {
  return {.name = "plan",
          .usage = "--bucket BUCKET --arch-bucket BUCKET",
          .summary = "what archiving would cost and save, and when it does not pay",
          .prose = kPlanProse,
          .examples = kPlanExamples,
          .flags = plan_flags(),
          .read = bind_options<read_plan, run_plan_command>};
}

}  // namespace s3c::cli
