// The flags that say how programs and people can watch a run: --events, --metrics-file, --metrics-push, --report.
#pragma once

#include <string>
#include <vector>

#include "cli/options/reader.h"

namespace s3c::cli {

/// Whom a run concerns, for whoever watches several.
struct WatchSubject {
  std::string command;
  std::string bucket;  ///< empty: not given, or it is none of the command's flags; the same for the next two
  std::string arch_bucket;
  std::string prefix;
  bool dry_run = false;
};

struct WatchOptions {
  std::string events;  ///< a file's name, or kStandardOutput; empty: not wanted, as the next two
  std::string metrics_file;
  std::string metrics_push;  ///< a URL
  WatchSubject subject;
  std::string report = {};                 ///< a file's name; empty: not wanted. The next two are for it
  std::string command_line = {};           ///< as it was typed, without passwords
  std::vector<std::string> settings = {};  ///< those of the environment and the config file

  bool events_on_standard_output() const;
  bool wants_metrics() const { return !metrics_file.empty() || !metrics_push.empty(); }
};

inline constexpr std::string_view kStandardOutput = "-";
inline constexpr std::string_view kWatching = "Watching the run";  ///< the flags' heading

/// For commands that work long.
std::vector<Flag> watch_flags();
/// For commands whose result can be a page.
Flag report_flag();
/// Throws UsageError. A command without these flags has empty options.
WatchOptions read_watch(const Reader& reader);

}  // namespace s3c::cli
