#include "base/cores.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>

namespace s3c::base {
namespace {

namespace fs = std::filesystem;

/// The quota of one group, from the file of either version; nullopt: it has none, or there is no such group.
std::optional<double> quota_of(const fs::path& group) {
  double quota_us = 0;
  double period_us = 0;
  std::ifstream both(group / "cpu.max");  // "max 100000": no quota, and no number
  if (!(both >> quota_us >> period_us)) {
    std::ifstream quota(group / "cpu.cfs_quota_us");
    std::ifstream period(group / "cpu.cfs_period_us");
    quota >> quota_us;  // -1: none
    period >> period_us;
  }
  return quota_us > 0 && period_us > 0 ? std::optional(quota_us / period_us) : std::nullopt;
}

/// A group has no more than those that it lies in. In a container the path may be that of the host, of which only the
/// end is mounted, or none of it.
void take_least(const fs::path& root, const fs::path& group, std::optional<double>& least) {
  const auto look = [&least](const fs::path& folder) {
    if (const auto quota = quota_of(folder)) least = std::min(*quota, least.value_or(*quota));
  };
  fs::path folder = root;
  look(folder);
  for (const fs::path& part : group.relative_path()) {
    if (part == "..") return;
    look(folder /= part);
  }
}

int allowed_cores() {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed);
  return static_cast<int>(std::thread::hardware_concurrency());  // more than 1,024 cores
}

}  // namespace

std::optional<double> quota_in_cores(std::string_view memberships, const fs::path& root) {
  std::optional<double> least;
  std::istringstream lines{std::string(memberships)};
  // "0::/group" in version 2, "4:cpu,cpuacct:/group" in version 1.
  for (std::string id, controllers, group;
       std::getline(lines, id, ':') && std::getline(lines, controllers, ':') && std::getline(lines, group);) {
    const std::string listed = "," + controllers + ",";
    if (controllers.empty()) {
      take_least(root, group, least);
    } else if (listed.find(",cpu,") != std::string::npos) {
      take_least(root / "cpu", group, least);
    }
  }
  return least;
}

int usable_cores() {
  std::ifstream file("/proc/self/cgroup");
  const std::string memberships{std::istreambuf_iterator<char>(file), {}};
  int cores = allowed_cores();
  if (const auto quota = quota_in_cores(memberships, "/sys/fs/cgroup"))
    cores = static_cast<int>(std::min<double>(cores, std::ceil(*quota)));
  return std::max(cores, 1);
}

}  // namespace s3c::base
