#include "cli/commands/member_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "base/counted.h"
#include "base/encoding.h"
#include "base/text.h"
#include "cli/options/scope.h"
#include "cli/output/hints.h"

namespace s3c::cli {
namespace {

/// Calls use with each piece of text between separators that isn't empty, and its number from 1.
void for_each_piece(std::string_view text, char separator,
                    const std::function<void(std::string_view piece, std::size_t number)>& use) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view piece = text.substr(0, text.find(separator));
    if (!piece.empty()) use(piece, number);
    text.remove_prefix(std::min(piece.size() + 1, text.size()));
  }
}

std::string read_all(std::istream& in, const std::string& name) {
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (in.bad())
    throw UsageError(fmt::format("--keys-from {} could not be read to its end", base::printable(name)), "");
  return text;
}

std::string text_of(const std::string& name) {
  if (name == "-") return read_all(std::cin, name);
  // Opening a directory works, and only reading it fails.
  if (std::error_code unknown; std::filesystem::is_directory(name, unknown)) {
    throw UsageError(fmt::format("--keys-from {}: it is a directory, not a file", base::printable(name)),
                     "one key per line; - is standard input");
  }
  std::ifstream file(name, std::ios::binary);
  if (!file) {
    throw UsageError(fmt::format("--keys-from {} can't be opened", base::printable(name)),
                     "one key per line; - is standard input");
  }
  return read_all(file, name);
}

/// Whether the glob may match something once '*/' stands before it: not if it begins with a folder, because
/// keys are matched from their first folder on.
bool may_lack_folders(std::string_view glob) {
  return !glob.starts_with('*') &&
         glob.substr(0, glob.find_first_of("*?[")).find('/') == std::string_view::npos;
}

}  // namespace

std::string hint_for_key(std::string_view key) {
  constexpr std::string_view kScheme = "s3://";
  if (const std::size_t slash = key.find('/', kScheme.size());
      key.starts_with(kScheme) && slash != std::string_view::npos && slash + 1 != key.size()) {
    return "a key is written without its bucket: " + base::printable(std::string(key.substr(slash + 1)));
  }
  if (key.ends_with('\r'))
    return "the key ends in a carriage return (\\x0d): the list has Windows line ends. Remove them, for example "
           "with: tr -d '\\r'";
  if (key.starts_with(base::kByteOrderMark))
    return "the key begins with a byte order mark (\\xef\\xbb\\xbf): save the list without one, as plain UTF-8";
  if (key.find('\t') != std::string_view::npos)
    return "the key has a tab, as the lines have that find prints for people: give --keys-from what find --output "
           "json prints";
  if (key.ends_with(".zip") && key.find_first_of("*?[") == std::string_view::npos)
    return fmt::format(
        "if {0} is a volume: find, restore and thaw take --volume {0} '*' for everything in it",
        base::printable(key));
  if (key.ends_with('/') && !key.starts_with(kScheme))
    return fmt::format("a folder is not a key: find, restore and thaw take '{}*' for everything in it",
                       base::printable(key));
  return {};
}

std::vector<Flag> member_name_flags(std::string_view help) {
  return {{.name = "keys-from", .value = "FILE", .group = kWhichVolumes, .help = help, .once = true},
          {.name = "glob",
           .value = "GLOB",
           .kind = FlagKind::list,
           .group = kWhichVolumes,
           .help = "also the keys that match, even if a key is spelled like the glob itself"}};
}

Flag volume_flag(std::string_view help, std::string_view otherwise) {
  return {.name = "volume", .value = "KEY", .group = kWhichVolumes, .help = help, .otherwise = otherwise};
}

MemberNames read_member_names(const Reader& reader) {
  MemberNames names;
  for (const std::string& operand : reader.operands())
    (catalog::is_glob(operand) ? names.either : names.keys).push_back(operand);
  names.globs = reader.list("glob");
  names.keys_file = reader.text("keys-from");
  return names;
}

void require_a_limit(const Reader& reader, const MemberNames& names, const std::string& volume) {
  if (!names.empty() || !volume.empty()) return;
  for (const char* name : {"years", "from", "until"}) {
    if (reader.find(name) != nullptr) return;
  }
  throw UsageError(
      fmt::format(
          "{} needs keys, globs, --keys-from, --volume, --years, --from or --until to know what is meant",
          reader.command().name),
      fmt::format("'*' is everything; for example: s3compress {} --arch-bucket archive-bucket --bucket "
                  "source-bucket '*'",
                  reader.command().name));
}

std::vector<std::string> keys_in(const std::string& text, const std::string& name) {
  std::vector<std::string> keys;
  // Read as keys between NUL bytes, each letter of it would be a key.
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    throw UsageError(fmt::format("--keys-from {} is a text in UTF-16", base::printable(name)),
                     "save the list as plain UTF-8, for example with: iconv -f UTF-16 -t UTF-8");
  }
  const bool has_nul = text.find('\0') != std::string::npos;
  bool is_json = false;
  for_each_piece(text, has_nul ? '\0' : '\n', [&](std::string_view piece, std::size_t number) {
    const bool may_be_json = !has_nul && piece.front() == '{' && (keys.empty() || is_json);
    std::optional<std::string> key = may_be_json ? catalog::key_of_json_line(piece) : std::nullopt;
    if (keys.empty()) is_json = key.has_value();
    if (is_json && !key) {
      throw UsageError(
          fmt::format("--keys-from {}: line {} is no JSON object with a \"key\", but the first one is",
                      base::printable(name), number),
          "give all keys in one form: one per line, separated by NUL bytes, or what find --output "
          "json prints");
    }
    keys.push_back(key ? *std::move(key) : std::string(piece));
  });
  if (keys.empty()) {
    throw UsageError(fmt::format("--keys-from {} holds no key", base::printable(name)),
                     "one key per line, keys separated by NUL bytes, or what find --output json prints");
  }
  return keys;
}

catalog::MemberQuery read_query(const MemberNames& names) {
  std::vector<std::string> keys = names.keys;
  if (!names.keys_file.empty()) {
    std::vector<std::string> more = keys_in(text_of(names.keys_file), names.keys_file);
    keys.insert(keys.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  if (names.empty()) return {};
  return {std::move(keys), names.globs, names.either};
}

void MissedKeys::found(const std::string& key) {
  const auto& keys = query_.keys();
  const auto place = std::lower_bound(keys.begin(), keys.end(), key);
  if (place != keys.end() && *place == key) found_[static_cast<std::size_t>(place - keys.begin())] = true;
  for (std::size_t i = 0; i < matched_.size(); ++i) {
    if (!matched_[i]) matched_[i] = query_.globs()[i].matches(key);
  }
}

ExitCode MissedKeys::tell(bool any, const std::string& where, Terminal& terminal) const {
  std::set<std::string> hints;
  base::Counted<std::string_view, 20> missed;
  for (std::size_t i = 0; i < found_.size(); ++i) {
    if (!found_[i]) missed.add(query_.keys()[i]);
  }
  for (const std::string_view key : missed.named()) {
    terminal.write_line(fmt::format("not found: {}", base::printable(key)));
    if (std::string hint = hint_for_key(key); !hint.empty()) {
      hints.insert(std::move(hint));
    } else if (key.find('/') == std::string_view::npos) {
      hints.insert(fmt::format("a key is written with its folders: '*/{}' looks in every folder",
                               base::printable(key)));
    }
  }
  if (const std::uint64_t more = missed.count() - missed.named().size(); more != 0)
    terminal.write_line(fmt::format("and {} more were not found", more));
  bool all = missed.empty();
  for (std::size_t i = 0; i < matched_.size(); ++i) {
    if (matched_[i]) continue;
    all = false;
    const std::string& glob = query_.globs()[i].text;
    terminal.write_line(fmt::format("not found: nothing matches {}", base::printable(glob)));
    if (std::string hint = hint_for_key(glob); !hint.empty()) {
      hints.insert(std::move(hint));
    } else if (may_lack_folders(glob)) {
      hints.insert(fmt::format("a glob has to match the whole key: '*/{}' looks in every folder",
                               base::printable(glob)));
    }
  }
  if (query_.wants_everything() && !any) {
    all = false;
    terminal.write_line("not found: nothing is there");
  }
  if (all) return ExitCode::done;
  for (const std::string& hint : hints) terminal.write_line("hint: " + hint);
  terminal.write_line("looked in: " + where);
  return ExitCode::left;
}

base::Counted<std::string> MissedKeys::not_found(bool any) const {
  base::Counted<std::string> missed;
  for (std::size_t i = 0; i < found_.size(); ++i) {
    if (!found_[i]) missed.add(query_.keys()[i]);
  }
  for (std::size_t i = 0; i < matched_.size(); ++i) {
    if (!matched_[i]) missed.add(query_.globs()[i].text);
  }
  if (query_.wants_everything() && !any) missed.add("*");
  return missed;
}

namespace {

ExitCode tell_volumes(std::string_view what, const base::Failures& failures, Terminal& terminal) {
  for (const base::Error& error : failures.named()) {
    terminal.write_line(fmt::format("{}: {}", what, base::printable(error.what())));
    if (const std::string hint = hint_for(error); !hint.empty()) terminal.write_line("hint: " + hint);
  }
  if (const std::uint64_t more = failures.count() - failures.named().size(); more != 0)
    terminal.write_line(fmt::format("and {} more volumes", more));
  return exit_code_of(failures.by_kind());
}

}  // namespace

ExitCode tell_failures(const catalog::SearchReport& report, Terminal& terminal) {
  return tell_volumes("not searched", report.failures, terminal);
}

ExitCode tell_damages(const catalog::SearchReport& report, Terminal& terminal) {
  return tell_volumes("damaged, so not all of its members may be readable", report.damages, terminal);
}

}  // namespace s3c::cli
