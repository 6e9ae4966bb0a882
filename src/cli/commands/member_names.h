// Which members a command line asks for, and which of these were not found.
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

/// help: says what the command does with the keys.
Flag keys_from_flag(std::string_view help);
Flag volume_flag(std::string_view help, std::string_view otherwise);
MemberNames read_member_names(const Reader& reader);

/// The keys and globs of the command line, and the keys of its file: one per line, as written; empty lines
/// are skipped. Throws UsageError when the file can't be read or holds no key.
catalog::MemberQuery read_query(const MemberNames& names);

/// Marks the keys of the query that were found. Globs are not marked. One thread.
class MissedKeys {
 public:
  /// query must outlive this object.
  explicit MissedKeys(const catalog::MemberQuery& query)
      : query_(query), found_(query.keys().size(), false) {}
  void found(const std::string& key);
  /// Names on terminal the keys that were asked for and not found, and where they were looked for
  /// (scope_text.h). any: whether anything was found at all; for globs, and for a query for everything, only
  /// that is reported. Returns left if something was not found, else done.
  ExitCode tell(bool any, const std::string& where, Terminal& terminal) const;

 private:
  const catalog::MemberQuery& query_;
  std::vector<bool> found_;  // by place in query_.keys()
};

/// Names on terminal the volumes that could not be searched. Returns done if there are none.
ExitCode tell_failures(const catalog::SearchReport& report, Terminal& terminal);

}  // namespace s3c::cli
