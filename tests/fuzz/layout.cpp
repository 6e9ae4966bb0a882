// Input, a line each: a layout, then folder names for its levels, a first and a last day. Error
// invalid_argument, or a layout whose matches put back into the template give the folder name, and are
// calendar dates.
#include "catalog/layout.h"

#include <chrono>

#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using base::ErrorKind;
using fuzz::require;

namespace {

/// The template with values for fields: matching, backwards, without its code.
std::string filled(const std::string& text, const catalog::Fields& fields) {
  std::string filled;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '{') {
      filled += text[at];
      continue;
    }
    const std::size_t end = text.find('}', at);
    const std::string name = text.substr(at + 1, end - at - 1);
    // "{m}" is the field mm without its zero.
    const bool unpadded = name == "m" || name == "d" || name == "h";
    std::string value = fields.at(unpadded ? name + name : name);
    if (unpadded && value.front() == '0') value.erase(0, 1);
    filled += value;
    at = end;
  }
  return filled;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> lines = fuzz::split(fuzz::text_of(data, size), '\n');
  lines.resize(std::max<std::size_t>(lines.size(), 3));
  const auto range = fuzz::value_of({ErrorKind::invalid_argument}, [&] {
    return catalog::DateRange::between(lines[lines.size() - 2], lines[lines.size() - 1]);
  });
  const auto layout =
      fuzz::value_of({ErrorKind::invalid_argument}, [&] { return catalog::Layout::parse(lines[0]); });
  if (!layout) return 0;
  require(layout->text() == lines[0], "a layout keeps its text");
  const std::vector<std::string> levels = fuzz::split(lines[0].substr(lines[0].find('/') + 1), '/');
  require(levels.size() == layout->levels() + 1, "a level is a folder of the template");

  catalog::Fields known;
  for (std::size_t level = 0; level < layout->levels() && level + 1 < lines.size(); ++level) {
    const std::string& folder = lines[level + 1];
    const std::optional<catalog::Fields> fields = layout->match(level, folder, known);
    if (!fields) return 0;
    require(filled(levels[level], *fields) + "/" == folder, "the fields give the folder's name");
    require(layout->match(level, folder, *fields) == fields, "there is one way to read a folder's name");
    known = *fields;
    const catalog::Date date = catalog::date_of(known);
    if (date.month != 0 && date.day != 0) {
      const std::chrono::year_month_day day{std::chrono::year(date.year),
                                            std::chrono::month(static_cast<unsigned>(date.month)),
                                            std::chrono::day(static_cast<unsigned>(date.day))};
      require(day.ok(), "a full date is in the calendar");
    }
    if (range) range->may_contain(date);
  }
  return 0;
}
