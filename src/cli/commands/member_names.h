// Which members a command line asks for, and which of them were never found.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalog/member_query.h"
#include "catalog/member_search.h"
#include "cli/exit_code.h"
#include "cli/options/reader.h"
#include "cli/output/terminal.h"

namespace s3c::cli {

/// Keys and globs as they were given; more keys may come from a file.
struct MemberNames {
  std::vector<std::string> keys;
  std::vector<std::string> globs;
  std::string keys_file;  ///< empty: none; "-": standard input

  bool empty() const { return keys.empty() && globs.empty() && keys_file.empty(); }
};

/// help: what is done with the keys.
Flag keys_from_flag(std::string_view help);
Flag volume_flag(std::string_view help, std::string_view otherwise);
MemberNames read_member_names(const Reader& reader);

/// The keys and globs of the command line, and the keys of its file: one a line, as written, empty lines
/// passed over. Throws UsageError when the file can't be read or holds nothing.
catalog::MemberQuery read_query(const MemberNames& names);

/// Marks off the keys that were asked for one by one. One thread.
class MissedKeys {
 public:
  /// query outlives it.
  explicit MissedKeys(const catalog::MemberQuery& query)
      : query_(query), found_(query.keys().size(), false) {}
  void found(const std::string& key);
  /// Names on terminal what was asked for and not found. any: whether anything was found at all; globs,
  /// and a query for everything, are only told about as a whole. left if something was missed, else done.
  ExitCode tell(bool any, Terminal& terminal) const;

 private:
  const catalog::MemberQuery& query_;
  std::vector<bool> found_;  // by place in query_.keys()
};

/// Names on terminal the volumes that could not be searched; done if there are none.
ExitCode tell_failures(const catalog::SearchReport& report, Terminal& terminal);

}  // namespace s3c::cli
