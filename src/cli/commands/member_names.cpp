#include "cli/commands/member_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>

#include "base/counted.h"
#include "base/encoding.h"
#include "cli/options/scope.h"
#include "cli/output/hints.h"

namespace s3c::cli {
namespace {

void read_lines(std::istream& in, const std::string& name, std::vector<std::string>& lines) {
  const std::size_t before = lines.size();
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) lines.push_back(std::move(line));
  }
  if (in.bad())
    throw UsageError(fmt::format("--keys-from {} could not be read to its end", base::printable(name)), "");
  if (lines.size() == before) {
    throw UsageError(fmt::format("--keys-from {} holds no key", base::printable(name)),
                     "one key per line, as find prints them");
  }
}

}  // namespace

Flag keys_from_flag(std::string_view help) {
  return {.name = "keys-from", .value = "FILE", .group = kWhichVolumes, .help = help};
}

Flag volume_flag(std::string_view help, std::string_view otherwise) {
  return {.name = "volume", .value = "KEY", .group = kWhichVolumes, .help = help, .otherwise = otherwise};
}

MemberNames read_member_names(const Reader& reader) {
  MemberNames names;
  for (const std::string& operand : reader.operands())
    (catalog::is_glob(operand) ? names.globs : names.keys).push_back(operand);
  names.keys_file = reader.text("keys-from");
  return names;
}

catalog::MemberQuery read_query(const MemberNames& names) {
  std::vector<std::string> keys = names.keys;
  if (names.keys_file == "-") {
    read_lines(std::cin, "-", keys);
  } else if (!names.keys_file.empty()) {
    std::ifstream file(names.keys_file, std::ios::binary);
    if (!file) {
      throw UsageError(fmt::format("--keys-from {} can't be opened", base::printable(names.keys_file)),
                       "one key per line; - is standard input");
    }
    read_lines(file, names.keys_file, keys);
  }
  return {std::move(keys), names.globs};
}

void MissedKeys::found(const std::string& key) {
  const auto& keys = query_.keys();
  const auto place = std::lower_bound(keys.begin(), keys.end(), key);
  if (place != keys.end() && *place == key) found_[static_cast<std::size_t>(place - keys.begin())] = true;
}

ExitCode MissedKeys::tell(bool any, const std::string& where, Terminal& terminal) const {
  base::Counted<std::string_view, 20> missed;
  for (std::size_t i = 0; i < found_.size(); ++i) {
    if (!found_[i]) missed.add(query_.keys()[i]);
  }
  for (const std::string_view key : missed.named())
    terminal.write_line(fmt::format("not found: {}", base::printable(key)));
  if (const std::uint64_t more = missed.count() - missed.named().size(); more != 0)
    terminal.write_line(fmt::format("and {} more were not found", more));
  const bool nothing = !any && (query_.has_globs() || query_.wants_everything()) && missed.empty();
  if (nothing) terminal.write_line("not found: nothing matches");
  if (missed.empty() && !nothing) return ExitCode::done;
  terminal.write_line("looked in: " + where);
  return ExitCode::left;
}

ExitCode tell_failures(const catalog::SearchReport& report, Terminal& terminal) {
  for (const base::Error& error : report.failures.named()) {
    terminal.write_line(fmt::format("not searched: {}", base::printable(error.what())));
    if (const std::string hint = hint_for(error); !hint.empty()) terminal.write_line("hint: " + hint);
  }
  if (const std::uint64_t more = report.failures.count() - report.failures.named().size(); more != 0)
    terminal.write_line(fmt::format("and {} more volumes", more));
  return exit_code_of(report.failures.by_kind());
}

}  // namespace s3c::cli
