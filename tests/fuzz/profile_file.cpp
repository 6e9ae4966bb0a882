// Input: an AWS config or credentials file. Its sections or Error invalid_argument that names the line;
// written plainly they read back the same, if their names are such as people write, and no value has several lines:
// these may look like nested settings.
// Credentials are found in them or an Error of a documented kind
// says why not.
#include "aws/profile_file.h"

#include "aws/file_sources.h"
#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using base::ErrorKind;
using fuzz::require;

namespace {

bool is_plain(const std::string& name) {
  return !name.empty() &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") == std::string::npos &&
         name.front() != '.' && name.back() != '.';
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = fuzz::value_of({ErrorKind::invalid_argument}, [&] {
    return aws::parse_profile_file(fuzz::text_of(data, size), "fuzz");
  });
  if (!file) return 0;
  std::string plain;
  bool is_simple = true;
  for (const auto& [section, settings] : *file) {
    require(!section.empty(), "a section has a name");
    plain += "[" + section + "]\n";
    for (const auto& [name, value] : settings) {
      plain.append(name).append("=").append(value.value).append("\n");
      is_simple &= is_plain(name) && value.value.find('\n') == std::string::npos;
    }
  }
  if (is_simple)
    require(aws::parse_profile_file(plain, "fuzz") == *file, "what was read reads back the same");

  const aws::ProfileFiles files{
      .config_path = "fuzz", .credentials_path = "fuzz", .config = *file, .credentials = *file};
  const auto found = fuzz::value_of({ErrorKind::invalid_argument},
                                    [&] { return aws::make_shared_file_source(files, "default")->find({}); });
  if (const auto* credentials = found ? std::get_if<aws::Credentials>(&*found) : nullptr)
    require(!credentials->access_key_id.empty() && !credentials->secret_access_key.empty(),
            "a pair is whole");
  files.setting("default", "region");
  return 0;
}
