#include "plan/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <tuple>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "catalog/catalog_keys.h"
#include "source/split_set.h"

namespace s3c::plan {

std::vector<std::vector<std::size_t>> deal_out(const std::vector<SplitGroup>& groups, std::uint32_t tasks) {
  std::vector<std::size_t> order(groups.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&groups](std::size_t a, std::size_t b) {
    const std::uint64_t cost_a = groups[a].cost();
    const std::uint64_t cost_b = groups[b].cost();
    if (cost_a != cost_b) return cost_a > cost_b;
    return std::tie(groups[a].prefix, groups[a].place) < std::tie(groups[b].prefix, groups[b].place);
  });
  using Load = std::pair<std::uint64_t, std::uint32_t>;  // cost, task
  std::priority_queue<Load, std::vector<Load>, std::greater<>> least;
  for (std::uint32_t task = 0; task < tasks; ++task) least.emplace(0, task);
  std::vector<std::vector<std::size_t>> dealt(tasks);
  for (const std::size_t group : order) {
    const auto [cost, task] = least.top();
    least.pop();
    dealt[task].push_back(group);
    least.emplace(cost + groups[group].cost(), task);
  }
  for (std::vector<std::size_t>& of_task : dealt) std::sort(of_task.begin(), of_task.end());
  return dealt;
}

void validate_split_place(const PlanOptions& options, const std::string& bucket, const std::string& prefix) {
  const auto refuse = [&](const std::string& why) {
    throw base::Error(base::ErrorKind::invalid_argument,
                      fmt::format("out s3://{}/{} {}", bucket, base::printable(prefix), why));
  };
  if (prefix.starts_with(catalog::kCatalogPrefix))
    refuse(fmt::format("is in a catalog: names below {} are the catalog's", catalog::kCatalogPrefix));
  if (bucket != options.selection.bucket) return;
  for (const std::string& of_sources : options.selection.prefixes) {
    const std::string root = options.layout.root(of_sources);
    if ((prefix + source::task_file_name({0, 1})).starts_with(root)) {
      refuse(fmt::format("is inside {}, whose objects are archived and deleted: the manifests would be, too",
                         base::printable(root)));
    }
  }
}

}  // namespace s3c::plan
