#include "catalog/name_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "base/text.h"

namespace s3c::catalog {
namespace {

constexpr std::array<DateField, 7> kDateFields = {{
    {"yyyy", "yyyy", 4, true, 1, 9999},
    {"mm", "mm", 2, true, 1, 12},
    {"dd", "dd", 2, true, 1, 31},
    {"hh", "hh", 2, true, 0, 23},
    {"m", "mm", 2, false, 1, 12},
    {"d", "dd", 2, false, 1, 31},
    {"h", "hh", 2, false, 0, 23},
}};

constexpr std::size_t kMaxNameBytes = 64;
/// Longer than any key.
constexpr std::size_t kMaxTemplateBytes = 1024;

const DateField* date_field(std::string_view spelling) {
  const auto* found = std::find_if(kDateFields.begin(), kDateFields.end(),
                                   [&](const DateField& field) { return field.spelling == spelling; });
  return found == kDateFields.end() ? nullptr : found;
}

bool is_letter(char c) {
  return base::lower(c) >= 'a' && base::lower(c) <= 'z';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_field_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; });
}

/// "{YYYY}", "{yy}": most likely a date field that was meant otherwise. As a free field it would match anything.
bool looks_like_date_field(std::string_view name) {
  const char first = base::lower(name.front());
  return std::string_view("ymdh").find(first) != std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [&](char c) { return base::lower(c) == first; });
}

NamePiece field_piece(std::string_view name, std::string_view what, std::string_view whole) {
  if (name == "prefix") return {NamePiece::Kind::prefix, std::string(name)};
  if (name == "bucket") return {NamePiece::Kind::bucket, std::string(name)};
  if (const DateField* date = date_field(name)) return {NamePiece::Kind::date, std::string(date->name), date};
  if (!is_field_name(name)) {
    refuse_template(what, whole,
                    fmt::format("{{{}}} is no name of a field: use letters, digits, \"_\" and \"-\", "
                                "and begin with a letter",
                                base::printable(name)));
  }
  if (looks_like_date_field(name)) {
    refuse_template(
        what, whole,
        fmt::format(
            "there is no field {{{}}}; of a date there are {{yyyy}}, {{mm}}, {{dd}}, {{hh}}, and without "
            "padding {{m}}, {{d}}, {{h}}",
            name));
  }
  return {NamePiece::Kind::free, std::string(name)};
}

/// Tries to read a text as a template.
class TemplateReader {
 public:
  TemplateReader(const std::vector<NamePiece>& pieces, std::string_view text, const Fields& known,
                 const NameTemplate::Ending& ending)
      : pieces_(pieces), text_(text), ending_(ending), reading_{0, known} {
    const auto is_free = [](const NamePiece& piece) { return piece.kind == NamePiece::Kind::free; };
    if (std::count_if(pieces.begin(), pieces.end(), is_free) > 1)
      failed_.resize(pieces.size() * (text.size() + 1));
  }

  std::optional<NameTemplate::Reading> read() {
    return read_from(0, 0) ? std::optional(std::move(reading_)) : std::nullopt;
  }

 private:
  bool read_from(std::size_t piece, std::size_t at) {
    if (piece == pieces_.size()) {
      reading_.size = at;
      return ending_(text_.substr(at)) && date_of(reading_.fields).is_in_calendar();
    }
    // With several free fields there are many ways to come here. Each is tried once.
    const std::size_t place = piece * (text_.size() + 1) + at;
    if (!failed_.empty() && failed_[place]) return false;
    const bool found = read_piece(piece, at);
    if (!failed_.empty() && !found) failed_[place] = true;
    return found;
  }

  bool read_piece(std::size_t number, std::size_t at) {
    const NamePiece& piece = pieces_[number];
    if (piece.kind == NamePiece::Kind::date) return read_date(number, at);
    if (piece.kind == NamePiece::Kind::free) return read_free(number, at);
    return text_.substr(at).starts_with(piece.text) && read_from(number + 1, at + piece.text.size());
  }

  bool read_date(std::size_t number, std::size_t at) {
    const DateField& field = *pieces_[number].date;
    for (std::size_t digits = field.digits; digits >= (field.padded ? field.digits : 1); --digits) {
      const std::string_view text = text_.substr(at, digits);
      if (text.size() != digits || !std::all_of(text.begin(), text.end(), is_digit)) continue;
      if (!field.padded && digits > 1 && text.front() == '0') continue;
      const int value = base::parse_number<int>(text).value_or(-1);
      if (value < field.lowest || value > field.highest) continue;
      if (read_value(number, fmt::format("{:0{}}", value, field.digits), at + digits)) return true;
    }
    return false;
  }

  bool read_free(std::size_t number, std::size_t at) {
    const std::size_t slash = std::min(text_.find('/', at), text_.size());
    for (std::size_t end = at + 1; end <= slash; ++end) {
      if (read_value(number, std::string(text_.substr(at, end - at)), end)) return true;
    }
    return false;
  }

  /// A field that appears twice must have the same value both times.
  bool read_value(std::size_t number, const std::string& value, std::size_t end) {
    const auto [field, is_new] = reading_.fields.try_emplace(pieces_[number].text, value);
    if (!is_new) return field->second == value && read_from(number + 1, end);
    if (read_from(number + 1, end)) return true;
    reading_.fields.erase(field);
    return false;
  }

  const std::vector<NamePiece>& pieces_;
  const std::string_view text_;
  const NameTemplate::Ending& ending_;
  NameTemplate::Reading reading_;
  std::vector<bool> failed_;  // by piece and place in the text; empty: there is only one way to each
};

}  // namespace

void refuse_template(std::string_view what, std::string_view text, const std::string& why) {
  throw base::Error(base::ErrorKind::invalid_argument, fmt::format("{} \"{}\": {}", what, text, why));
}

std::string spelled(const DateField& field, const std::string& value) {
  return field.padded || value.front() != '0' ? value : value.substr(1);
}

Date date_of(const Fields& fields) {
  const auto value = [&](const char* name) {
    const auto found = fields.find(name);
    if (found == fields.end() || found->second.starts_with('-')) return 0;
    return base::parse_number<int>(found->second).value_or(0);
  };
  return {value("yyyy"), value("mm"), value("dd")};
}

std::string day_text(const Fields& fields) {
  std::string text;
  for (const char* name : {"yyyy", "mm", "dd"}) {
    const auto found = fields.find(name);
    if (found == fields.end()) break;
    text += (text.empty() ? "" : "-") + found->second;
  }
  return text;
}

std::optional<OtherDate> other_date_in(const Fields& said, const Fields& expected) {
  for (const DateField& part : kDateFields) {
    const std::string name(part.name);
    const auto one = said.find(name);
    const auto other = expected.find(name);
    if (one == said.end() || other == expected.end() || one->second == other->second) continue;
    return OtherDate{name, one->second, other->second};
  }
  return std::nullopt;
}

NameTemplate NameTemplate::parse(std::string_view text, std::string_view what, std::string_view whole) {
  if (whole.size() > kMaxTemplateBytes)
    refuse_template(what, whole, fmt::format("it is longer than {} bytes", kMaxTemplateBytes));
  NameTemplate made;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t open = rest.find_first_of("{}");
    if (open != 0) made.pieces_.push_back({NamePiece::Kind::literal, std::string(rest.substr(0, open))});
    if (open == std::string_view::npos) break;
    const std::size_t close = rest.find('}', open);
    if (rest[open] == '}' || close == std::string_view::npos)
      refuse_template(what, whole, "a brace has no partner");
    made.pieces_.push_back(field_piece(rest.substr(open + 1, close - open - 1), what, whole));
    rest.remove_prefix(close + 1);
  }
  return made;
}

bool NameTemplate::has(NamePiece::Kind kind) const {
  return std::any_of(pieces_.begin(), pieces_.end(),
                     [&](const NamePiece& piece) { return piece.kind == kind; });
}

std::set<std::string> NameTemplate::field_names() const {
  std::set<std::string> names;
  for (const NamePiece& piece : pieces_) {
    if (piece.kind == NamePiece::Kind::date || piece.kind == NamePiece::Kind::free) names.insert(piece.text);
  }
  return names;
}

NameTemplate NameTemplate::with(std::string_view bucket, std::string_view prefix) const {
  NameTemplate made = *this;
  for (NamePiece& piece : made.pieces_) {
    if (piece.kind == NamePiece::Kind::bucket) piece = {NamePiece::Kind::literal, std::string(bucket)};
    if (piece.kind == NamePiece::Kind::prefix) piece = {NamePiece::Kind::literal, std::string(prefix)};
  }
  return made;
}

std::string NameTemplate::fill(const Fields& fields) const {
  std::string text;
  for (const NamePiece& piece : pieces_) {
    if (piece.kind == NamePiece::Kind::literal) {
      text += piece.text;
    } else if (piece.kind == NamePiece::Kind::date) {
      text += spelled(*piece.date, fields.at(piece.text));
    } else {
      text += fields.at(piece.text);
    }
  }
  return text;
}

std::optional<NameTemplate::Reading> NameTemplate::read(std::string_view text, const Fields& known,
                                                        const Ending& ending) const {
  return TemplateReader(pieces_, text, known, ending).read();
}

}  // namespace s3c::catalog
