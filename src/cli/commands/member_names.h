// Which members a command line asks for, and which of these were not found.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/counted.h"
#include "catalog/member_query.h"
#include "catalog/member_search.h"
#include "cli/exit_code.h"
#include "cli/options/reader.h"
#include "cli/output/terminal.h"

namespace s3c::cli {

/// Keys and globs as they were given; more keys may come from a file.
struct MemberNames {
  std::vector<std::string> keys;
  std::vector<std::string> globs;   ///< by --glob
  std::vector<std::string> either;  ///< operands with *, ? or [: keys of that name if they exist, else globs
  std::string keys_file;            ///< empty: none; "-": standard input

  bool empty() const { return keys.empty() && globs.empty() && either.empty() && keys_file.empty(); }
};

/// --keys-from and --glob. help: says what the command does with the keys of the file.
std::vector<Flag> member_name_flags(std::string_view help);
Flag volume_flag(std::string_view help, std::string_view otherwise);
MemberNames read_member_names(const Reader& reader);

/// Throws UsageError unless the user said which members are meant: by name, volume or date.
void require_a_limit(const Reader& reader, const MemberNames& names, const std::string& volume);

/// The keys in the text of a --keys-from file. One of three forms: keys separated by NUL bytes, if there is
/// one (find -print0, grep -Z); JSON Lines with a field "key", if the first line is such an object (what find
/// --output json prints); otherwise one key per line, as written. Empty keys are skipped. name: of the file,
/// for messages. Throws UsageError if there is no key, or a line of JSON Lines has none.
std::vector<std::string> keys_in(const std::string& text, const std::string& name);

/// The keys and globs of the command line, and the keys of its file. Throws UsageError when the file can't be
/// read or holds no key.
catalog::MemberQuery read_query(const MemberNames& names);

/// What is most likely wrong if there is no such key; empty: nothing that shows.
std::string hint_for_key(std::string_view key);

/// Marks the keys and globs of the query for which something was found. One thread.
class MissedKeys {
 public:
  /// query must outlive this object.
  explicit MissedKeys(const catalog::MemberQuery& query)
      : query_(query), found_(query.keys().size(), false), matched_(query.globs().size(), false) {}
  void found(const std::string& key);
  /// Names on terminal the keys that were asked for and not found, the globs that match nothing, and where
  /// they were looked for (scope_text.h). Adds hints where a list of keys has a form that can't work. any:
  /// whether anything was found at all. Returns left if something was not found, else done.
  ExitCode tell(bool any, const std::string& where, Terminal& terminal) const;
  /// The keys and globs that tell() names, for JSON; "*" if everything was wanted and nothing is there.
  base::Counted<std::string> not_found(bool any) const;

 private:
  const catalog::MemberQuery& query_;
  std::vector<bool> found_;    // by place in query_.keys()
  std::vector<bool> matched_;  // by place in query_.globs()
};

/// Names on terminal the volumes that could not be searched. Returns done if there are none.
ExitCode tell_failures(const catalog::SearchReport& report, Terminal& terminal);
/// Names on terminal the volumes whose archive is lost or isn't what was committed. Returns done if there are none.
ExitCode tell_damages(const catalog::SearchReport& report, Terminal& terminal);

}  // namespace s3c::cli
