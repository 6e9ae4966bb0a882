// Input, a line each: an archive-name template, bucket, prefix, and a key of the archive bucket. Error
// invalid_argument, or a template that knows its own keys: what it names, volume_of() and volume_number()
// read back, and nothing else. Keys of the catalog likewise.
#include "catalog/ambiguity.h"
#include "catalog/catalog.h"
#include "catalog/layout.h"
#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using base::ErrorKind;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> lines = fuzz::split(fuzz::text_of(data, size), '\n');
  lines.resize(std::max<std::size_t>(lines.size(), 4));
  const std::string& bucket = lines[1];
  const std::string& prefix = lines[2];
  const std::string& key = lines[3];

  if (const auto name = catalog::parse_manifest_key(key))
    require(catalog::manifest_key(name->archive_key, name->id) == key, "a manifest's key is of one archive");
  if (const auto name = catalog::parse_index_key(key))
    require(catalog::index_key(name->archive_key, name->id) == key, "an index's key is of one archive");

  const auto name =
      fuzz::value_of({ErrorKind::invalid_argument}, [&] { return catalog::ArchiveName::parse(lines[0]); });
  if (!name) return 0;
  const std::string fixed = name->fixed_prefix(bucket, {prefix});
  if (const auto found = name->volume_of(bucket, {prefix}, key)) {
    const std::optional<int> n = catalog::ArchiveName::volume_number(found->stem, key);
    require(n && catalog::ArchiveName::volume_key(found->stem, *n) == key, "a volume has one number");
    require(key.starts_with(fixed), "a stem starts with what is fixed");
  }
  catalog::Fields fields = {{"yyyy", "2024"}, {"mm", "02"}, {"dd", "29"}, {"hh", "23"}};
  for (const std::string& field : name->stem_template().field_names())
    fields.emplace(field, key.substr(0, key.find('/')));
  const catalog::NameTemplate stem_template = name->stem_template().with(bucket, prefix);
  const bool is_ambiguous =
      catalog::find_ambiguity(stem_template, stem_template, catalog::Numbered::yes).has_value();
  if (is_ambiguous || key.starts_with('/') || key.empty()) return 0;
  const std::string stem = name->stem(bucket, prefix, fields);
  require(stem.starts_with(fixed), "a stem starts with what is fixed");
  for (const int n : {1, 2, 10, name->max_volumes()}) {
    const std::string volume = catalog::ArchiveName::volume_key(stem, n);
    const auto found = name->volume_of(bucket, {prefix}, volume);
    require(found && found->stem == stem, "a template knows the keys it gives");
    for (const auto& [field, value] : found->fields) require(value == fields.at(field), "and their fields");
    require(catalog::ArchiveName::volume_number(stem, volume) == n, "a volume's number reads back");
  }
  return 0;
}
