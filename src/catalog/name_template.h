// The templates that layouts and archive names are made of: literals and fields. Values, any thread.
//
//   template = { literal | "{" field "}" }
//   field    = "prefix" | "bucket" | date field | free field
//   date     = "yyyy" | "mm" | "dd" | "hh"    padded with zeros: 2018, 04, 01, 09
//            | "m" | "d" | "h"                without them: 4, 1, 9
//   free     = letter { letter | digit | "_" | "-" }    any text of at least one byte, without "/"
//
// A group has the same fields, however its templates spell its date: "{m}" and "{mm}" are both the field mm,
// with the value 04.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/date_range.h"

namespace s3c::catalog {

/// Field name to value: {"customer": "acme", "yyyy": "2018", "mm": "04"}.
using Fields = std::map<std::string, std::string>;

/// A number in a date, as templates spell it.
struct DateField {
  std::string_view spelling;  ///< "m"
  std::string_view name;      ///< of the field: "mm"
  std::size_t digits = 0;     ///< of the field's value; without padding, the most
  bool padded = true;
  int lowest = 0;
  int highest = 0;
};

struct NamePiece {
  enum class Kind { literal, bucket, prefix, date, free };
  Kind kind = Kind::literal;
  std::string text;                 ///< the literal, or the field's name
  const DateField* date = nullptr;  ///< of a date field
};

class NameTemplate {
 public:
  NameTemplate() = default;
  /// what: names the template in errors; whole: the text of which text is a part. Throws base::Error
  /// (invalid_argument).
  static NameTemplate parse(std::string_view text, std::string_view what, std::string_view whole);

  const std::vector<NamePiece>& pieces() const { return pieces_; }
  bool has(NamePiece::Kind kind) const;
  /// The names of its date fields and free fields.
  std::set<std::string> field_names() const;
  /// The template with bucket and prefix as literals.
  NameTemplate with(std::string_view bucket, std::string_view prefix) const;
  /// REQUIRES: fields has the template's fields, and the template has no bucket or prefix.
  std::string fill(const Fields& fields) const;

  /// Whether what follows the template's text is right.
  using Ending = std::function<bool(std::string_view rest)>;
  struct Reading {
    std::size_t size = 0;  ///< of the text that the template matched
    Fields fields;         ///< the known ones too
  };
  /// Reads text back into fields. nullopt: text isn't the template's, or its date isn't in the calendar. If the
  /// template is ambiguous (ambiguity.h), one of the ways to read it. REQUIRES: no bucket or prefix.
  std::optional<Reading> read(std::string_view text, const Fields& known, const Ending& ending) const;

 private:
  std::vector<NamePiece> pieces_;
};

/// The value of a date field as the template spells it: "4" of "04" for {m}.
std::string spelled(const DateField& field, const std::string& value);

/// The parts of the date that the fields have.
Date date_of(const Fields& fields);
/// The day that the fields name, "2018-04-01", or as much of it as they have: "2018-04", "2018". Empty: no date.
std::string day_text(const Fields& fields);

/// A part of a date that two groups call by one name and don't agree in.
struct OtherDate {
  std::string field;  ///< "mm"
  std::string said;
  std::string expected;
};

/// The first part of the date that both have, with different values; nullopt: there is none. said: of a manifest,
/// which may have been made with another layout, and so with other fields.
std::optional<OtherDate> other_date_in(const Fields& said, const Fields& expected);

/// Throws the error that a template is wrong.
[[noreturn]] void refuse_template(std::string_view what, std::string_view text, const std::string& why);

}  // namespace s3c::catalog
