#include "cli/report/report_data.h"

namespace s3c::cli {
namespace {

const Json& no_value() {
  static const Json nothing;
  return nothing;
}

}  // namespace

ReportData::ReportData(const Json& document) : document_(document), body_(&document) {
  is_merged_ = field(document, "command") == "report";
  command_ = text_in(field(document, is_merged_ ? "of" : "command"));
  if (is_merged_) body_ = &field(document, "total");
}

const Json& ReportData::field(const Json& object, const char* name) {
  if (!object.is_object()) return no_value();
  const auto found = object.find(name);
  return found == object.end() ? no_value() : *found;
}

const Json& ReportData::at(const char* place) const {
  const Json::json_pointer pointer(place);
  return body_->contains(pointer) ? body_->at(pointer) : no_value();
}

double ReportData::number(const char* place) const {
  const Json& value = at(place);
  return value.is_number() ? value.get<double>() : 0;
}

std::uint64_t ReportData::count_in(const Json& value) {
  // A document that was not parsed may have small numbers as signed ones.
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  return value.is_number_integer() && value.get<std::int64_t>() > 0 ? value.get<std::uint64_t>() : 0;
}

std::string ReportData::text_in(const Json& value) {
  return value.is_string() ? value.get<std::string>() : "";
}

std::vector<base::DaySums::Bar> ReportData::days() const {
  base::DaySums days;
  for (const Json& day : at("/by_day")) {
    days.add(text_in(field(day, "day")), text_in(field(day, "group")),
             {count_in(field(day, "objects")), count_in(field(day, "source_bytes")),
              count_in(field(day, "archive_bytes"))});
  }
  return days.bars();
}

}  // namespace s3c::cli
