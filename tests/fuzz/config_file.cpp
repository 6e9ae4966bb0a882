// Input: a file for --config. Its settings or UsageError (invalid_argument) that names the line. The settings
// written in the plainest form read back the same, and each stands on a line that the file has.
#include "cli/options/config_file.h"

#include <fmt/format.h>

#include "cli/options/usage_error.h"
#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using fuzz::require;

namespace {

std::optional<std::vector<cli::ConfigSetting>> parse(std::string_view text) {
  try {
    return cli::parse_config(text, "fuzz.toml").settings;
  } catch (const cli::UsageError& error) {
    require(error.message().starts_with("fuzz.toml:"), "an error names file and line");
    require(fuzz::is_printable(error.message()), "an error can be printed on one line");
    return std::nullopt;
  }
}

/// Every control character escaped, as TOML wants it.
std::string quoted(const std::string& value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

/// "catalog.rebuild." of "catalog rebuild": a section's settings may stand apart, its heading only once.
std::string dotted(std::string section) {
  if (section.empty()) return section;
  std::replace(section.begin(), section.end(), ' ', '.');
  return section + ".";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const auto settings = parse(text);
  if (!settings) return 0;
  const auto lines = 1 + std::count(text.begin(), text.end(), '\n');
  std::string plain;
  for (const cli::ConfigSetting& setting : *settings) {
    require(!setting.name.empty(), "a setting has a name");
    require(setting.line >= 1 && setting.line <= lines, "a setting stands on a line of the file");
    plain += dotted(setting.section) + setting.name + "=[";
    for (const std::string& value : setting.values) plain += quoted(value) + ",";
    plain += "]\n";
  }
  const auto again = parse(plain);
  require(again && again->size() == settings->size(), "as many settings read back");
  for (std::size_t i = 0; i < settings->size(); ++i) {
    require(again->at(i).section == settings->at(i).section && again->at(i).name == settings->at(i).name &&
                again->at(i).values == settings->at(i).values,
            "a setting reads back the same");
  }
  return 0;
}
