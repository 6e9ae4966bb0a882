// Input: keys, a line each, in any order. EntryNamer gives each a name that is unique up to case, that every
// tool can make a file of and that stays below the directory it is unpacked into; the key can be had back
// from it. Taken as an entry name, each line stands for one key or is Error corrupt.
#include "zip/entry_name.h"

#include <set>

#include "tests/fuzz/fuzz_target.h"
#include "zip/entry_info.h"

using namespace s3c;
using base::ErrorKind;
using fuzz::require;

namespace {

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

void check_path(const std::string& name) {
  require(fuzz::is_printable(name), "a name is UTF-8 without control characters");
  require(name.find('\\') == std::string::npos, "a name has no backslash");
  require(name.size() < 2 || name[1] != ':' || std::isalpha(static_cast<unsigned char>(name[0])) == 0,
          "a name starts with no drive letter");
  for (const std::string& segment : fuzz::split(name, '/'))
    require(!segment.empty() && segment != "." && segment != "..", "a name leads downwards only");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  zip::EntryNamer namer;
  std::set<std::string> keys;
  std::set<std::string> names = {zip::kIndexEntryName};
  std::set<std::string> directories;
  for (const std::string& line : fuzz::split(fuzz::text_of(data, size), '\n')) {
    const auto meant = fuzz::value_of({ErrorKind::corrupt}, [&] { return zip::key_from_entry_name(line); });
    const bool safe = line.starts_with(zip::kSafePrefix);
    if (meant) require(safe ? zip::safe_entry_name(*meant) == line : *meant == line, "a name is of one key");

    if (!keys.insert(line).second) continue;  // a listing has every key once
    const std::string name = namer.assign(line);
    require(zip::key_from_entry_name(name) == line, "the key can be had back from the name");
    require(name == line || name == zip::safe_entry_name(line), "a name is the key or its safe name");
    check_path(name);
    const std::string folded = lower(name);
    require(names.insert(folded).second, "a name is unique up to case");
    for (std::size_t slash = folded.find('/'); slash != std::string::npos;
         slash = folded.find('/', slash + 1))
      directories.insert(folded.substr(0, slash));
  }
  for (const std::string& name : names) require(!directories.contains(name), "a file is no directory");
  return 0;
}
