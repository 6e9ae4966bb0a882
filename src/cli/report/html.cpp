#include "cli/report/html.h"

#include <fmt/format.h>

#include "base/encoding.h"

namespace s3c::cli {

std::string html_escaped(std::string_view text) {
  std::string html;
  for (const char c : base::printable(text)) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

std::string section(std::string_view title, const std::string& body) {
  return body.empty() ? "" : fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", html_escaped(title), body);
}

std::string paragraph(std::string_view text) {
  return fmt::format("<p>{}</p>\n", html_escaped(text));
}

std::string HtmlTable::html(std::string_view caption) const {
  if (rows.empty()) return {};
  std::string html =
      fmt::format("<div class=\"wide\"><table>\n<caption>{}</caption>\n<thead><tr>", html_escaped(caption));
  const auto kind = [this](std::size_t i) {
    return i < columns.size() && columns[i].is_number ? " class=\"n\"" : "";
  };
  for (std::size_t i = 0; i < columns.size(); ++i)
    html += fmt::format("<th scope=\"col\"{}>{}</th>", kind(i), html_escaped(columns[i].title));
  html += "</tr></thead>\n<tbody>\n";
  for (const std::vector<std::string>& row : rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      html += fmt::format("<td{}>{}</td>", kind(i), html_escaped(row[i]));
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::string HtmlTable::folded(std::string_view summary) const {
  if (rows.empty()) return {};
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n", html_escaped(summary), html(summary));
}

}  // namespace s3c::cli
