#include "upkeep/verify_run.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/encoding.h"
#include "base/in_order.h"
#include "base/limits.h"
#include "base/memory_budget.h"
#include "base/task_group.h"
#include "catalog/volume_listing.h"
#include "upkeep/volume_check.h"

namespace s3c::upkeep {
namespace {

using base::Error;
using base::ErrorKind;
using Findings = std::vector<VolumeFinding>;
using Kind = VolumeFinding::Kind;

/// Volumes that are read at a time. Each has several ranges in flight.
constexpr int kDeepVolumes = 2;

class VerifyRun {
 public:
  VerifyRun(const VerifyOptions& options, const VerifyContext& context)
      : options_(options),
        context_(context),
        memory_(options.memory_bytes),
        check_(context.store, {options.scope, options.deep, options.mend, options.thaw, options.min_age},
               memory_, context.progress, context.stop) {}

  VerifyReport run() {
    base::TaskGroup counting;
    if (context_.count_total) counting.spawn([this](const std::stop_token& stop) { count_total(stop); });
    try {
      look_at_volumes();
    } catch (const Error& error) {
      // The user pressed Ctrl-C: report what was found until then.
      if (error.kind() != ErrorKind::cancelled) throw;
    }
    report_.interrupted = context_.stop.stop_requested();
    return std::move(report_);
  }

 private:
  /// For the progress alone, so a run that ends soon doesn't pay for it. What goes wrong here also goes wrong in the
  /// check itself, which tells it.
  void count_total(const std::stop_token& stop) {
    if (!options_.volumes.empty()) {
      return context_.progress.update([this](VerifyCounts& now) {
        now.total_volumes = options_.volumes.size();
        now.total_known = true;
      });
    }
    constexpr std::chrono::seconds kSoon{2};
    if (!base::SystemClock().sleep_for(kSoon, stop)) return;
    try {
      catalog::VolumeListing listing(context_.store, options_.scope,
                                     catalog::VolumeListing::Unrecorded::likely);
      std::uint64_t volumes = 0;
      std::uint64_t bytes = 0;
      while (const std::optional<catalog::ListedVolume> volume = listing.next()) {
        if (stop.stop_requested() || context_.stop.stop_requested()) return;
        ++volumes;
        if (volume->archive) bytes += volume->archive->size_bytes;
      }
      context_.progress.update([&](VerifyCounts& now) {
        now.total_volumes = volumes;
        now.total_bytes = bytes;
        now.total_known = true;
      });
    } catch (const Error&) {
      return;
    }
  }

  void look_at_volumes() {
    if (options_.volumes.empty()) {
      catalog::VolumeListing listing(context_.store, options_.scope,
                                     catalog::VolumeListing::Unrecorded::likely);
      look_at<catalog::ListedVolume>([&listing] { return listing.next(); },
                                     [this](const catalog::ListedVolume& volume) {
                                       Findings findings{check_.check(volume)};
                                       if (volume.archive)
                                         context_.progress.add(&VerifyCounts::archive_bytes,
                                                               volume.archive->size_bytes);
                                       return findings;
                                     });
      report_.other_shards = listing.has_others();
    } else {
      auto name = options_.volumes.begin();
      look_at<std::string>(
          [this, &name]() -> std::optional<std::string> {
            while (name != options_.volumes.end() && !options_.scope.is_in_shard(*name)) {
              report_.other_shards = true;
              ++name;
            }
            return name == options_.volumes.end() ? std::nullopt : std::optional<std::string>(*name++);
          },
          [this](const std::string& volume) { return check_.check_named(volume); });
    }
  }

  template <typename In>
  void look_at(const std::function<std::optional<In>()>& next,
               const std::function<Findings(const In&)>& check) {
    base::in_order<In, Findings>(
        options_.deep ? kDeepVolumes : options_.threads,
        [&]() -> std::optional<In> {
          if (context_.stop.stop_requested()) return std::nullopt;
          return next();
        },
        [&](In& input) {
          Findings findings = check(input);
          for (const VolumeFinding& finding : findings) {
            if (finding.kind == Kind::none || finding.kind == Kind::absent) continue;
            context_.progress.update([&](VerifyCounts& now) {
              ++now.volumes;
              now.damages += finding.damages.count();
            });
          }
          return findings;
        },
        [this](Findings&& findings) {
          for (const VolumeFinding& finding : findings) take(finding);
        });
  }

  void take(const VolumeFinding& finding) {
    if (finding.kind != Kind::none) {
      context_.observer.volume_verified(
          {finding.archive_key, to_string(finding.kind), finding.frozen, finding.damages.count()});
    }
    switch (finding.kind) {
      case Kind::whole:
      case Kind::lost_id:
      case Kind::unproven:
      case Kind::damaged:
        return take_volume(finding);
      case Kind::unfinished:
        return report_.unfinished.add(finding.archive_key);
      case Kind::garbage:
        return report_.garbage.add(finding.archive_key);
      case Kind::unrecorded:
        return report_.unrecorded.add(finding.archive_key);
      case Kind::foreign:
        if (!options_.volumes.empty()) report_.foreign_was_named = true;
        return report_.foreign.add(finding.archive_key);
      case Kind::absent:
        return report_.absent.add(finding.archive_key);
      case Kind::failed:
        if (finding.error->kind() == ErrorKind::cancelled) return;  // not a failure: a stop came first
        return report_.failures.add(*finding.error);
      case Kind::none:
        return;
    }
  }

  void take_volume(const VolumeFinding& finding) {
    ++report_.volumes;
    report_.members_read += finding.members_read;
    if (finding.frozen) report_.frozen.add(finding.archive_key);
    if (finding.thaw_started) ++report_.thaws_started;
    if (finding.unmarked) report_.unmarked.add(finding.archive_key);
    if (finding.kind == Kind::damaged) {
      ++report_.damaged;
      for (const catalog::Damage& damage : finding.damages.named()) {
        context_.log.error("damaged: {}: {}{}{}", base::printable(finding.archive_key),
                           base::printable(damage.key), damage.key.empty() ? "" : ": ",
                           base::printable(damage.what));
      }
      report_.damages.add_all(finding.damages, [&](const catalog::Damage& damage) {
        return VolumeDamage{finding.archive_key, damage.key, damage.what};
      });
    } else if (finding.kind == Kind::lost_id) {
      report_.lost_id.add(finding.archive_key);
    } else if (finding.kind == Kind::unproven) {
      report_.unproven.add(finding.archive_key);
    } else if (!finding.frozen) {
      if (finding.mended) report_.mended.add(finding.archive_key);
      ++report_.whole;
      report_.objects += finding.manifest->objects;
      report_.archive_bytes += finding.manifest->archive_size_bytes;
      report_.by_day.add(catalog::day_text(finding.manifest->group), finding.manifest->group_prefix,
                         {finding.manifest->objects, finding.manifest->source_size_bytes,
                          finding.manifest->archive_size_bytes});
    }
  }

  const VerifyOptions& options_;
  const VerifyContext& context_;
  base::MemoryBudget memory_;
  VolumeCheck check_;
  VerifyReport report_;  // used by the calling thread only
};

}  // namespace

void validate(const VerifyOptions& o) {
  validate(o.scope);
  const auto refuse = [](const char* message) { throw Error(ErrorKind::invalid_argument, message); };
  base::require_threads(o.threads);
  if (o.mend && !o.deep) refuse("mend needs deep: an archive is only mended after it was read whole");
  if (o.thaw) validate(*o.thaw);
  base::require_memory(o.memory_bytes);
}

VerifyReport run_verify(const VerifyOptions& options, const VerifyContext& context) {
  return VerifyRun(options, context).run();
}

}  // namespace s3c::upkeep
