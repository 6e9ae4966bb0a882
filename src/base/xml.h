// XML, read strictly: what is missing, cut off or of another kind is an error, because a listing that lost
// its tail must never look like a shorter listing. Pure functions, any thread.
//
// Throws Error: transient when a text isn't well-formed (it was cut off: worth asking again), corrupt when it
// is another document, lacks what it must have or has it twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "base/time.h"

namespace s3c::base::xml {

/// Text as it is: no line ends changed (a key may hold CR), and white space kept (so may a key). References
/// are resolved by unescaped(): pugixml's texts end at a NUL, which a key may hold too, and it lets pass what
/// isn't one.
inline constexpr unsigned kParseFlags = pugi::parse_cdata | pugi::parse_ws_pcdata;

/// Elements take many times the memory of their text. A page of a listing has 1,000 of 30 elements at most, a
/// Complete's or a deletion's answer fewer; each has two tags.
inline constexpr std::ptrdiff_t kMaxTags = 200'000;

/// Text with its references resolved; nullopt when one of them stands for nothing.
std::optional<std::string> unescaped(std::string_view text);

/// A document whose root is what was asked for. Immutable.
class Document {
 public:
  Document(std::string_view text, const char* root_name);
  pugi::xml_node root() const { return root_; }

 private:
  pugi::xml_document document_;
  pugi::xml_node root_;
};

[[noreturn]] void corrupt(std::string message);

/// All text of an element, of any length; empty for a null one.
std::string text_of(pugi::xml_node element);
/// The child of that name; null when there is none. Two would leave open which one counts.
pugi::xml_node only_child(pugi::xml_node parent, const char* name);

std::string required(pugi::xml_node parent, const char* name);
/// Empty where there is no such child.
std::string optional_text(pugi::xml_node parent, const char* name);
bool required_bool(pugi::xml_node parent, const char* name);
/// In bytes.
std::uint64_t required_size(pugi::xml_node parent, const char* name);
Timestamp required_time(pugi::xml_node parent, const char* name);

}  // namespace s3c::base::xml
