// How much of the machine's CPU this process may use. Any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace s3c::base {

/// How many cores can work for this process at a time, at least 1: those that its affinity allows, and not more than
/// the quota of its control groups pays for, rounded up. In a container the machine may have many more.
int usable_cores();

/// The least quota of the control groups of a process, in cores; nullopt: no group has one. memberships: the text of
/// its /proc/PID/cgroup. root: where the control groups are mounted. Reads versions 1 and 2.
std::optional<double> quota_in_cores(std::string_view memberships, const std::filesystem::path& root);

}  // namespace s3c::base
