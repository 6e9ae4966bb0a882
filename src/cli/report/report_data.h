// Reads the fields of a summary's document. A field that isn't there, or is of another kind, is 0 or empty: the
// documents that are merged may be of other versions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/day_sums.h"
#include "cli/output/summary_parts.h"

namespace s3c::cli {

class ReportData {
 public:
  /// document outlives it.
  explicit ReportData(const Json& document);

  /// What ran: "archive", "plan", "restore", "verify".
  const std::string& command() const { return command_; }
  bool is_merged() const { return is_merged_; }
  bool is_dry_run() const { return at("/dry_run") == true; }
  /// Of the document itself, also if it is merged.
  const Json& document() const { return document_; }

  /// place: a JSON pointer into what the tasks did together, or the one command.
  const Json& at(const char* place) const;
  std::uint64_t count(const char* place) const { return count_in(at(place)); }
  double number(const char* place) const;
  std::string text(const char* place) const { return text_in(at(place)); }
  bool has(const char* place) const { return !at(place).is_null(); }

  static std::uint64_t count_in(const Json& value);
  static std::string text_in(const Json& value);
  /// Null if object has no such field.
  static const Json& field(const Json& object, const char* name);

  /// The list by_day, brought to one exactness: tasks may have joined their days differently.
  std::vector<base::DaySums::Bar> days() const;

 private:
  const Json& document_;
  std::string command_;
  bool is_merged_ = false;
  const Json* body_;
};

}  // namespace s3c::cli
