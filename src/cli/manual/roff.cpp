#include "cli/manual/roff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace s3c::cli {
namespace {

/// Calls use(line) for each line of text, without its newline.
template <typename Use>
void for_each_line(std::string_view text, const Use& use) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    use(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_part_of_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
}

/// "BUCKET", but not "[BUCKET]": two capitals or more, and nothing else.
bool is_placeholder(std::string_view word) {
  return word.size() > 1 && std::all_of(word.begin(), word.end(), is_capital);
}

}  // namespace

std::string roff_text(std::string_view text) {
  std::string result;
  if (text.starts_with('.') || text.starts_with('\'')) result = "\\&";
  for (const char c : text) {
    switch (c) {
      case '\\':
        result += "\\(rs";
        break;
      case '-':
        result += "\\-";
        break;
      case '\'':
        result += "\\(aq";
        break;
      case '"':
        result += "\\(dq";  // a bare one would end an argument of a macro
        break;
      case '^':
        result += "\\(ha";
        break;
      case '`':
        result += "\\(ga";
        break;
      case '~':
        result += "\\(ti";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string roff_usage(std::string_view usage) {
  std::string result;
  while (!usage.empty()) {
    std::size_t length = 0;
    while (length < usage.size() && is_part_of_word(usage[length])) ++length;
    const std::string_view word = usage.substr(0, std::max<std::size_t>(length, 1));
    usage.remove_prefix(word.size());
    const bool is_plain = length == 0 || word == "flags";
    const std::string text = roff_text(word);
    result += is_plain ? text : fmt::format("\\f{}{}\\fR", is_placeholder(word) ? 'I' : 'B', text);
  }
  return result;
}

std::string roff_paragraphs(std::string_view lines) {
  std::string result = ".PP\n";
  for_each_line(lines,
                [&](std::string_view line) { result += line.empty() ? ".PP\n" : roff_text(line) + "\n"; });
  return result;
}

std::string roff_subjects(std::string_view lines) {
  std::string result;
  bool ends = true;
  for_each_line(lines, [&](std::string_view line) {
    if (ends) result += ".PP\n";
    result += roff_text(line.substr(indent_of(line))) + "\n";
    ends = line.ends_with('.');
  });
  return result;
}

std::string roff_examples(std::string_view examples) {
  constexpr std::size_t kCaption = 2;
  constexpr std::size_t kCommand = 4;
  std::string result;
  bool in_command = false;
  for_each_line(examples, [&](std::string_view line) {
    const bool is_command = indent_of(line) >= kCommand;
    if (in_command && !is_command) result += ".fi\n.RE\n";
    if (!in_command && is_command) result += ".PP\n.RS 4\n.nf\n";
    in_command = is_command;
    if (is_command) {
      result += roff_text(line.substr(kCommand)) + "\n";
    } else if (!line.empty()) {
      result += ".PP\n" + roff_text(line.substr(std::min(kCaption, indent_of(line)))) + "\n";
    }
  });
  return in_command ? result + ".fi\n.RE\n" : result;
}

}  // namespace s3c::cli
