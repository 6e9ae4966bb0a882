// Input: the value of a flag. Each parser of cli/values.h: a value within its documented range, or Error
// invalid_argument.
#include "cli/options/values.h"

#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using base::ErrorKind;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const auto value_of = [](auto&& call) { return fuzz::value_of({ErrorKind::invalid_argument}, call); };

  const auto number = value_of([&] { return cli::parse_number(text, -3, 1000); });
  if (number) require(*number >= -3 && *number <= 1000, "a number lies between its bounds");
  const auto count = value_of([&] { return cli::parse_count(text); });
  if (count)
    require(*count >= 1 && cli::parse_count(std::to_string(*count)) == *count, "a count is a number from 1");
  const auto bytes = value_of([&] { return cli::parse_size_bytes(text); });
  if (bytes) require(*bytes >= 1 && *bytes <= UINT64_MAX / 2, "a size lies between 1 and 2^63");
  require(!count || !bytes, "a size has a unit, a count has none");
  const auto age = value_of([&] { return cli::parse_age(text); });
  if (age)
    require(age->count() >= 0 && age->count() <= 36'525LL * 86'400, "an age is at most a hundred years");
  value_of([&] { return cli::parse_switch(text); });

  const auto list = value_of([&] { return cli::parse_list(text); });
  if (list) {
    for (const std::string& part : *list) {
      require(!part.empty() && part.front() != ' ' && part.back() != ' ',
              "a part has text and no blanks around it");
      require(part.find(',') == std::string::npos, "a part has no comma");
    }
  }
  const auto years = value_of([&] { return cli::parse_years({std::string(text)}); });
  if (years)
    require(!years->empty() && *years->begin() >= 1 && *years->rbegin() <= 9999, "a year has four digits");
  value_of([&] { return cli::parse_storage_class(text); });
  const auto tagging = value_of([&] { return cli::parse_tagging(text); });
  if (tagging) {
    require(*tagging == text && fuzz::is_printable(text), "tags can be sent as a header");
    require(std::count(text.begin(), text.end(), '&') < 10, "there are at most ten tags");
  }
  value_of([&] {
    archive::ArchiveOptions options;
    cli::parse_store_powers(text, options);
    return options.delete_conditions;
  });
  return 0;
}
