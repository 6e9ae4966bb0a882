// The manifests of a split (plan --split): what their names tell, and whether those of a run are all of them. A part
// that is missing would leave its objects where they are, and the run that reads the others would end as if nothing
// were missing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace s3c::source {

/// What the names of manifests begin with.
inline constexpr std::string_view kTaskStart = "task-";

struct SplitPart {
  std::uint32_t task = 0;  ///< from 0, as --shard counts
  std::uint32_t tasks = 0;
};

/// "task-0003-of-0020.csv.gz".
std::string task_file_name(SplitPart part);
/// Which part of a split a file of that name, without its folder, is; whatever its end. nullopt: of none.
std::optional<SplitPart> split_part_of(std::string_view name);

/// The tasks of one split that a run works on.
struct SplitTasks {
  std::uint32_t count = 0;           ///< of the split
  std::vector<std::uint32_t> tasks;  ///< those of the run, ascending
};

/// One thread.
class SplitSets {
 public:
  /// place: a file, or "s3://bucket/prefix/task-0003-of-0020.csv.gz". Other names are passed over. Throws base::Error
  /// (invalid_argument) if a manifest of a split into another number of tasks lies beside it.
  void add(const std::string& place);
  /// Throws base::Error (invalid_argument) if of a split in or below the folder some manifests weren't added.
  /// REQUIRES: all that are there were. folder: "s3://bucket/prefix/".
  void expect_whole(const std::string& folder) const;
  /// Throws base::Error (invalid_argument) if there are several splits, and one isn't whole: the run could not say
  /// which part of the work it is.
  void expect_one_unless_whole() const;
  /// nullopt: no split, or only whole ones.
  std::optional<SplitTasks> tasks() const;

 private:
  struct Set {
    std::uint32_t count = 0;
    std::set<std::uint32_t> tasks;
    bool is_whole() const { return tasks.size() == count; }
  };
  std::map<std::string, Set> by_folder_;
};

}  // namespace s3c::source
