#include "aws/profile_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/encoding.h"
#include "base/error.h"
#include "base/plain_file.h"
#include "base/text.h"

namespace s3c::aws {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::string_view kBlank = " \t\v\f";

std::string_view trim(std::string_view text) {
  return base::trim(text, kBlank);
}

/// "profile   x" and "profile x" are one section.
std::string squeezed(std::string_view name) {
  std::string out;
  for (const char c : trim(name)) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank) {
      out.push_back(c);
    } else if (out.back() != ' ') {
      out.push_back(' ');
    }
  }
  return out;
}

/// Cuts the next line off text. Lines end as Python reads them: with "\n", "\r\n" or "\r".
std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end);
  text.remove_prefix(text.starts_with("\r\n") ? 2 : std::min<std::size_t>(1, text.size()));
  return line;
}

/// Takes a file line by line, as Python's RawConfigParser and botocore's _parse_nested() on top of it.
class Parser {
 public:
  explicit Parser(const std::string& file_name) : file_name_(file_name) {}

  void take(std::string_view line) {
    ++line_number_;
    const std::string_view content = trim(line);
    if (content.empty() || content.front() == '#' || content.front() == ';') return;
    const std::size_t indent = line.find_first_not_of(kBlank);
    // What is indented deeper than the setting above it belongs to that setting. No more than that counts: a whole
    // section may be indented.
    if (setting_ != nullptr && indent > indent_) return go_on(content);
    indent_ = indent;
    if (content.front() == '[') return begin_section(content);
    begin_setting(content);
  }

  ProfileFile finish() {
    const auto defaults = file_.extract(std::string(kDefaults));
    if (defaults.empty()) return std::move(file_);
    for (auto& [name, section] : file_) {
      const ProfileSection own = section;
      for (const auto& [setting, value] : defaults.mapped()) {
        if (!own.contains(setting.substr(0, setting.find('.')))) section.emplace(setting, value);
      }
    }
    return std::move(file_);
  }

 private:
  /// The section whose settings all others have too, unless they say otherwise.
  static constexpr std::string_view kDefaults = "DEFAULT";

  [[noreturn]] void fail(std::string_view what) const {
    throw Error(
        ErrorKind::invalid_argument, std::string(what),
        {.operation = "read AWS settings", .resource = fmt::format("{}:{}", file_name_, line_number_)});
  }

  void begin_section(std::string_view content) {
    const std::size_t close = content.find(']');
    if (close == std::string_view::npos) fail("a section's name must end with ']'");
    const std::string name = squeezed(content.substr(1, close - 1));
    if (name.empty()) fail("a section must have a name");
    if (file_.contains(name) && name != kDefaults) fail("the section is there twice: make one of the two");
    section_ = &file_[name];
    setting_ = nullptr;
  }

  void begin_setting(std::string_view content) {
    if (section_ == nullptr) fail("a setting must stand below a section such as [default]");
    const std::size_t equals = content.find_first_of("=:");
    if (equals == std::string_view::npos) fail("expected 'name = value'");
    name_ = base::lower(trim(content.substr(0, equals)));
    if (name_.empty()) fail("expected a name before '='");
    const auto [at, is_new] =
        section_->emplace(name_, ProfileSetting(trim(content.substr(equals + 1)), line_number_));
    if (!is_new) fail("the setting is there twice in this section: remove one");
    setting_ = &at->second;
  }

  /// A line that belongs to the setting above it: a setting below "s3 =", or else more of its value.
  void go_on(std::string_view content) {
    if (!setting_->value.empty()) {
      setting_->value.append("\n").append(content);
      return;
    }
    const std::size_t equals = content.find('=');
    if (equals == std::string_view::npos)
      fail(fmt::format("expected 'name = value', because it is indented below '{} ='",
                       base::printable(name_)));
    section_->insert_or_assign(name_ + "." + base::lower(trim(content.substr(0, equals))),
                               ProfileSetting(trim(content.substr(equals + 1)), line_number_));
  }

  const std::string& file_name_;
  ProfileFile file_;
  ProfileSection* section_ = nullptr;
  ProfileSetting* setting_ = nullptr;  ///< the one that deeper lines belong to
  std::string name_;                   ///< its name
  std::size_t indent_ = 0;             ///< its indentation
  int line_number_ = 0;
};

std::string read_file(const std::string& path) {
  std::error_code error;
  if (path.empty() || !std::filesystem::exists(path, error)) return {};
  const auto refuse = [&path](const std::string& why) {
    return Error(ErrorKind::invalid_argument, "can't be read: " + why,
                 {.operation = "read AWS settings", .resource = path});
  };
  if (const auto why = base::why_no_plain_file(path)) throw refuse(*why);
  std::ifstream in(path, std::ios::binary);
  if (!in) throw refuse(std::strerror(errno));
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string path_of(const Environment& environment, const char* variable, const char* below_home) {
  const std::string path = environment(variable).value_or("");
  if (path.empty()) {
    const std::string home = environment("HOME").value_or("");
    return home.empty() ? "" : home + "/" + below_home;
  }
  return expand_home(environment, path);
}

const ProfileSection* find(const ProfileFile& file, const std::string& section) {
  const auto found = file.find(section);
  return found == file.end() ? nullptr : &found->second;
}

}  // namespace

ProfileFile parse_profile_file(std::string_view text, const std::string& file_name) {
  Parser parser(file_name);
  while (!text.empty()) parser.take(next_line(text));
  return parser.finish();
}

std::string expand_home(const Environment& environment, const std::string& path) {
  const std::string home = environment("HOME").value_or("");
  return path.starts_with("~/") && !home.empty() ? home + path.substr(1) : path;
}

// A name may be quoted, as in a shell: [profile "night shift"].
const ProfileSection* ProfileFiles::config_section(const std::string& kind, const std::string& name) const {
  for (const char* quote : {"", "\"", "'"}) {
    if (const ProfileSection* section = find(config, fmt::format("{} {}{}{}", kind, quote, name, quote)))
      return section;
  }
  return nullptr;
}

const ProfileSection* ProfileFiles::config_profile(const std::string& name) const {
  if (const ProfileSection* section = config_section("profile", name)) return section;
  return name == "default" ? find(config, "default") : nullptr;
}

const ProfileSection* ProfileFiles::credentials_profile(const std::string& name) const {
  return find(credentials, name);
}

bool ProfileFiles::has_profile(const std::string& name) const {
  return config_profile(name) != nullptr || credentials_profile(name) != nullptr;
}

std::set<std::string> ProfileFiles::profile_names() const {
  std::set<std::string> names;
  for (const auto& [name, section] : credentials) names.insert(name);
  for (const auto& [section_name, section] : config) {
    constexpr std::string_view kind = "profile ";
    std::string_view name = section_name;
    if (name.starts_with(kind)) {
      name.remove_prefix(kind.size());
      if (name.size() > 2 && name.front() == name.back() && (name.front() == '"' || name.front() == '\''))
        name = name.substr(1, name.size() - 2);
    } else if (name != "default") {
      continue;
    }
    names.emplace(name);
  }
  return names;
}

std::optional<PlacedSetting> ProfileFiles::placed(const std::string& profile, const std::string& name) const {
  const auto look = [&](const ProfileSection* section, const std::string& path) {
    std::optional<PlacedSetting> found;
    if (section == nullptr) return found;
    if (const auto at = section->find(name); at != section->end() && !at->second.value.empty())
      found = {at->second.value, fmt::format("{}:{}", path, at->second.line)};
    return found;
  };
  if (auto found = look(credentials_profile(profile), credentials_path)) return found;
  return look(config_profile(profile), config_path);
}

std::optional<std::string> ProfileFiles::setting(const std::string& profile, const std::string& name) const {
  auto found = placed(profile, name);
  return found ? std::optional(std::move(found->value)) : std::nullopt;
}

ProfileFiles load_profile_files(const Environment& environment) {
  ProfileFiles files;
  files.config_path = path_of(environment, "AWS_CONFIG_FILE", ".aws/config");
  files.credentials_path = path_of(environment, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials");
  files.config = parse_profile_file(read_file(files.config_path), files.config_path);
  files.credentials = parse_profile_file(read_file(files.credentials_path), files.credentials_path);
  return files;
}

}  // namespace s3c::aws
