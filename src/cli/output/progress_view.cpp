#include "cli/output/progress_view.h"

#include <fmt/format.h>

#include "cli/output/format.h"

namespace s3c::cli {

std::vector<std::string> wrapped(const std::vector<std::string>& words, std::size_t columns) {
  std::vector<std::string> lines;
  for (const std::string& word : words) {
    if (!lines.empty() && display_width(lines.back()) + 2 + display_width(word) < columns) {
      lines.back() += ", " + word;
    } else {
      if (!lines.empty()) lines.back() += ",";
      lines.push_back(word);
    }
  }
  return lines;
}

void add_times(std::vector<std::string>& words, std::chrono::milliseconds elapsed,
               const std::optional<std::chrono::milliseconds>& left) {
  words.push_back(format_duration(elapsed));
  if (left) words.push_back(fmt::format("about {} left", format_duration(*left)));
}

}  // namespace s3c::cli
