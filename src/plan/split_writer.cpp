#include "plan/split_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "base/task_group.h"
#include "base/temp_file.h"
#include "plan/split_place.h"
#include "plan/split_refusals.h"
#include "source/row_writer.h"
#include "source/split_set.h"

namespace s3c::plan {
namespace {

class SplitRun {
 public:
  SplitRun(const SplitWriting& with, const std::vector<SplitGroup>& groups)
      : w_(with),
        groups_(groups),
        wanted_(with.options.selection, with.now),
        dealt_(deal_out(groups, with.options.split)),
        done_(dealt_.size()) {}

  void run() {
    w_.context.split_place->expect_free();  // planning may have taken hours
    base::TaskGroup crew;
    const std::size_t threads = std::min(static_cast<std::size_t>(w_.options.open_groups), dealt_.size());
    for (std::size_t i = 0; i < threads; ++i) {
      crew.spawn([this](const std::stop_token& failed) {
        for (std::size_t task = next_++; task < dealt_.size(); task = next_++) write_task(task, failed);
      });
    }
    crew.wait();
    w_.context.split_place->expect_own();
  }

  /// REQUIRES: run() has ended.
  SplitReport report() {
    SplitReport report;
    for (std::optional<SplitTask>& task : done_) {
      if (task) report.tasks.push_back(*std::move(task));
    }
    return report;
  }

 private:
  void write_task(std::size_t task, const std::stop_token& failed) {
    base::TempFile file(w_.options.temp_directory);
    source::RowWriter rows(file, w_.options.selection.bucket);
    SplitTask written;
    for (const std::size_t group : dealt_[task]) write_group(groups_[group], rows, failed, written);
    rows.finish();
    const std::string name = source::task_file_name({static_cast<std::uint32_t>(task), w_.options.split});
    expect_no_stop(failed);
    w_.context.split_place->write(name, file, w_.context.stop);
    written.file = w_.context.split_place->text() + name;
    done_[task] = std::move(written);
    w_.context.progress.add(&PlanCounts::manifests);
  }

  void write_group(const SplitGroup& group, source::RowWriter& rows, const std::stop_token& failed,
                   SplitTask& written) {
    catalog::Group found;
    found.prefix = group.prefix;
    found.place = group.place;
    const std::unique_ptr<source::ObjectStream> objects = w_.groups.objects_of(found, wanted_);
    ++written.groups;
    while (const s3::ObjectSummary* object = objects->peek()) {
      expect_no_stop(failed);
      rows.write(*object);
      ++written.objects;
      written.bytes += object->size_bytes;
      objects->pop();
    }
  }

  void expect_no_stop(const std::stop_token& failed) const {
    if (failed.stop_requested() || w_.context.stop.stop_requested())
      throw base::Error(base::ErrorKind::cancelled, "stopped while manifests were written");
  }

  const SplitWriting& w_;
  const std::vector<SplitGroup>& groups_;
  const source::ObjectFilter wanted_;
  const std::vector<std::vector<std::size_t>> dealt_;
  std::atomic<std::size_t> next_{0};
  std::vector<std::optional<SplitTask>> done_;  // each is written by one thread
};

}  // namespace

void write_split(const SplitWriting& with, const std::vector<SplitGroup>& groups, SplitReport& report) {
  SplitRun run(with, groups);
  try {
    run.run();
  } catch (const base::Error& error) {
    report = run.report();
    if (error.kind() == base::ErrorKind::cancelled || report.tasks.empty()) throw;
    // The same command would be refused now: manifests are there.
    throw base::Error(
        base::ErrorKind::invalid_argument,
        fmt::format(
            "{}. {} of this split {} there: remove {}, then split again", error.what(),
            report.tasks.size() == 1 ? "A manifest" : fmt::format("{} manifests", report.tasks.size()),
            report.tasks.size() == 1 ? "is" : "are", report.tasks.size() == 1 ? "it" : "them"),
        {.operation = kSplitStep, .resource = base::printable(with.context.split_place->text())});
  } catch (...) {
    report = run.report();
    throw;
  }
  report = run.report();
}

}  // namespace s3c::plan
