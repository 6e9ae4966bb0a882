// Charts: inline SVG without a script, and their texts beside it as HTML, so that they stay readable on a telephone.
// Pure functions. Colours come from the page's style, so that they fit its light and dark form.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace s3c::cli {

/// A bar of a chart.
struct ChartBar {
  std::string label;
  double value = 0;
  std::string text;                ///< the value for people
  std::string_view color = "bar";  ///< a class of the style: "bar", "good", "bad", "plain"
};

/// Lying bars, with label and value above each; empty without bars. title: what is shown, for those who don't see it.
std::string lying_bars(std::string_view title, const std::vector<ChartBar>& bars);
/// Upright bars side by side, with the labels of the first, the middle and the last one. Empty without bars.
std::string upright_bars(std::string_view title, const std::vector<ChartBar>& bars);

/// How something went on: an area, and upright marks of what was bad.
struct Course {
  std::vector<double> area;        ///< per second, in each step
  std::vector<double> marks;       ///< of these bad; as many
  std::string begin, middle, end;  ///< the texts below
};
/// Empty if the area has fewer than two steps.
std::string course_chart(std::string_view title, const Course& course);

}  // namespace s3c::cli
