#include "cli/options/reader.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "cli/options/values.h"

namespace s3c::cli {

std::string Reader::single_operand() const {
  if (operands_.size() > 1) {
    throw UsageError(fmt::format("unexpected argument \"{}\"", base::printable(operands_[1])),
                     see_help(command_->name));
  }
  return operands_.empty() ? std::string() : operands_.front();
}

const Setting* Reader::find(std::string_view name) const {
  const auto found = settings_.find(name);
  return found == settings_.end() ? nullptr : &found->second;
}

std::optional<Source> Reader::source(std::string_view name) const {
  const Setting* setting = find(name);
  return setting == nullptr ? std::nullopt : std::optional(setting->source);
}

std::string Reader::text(std::string_view name) const {
  std::string given;
  with(name, [&](const std::string& text) { given = text; });
  return given;
}

std::string Reader::bucket(std::string_view name) const {
  std::string bucket;
  with(name, [&](const std::string& text) { bucket = parse_bucket(text); });
  return bucket;
}

std::string Reader::choice(std::string_view name) const {
  std::string chosen;
  with(name, [&](const std::string& text) {
    std::vector<std::string> choices;
    for (const std::string_view choice : find_flag(command_->flags, name)->choices) {
      if (!choice.empty()) choices.emplace_back(choice);
    }
    chosen = parse_choice(text, choices);
  });
  return chosen;
}

bool Reader::toggle(std::string_view name) const {
  bool on = false;
  with(name, [&](const std::string& text) { on = parse_switch(text); });
  return on;
}

int Reader::number(std::string_view name) const {
  const Range range = find_flag(command_->flags, name)->range;
  int number = 0;
  with(name, [&](const std::string& text) {
    number = static_cast<int>(parse_number(text, range.least, range.most));
  });
  return number;
}

int Reader::count(std::string_view name, int most) const {
  const Setting* setting = find(name);
  if (setting == nullptr) return 0;
  int count = 0;
  for (const std::string& value : setting->values) {
    convert(name, *setting, value, [&](const std::string& text) {
      count = text == "true" ? count + 1 : static_cast<int>(parse_number(text, 0, most));
    });
  }
  return count;
}

std::vector<std::string> Reader::list(std::string_view name) const {
  const Setting* setting = find(name);
  if (setting == nullptr) return {};
  if (setting->source != Source::environment) return setting->values;
  std::vector<std::string> values;
  with(name, [&](const std::string& text) { values = parse_list(text); });
  return values;
}

std::string Reader::retyped(const std::vector<Flag>& only) const {
  std::string text;
  for (const auto& [name, setting] : settings_) {
    if (setting.source != Source::command_line || (!only.empty() && find_flag(only, name) == nullptr))
      continue;
    const bool has_value = takes_value(*find_flag(command_->flags, name));
    for (const std::string& value : setting.values) {
      text += fmt::format("{}--{}", text.empty() ? "" : " ", name);
      if (has_value) {
        text += " " + shell_word(value);
      } else if (value != "true") {
        text += "=" + shell_word(value);
      }
    }
  }
  return text;
}

std::vector<std::string> Reader::settings_from_elsewhere() const {
  std::vector<std::string> texts;
  for (const auto& [name, setting] : settings_) {
    if (setting.source == Source::command_line) continue;
    texts.push_back(fmt::format("{} {} ({})", name, fmt::join(setting.values, " "), setting.origin));
  }
  return texts;
}

std::string Reader::help_for(std::string_view name) const {
  const Flag* flag = find_flag(command_->flags, name);
  return flag == nullptr ? "" : usage_of(*flag);
}

std::string_view Reader::fallback_of(std::string_view name) const {
  const Flag* flag = find_flag(command_->flags, name);
  return flag == nullptr ? std::string_view() : flag->fallback;
}

UsageError refusal_of(const Reader& reader, const base::Error& error) {
  const std::string message = base::printable(error.message());
  const std::size_t end = std::min(message.find(' '), message.size());
  const std::string name = canonical_name(message.substr(0, end));
  std::string hint = reader.help_for(name);
  if (hint.empty()) return UsageError(message, see_help(reader.command().name));
  const Setting* setting = reader.find(name);
  return UsageError((setting == nullptr ? "--" + name : setting->origin) + message.substr(end),
                    std::move(hint));
}

}  // namespace s3c::cli
