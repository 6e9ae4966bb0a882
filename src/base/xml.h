// Reads XML strictly: a missing element, a cut-off document or another kind of document is an error, because
// a listing that lost its tail must never look like a shorter listing. Pure functions, any thread.
//
// Throws Error: transient when a text isn't well-formed (it was cut off; another try may help), corrupt when
// it is another document, or when a required element is missing or appears twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "base/time.h"

namespace s3c::base::xml {

/// Text is kept unchanged: line ends (a key may hold CR) and white space (a key may be white space).
/// unescaped() resolves references, not pugixml: pugixml's texts end at a NUL, which a key may hold, and it
/// accepts invalid references.
inline constexpr unsigned kParseFlags = pugi::parse_cdata | pugi::parse_ws_pcdata;

/// Limits memory: elements take many times the memory of their text. A page of a listing has at most 1,000
/// objects of 30 elements; the answer to a Complete or a deletion has fewer. Each element has two tags.
inline constexpr std::ptrdiff_t kMaxTags = 200'000;

/// Text with its references resolved; nullopt when a reference is invalid.
std::optional<std::string> unescaped(std::string_view text);

/// A document whose root has the expected name. Immutable.
class Document {
 public:
  Document(std::string_view text, const char* root_name);
  pugi::xml_node root() const { return root_; }

 private:
  pugi::xml_document document_;
  pugi::xml_node root_;
};

[[noreturn]] void corrupt(std::string message);

/// Whether an element holds text and nothing else, and all its references are valid: text_of() doesn't throw.
bool is_text(pugi::xml_node element);
/// All text of an element, of any length; empty for a null one.
std::string text_of(pugi::xml_node element);
/// The child of that name; null when there is none. Two such children are corrupt: it would be unclear which
/// one counts.
pugi::xml_node only_child(pugi::xml_node parent, const char* name);

std::string required(pugi::xml_node parent, const char* name);
/// Empty where there is no such child.
std::string optional_text(pugi::xml_node parent, const char* name);
bool required_bool(pugi::xml_node parent, const char* name);
/// In bytes.
std::uint64_t required_size(pugi::xml_node parent, const char* name);
Timestamp required_time(pugi::xml_node parent, const char* name);

}  // namespace s3c::base::xml
