#include "cli/report/charts.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/output/format.h"
#include "cli/report/html.h"

namespace s3c::cli {
namespace {

// In units of a picture, which the page stretches to its own width.
constexpr double kWidth = 640;
constexpr double kHeight = 150;
constexpr double kLeastBar = 2;  // so that a little is seen beside very much

double most_of(const std::vector<double>& values) {
  return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

const ChartBar& largest_of(const std::vector<ChartBar>& bars) {
  return *std::max_element(bars.begin(), bars.end(),
                           [](const ChartBar& a, const ChartBar& b) { return a.value < b.value; });
}

double bar_length(double value, double highest, double room) {
  if (value <= 0 || highest <= 0) return 0;
  return std::max(kLeastBar, value / highest * room);
}

std::string rectangle(std::string_view color, double x, double width, double height, std::string_view title) {
  const std::string tip = title.empty() ? "" : fmt::format("<title>{}</title>", html_escaped(title));
  return fmt::format(
      "<rect class=\"{}\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\">{}</rect>\n", color, x,
      kHeight - height, width, height, tip);
}

/// caption: what is seen at once. below: the texts of the axis.
std::string figure(std::string_view title, std::string_view caption, const std::string& shapes,
                   const std::vector<std::string>& below) {
  std::string html = fmt::format(
      "<figure>\n<figcaption>{}</figcaption>\n"
      "<svg class=\"plot\" viewBox=\"0 0 {:.0f} {:.0f}\" preserveAspectRatio=\"none\" role=\"img\" "
      "aria-label=\"{}\">\n{}</svg>\n<div class=\"ends\">",
      html_escaped(caption), kWidth, kHeight, html_escaped(title), shapes);
  for (const std::string& text : below) html += fmt::format("<span>{}</span>", html_escaped(text));
  return html + "</div>\n</figure>\n";
}

}  // namespace

std::string lying_bars(std::string_view title, const std::vector<ChartBar>& bars) {
  if (bars.empty()) return {};
  const double highest = largest_of(bars).value;
  std::string html = fmt::format("<figure role=\"group\" aria-label=\"{}\">\n", html_escaped(title));
  for (const ChartBar& bar : bars) {
    html += fmt::format(
        "<div class=\"line\"><span>{}</span><b>{}</b></div>\n"
        "<svg class=\"lying\" viewBox=\"0 0 {:.0f} 10\" preserveAspectRatio=\"none\" role=\"img\" "
        "aria-label=\"{}: {}\">"
        "<rect class=\"track\" width=\"{:.0f}\" height=\"10\"/><rect class=\"{}\" width=\"{:.2f}\" height=\"10\"/>"
        "</svg>\n",
        html_escaped(bar.label), html_escaped(bar.text), kWidth, html_escaped(bar.label),
        html_escaped(bar.text), kWidth, bar.color, bar_length(bar.value, highest, kWidth));
  }
  return html + "</figure>\n";
}

std::string upright_bars(std::string_view title, const std::vector<ChartBar>& bars) {
  if (bars.empty()) return {};
  const ChartBar& largest = largest_of(bars);
  const double pitch = kWidth / static_cast<double>(bars.size());
  std::string shapes;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    shapes +=
        rectangle(bars[i].color, (static_cast<double>(i) + 0.1) * pitch, 0.8 * pitch,
                  bar_length(bars[i].value, largest.value, kHeight), bars[i].label + ": " + bars[i].text);
  }
  const std::size_t middle = bars.size() / 2;
  return figure(title, fmt::format("most: {}, {}", largest.text, largest.label), shapes,
                {bars.front().label, bars[middle].label, bars.back().label});
}

std::string course_chart(std::string_view title, const Course& course) {
  if (course.area.size() < 2) return {};
  const double highest = std::max(most_of(course.area), most_of(course.marks));
  const double pitch = kWidth / static_cast<double>(course.area.size());
  std::string points = fmt::format("0,{:.0f}", kHeight);
  for (std::size_t i = 0; i < course.area.size(); ++i) {
    const double y = kHeight - (highest <= 0 ? 0 : course.area[i] / highest * kHeight);
    for (const std::size_t end : {i, i + 1})
      points += fmt::format(" {:.2f},{:.2f}", static_cast<double>(end) * pitch, y);
  }
  std::string shapes =
      fmt::format("<polygon class=\"area\" points=\"{} {:.0f},{:.0f}\"/>\n", points, kWidth, kHeight);
  for (std::size_t i = 0; i < course.marks.size(); ++i) {
    const double height = bar_length(course.marks[i], highest, kHeight);
    if (height > 0) shapes += rectangle("bad", static_cast<double>(i) * pitch, pitch, height, "");
  }
  return figure(title, fmt::format("{}; most: {}", title, format_rate(highest)), shapes,
                {course.begin, course.middle, course.end});
}

}  // namespace s3c::cli
