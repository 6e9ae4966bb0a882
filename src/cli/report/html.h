// Pieces of HTML. Pure functions. Everything that is not from this program goes through html_escaped().
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace s3c::cli {

/// text as it can stand in an element and in an attribute between double quotes. Control characters, malformed UTF-8
/// and characters that make a text look like another one become \xNN.
std::string html_escaped(std::string_view text);

/// A heading and what stands below it; empty if body is.
std::string section(std::string_view title, const std::string& body);
std::string paragraph(std::string_view text);

/// A table, as text. Its cells are escaped here.
struct HtmlTable {
  struct Column {
    std::string title;
    bool is_number = false;  ///< stands at the right
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;

  /// caption: for those who don't see the page. Empty if there are no rows.
  std::string html(std::string_view caption) const;
  /// The same behind a line that opens it.
  std::string folded(std::string_view summary) const;
};

}  // namespace s3c::cli
