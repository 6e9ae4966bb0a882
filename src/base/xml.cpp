#include "base/xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include "base/encoding.h"
#include "base/error.h"
#include "base/text.h"

namespace s3c::base::xml {
namespace {

std::string printable_name(pugi::xml_node node) {
  return printable(node.name());
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xc0 | code_point >> 6);
    put(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    put(0xe0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3f));
    put(0x80 | (code_point & 0x3f));
  } else {
    put(0xf0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3f));
    put(0x80 | (code_point >> 6 & 0x3f));
    put(0x80 | (code_point & 0x3f));
  }
}

/// The character that the reference &name; stands for; nullopt for an invalid one. References to control
/// characters are accepted: XML 1.0 forbids them, but stores send them.
std::optional<std::uint32_t> referenced(std::string_view name) {
  if (name == "amp") return '&';
  if (name == "lt") return '<';
  if (name == "gt") return '>';
  if (name == "quot") return '"';
  if (name == "apos") return '\'';
  if (!name.starts_with('#')) return std::nullopt;
  const bool hex = name.starts_with("#x");
  const std::string_view digits = name.substr(hex ? 2 : 1);
  const auto value = parse_number<std::uint32_t>(digits, hex ? 16 : 10);
  const bool surrogate = value >= 0xd800U && value < 0xe000U;
  if (surrogate || value > 0x10ffffU) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string> unescaped(std::string_view text) {
  if (text.find('&') == std::string_view::npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (;;) {
    const std::size_t start = text.find('&');
    out += text.substr(0, start);
    if (start == std::string_view::npos) return out;
    const std::size_t end = text.find(';', start);
    if (end == std::string_view::npos) return std::nullopt;
    const auto character = referenced(text.substr(start + 1, end - start - 1));
    if (!character) return std::nullopt;
    append_utf8(out, *character);
    text.remove_prefix(end + 1);
  }
}

void corrupt(std::string message) {
  throw Error(ErrorKind::corrupt, std::move(message));
}

Document::Document(std::string_view text, const char* root_name) {
  if (std::count(text.begin(), text.end(), '<') > kMaxTags) corrupt("the answer has too many elements");
  // pugixml stops at a NUL and ignores the rest of the text.
  if (text.find('\0') != std::string_view::npos)
    throw Error(ErrorKind::transient, "the answer isn't XML: it has a NUL byte");
  const pugi::xml_parse_result result =
      document_.load_buffer(text.data(), text.size(), kParseFlags, pugi::encoding_utf8);
  if (!result) {
    throw Error(ErrorKind::transient, fmt::format("the answer was cut off or isn't XML ({} at byte {} of {})",
                                                  result.description(), result.offset, text.size()));
  }
  root_ = document_.document_element();
  for (pugi::xml_node next = root_.next_sibling(); next; next = next.next_sibling()) {
    if (next.type() == pugi::node_element)
      throw Error(ErrorKind::transient, "the answer isn't XML: one document follows another");
  }
  if (std::string_view(root_.name()) != root_name) {
    corrupt(fmt::format("expected <{}> but got <{}>", root_name, printable(root_.name())));
  }
}

// pugixml's own text() ends at the first comment or CDATA section. A cut-off key would be another key.
std::string text_of(pugi::xml_node element) {
  std::string text;
  for (const pugi::xml_node child : element.children()) {
    if (child.type() == pugi::node_element)
      corrupt(fmt::format("<{}> holds <{}>", printable_name(element), printable_name(child)));
    auto piece = child.type() == pugi::node_cdata ? child.value() : unescaped(child.value());
    if (!piece)
      corrupt(fmt::format("<{}> has an unknown reference: '{}'", printable_name(element),
                          printable(child.value())));
    if (text.empty()) {
      text = *std::move(piece);
    } else {
      text += *piece;
    }
  }
  return text;
}

bool is_text(pugi::xml_node element) {
  for (const pugi::xml_node child : element.children()) {
    if (child.type() == pugi::node_element) return false;
    if (child.type() != pugi::node_cdata && !unescaped(child.value())) return false;
  }
  return true;
}

pugi::xml_node only_child(pugi::xml_node parent, const char* name) {
  const pugi::xml_node child = parent.child(name);
  if (child.next_sibling(name)) corrupt(fmt::format("<{}> has <{}> twice", printable_name(parent), name));
  return child;
}

std::string required(pugi::xml_node parent, const char* name) {
  const pugi::xml_node child = only_child(parent, name);
  if (!child) corrupt(fmt::format("<{}> lacks <{}>", parent.name(), name));
  return text_of(child);
}

std::string optional_text(pugi::xml_node parent, const char* name) {
  return text_of(only_child(parent, name));
}

bool required_bool(pugi::xml_node parent, const char* name) {
  const std::string text = required(parent, name);
  if (text == "true") return true;
  if (text == "false") return false;
  corrupt(fmt::format("<{}> is '{}', not true or false", name, printable(text)));
}

std::uint64_t required_size(pugi::xml_node parent, const char* name) {
  const std::string text = required(parent, name);
  const auto value = parse_number<std::uint64_t>(text);
  if (!value) corrupt(fmt::format("<{}> is '{}', not a number of bytes", name, printable(text)));
  return *value;
}

Timestamp required_time(pugi::xml_node parent, const char* name) {
  const std::string text = required(parent, name);
  const auto time = parse_iso8601(text);
  if (!time) corrupt(fmt::format("<{}> is '{}', not a time", name, printable(text)));
  return *time;
}

}  // namespace s3c::base::xml
