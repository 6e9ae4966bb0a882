#include "cli/commands/member_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>

#include "base/encoding.h"
#include "cli/options/scope.h"
#include "cli/output/hints.h"

namespace s3c::cli {
namespace {

constexpr std::size_t kMaxNamed = 20;

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

ExitCode MissedKeys::tell(bool any, Terminal& terminal) const {
  std::uint64_t missed = 0;
  for (std::size_t i = 0; i < found_.size(); ++i) {
    if (found_[i]) continue;
    if (++missed <= kMaxNamed)
      terminal.write_line(fmt::format("not found: {}", base::printable(query_.keys()[i])));
  }
  if (missed > kMaxNamed) terminal.write_line(fmt::format("and {} more were not found", missed - kMaxNamed));
  if (!any && (query_.has_globs() || query_.wants_everything()) && missed == 0) {
    terminal.write_line("not found: nothing matches");
    return ExitCode::left;
  }
  return missed == 0 ? ExitCode::done : ExitCode::left;
}

ExitCode tell_failures(const catalog::SearchReport& report, Terminal& terminal) {
  if (report.failed == 0) return ExitCode::done;
  ExitCode code = ExitCode::failed;
  for (const base::Error& error : report.failures) {
    terminal.write_line(fmt::format("not searched: {}", base::printable(error.what())));
    if (const std::string hint = hint_for(error); !hint.empty()) terminal.write_line("hint: " + hint);
    if (!error.worth_retrying()) code = ExitCode::refused;
  }
  if (report.failed > report.failures.size())
    terminal.write_line(fmt::format("and {} more volumes", report.failed - report.failures.size()));
  return code;
}

}  // namespace s3c::cli
