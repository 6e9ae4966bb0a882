// validate_names(): which prefixes, layouts and archive names go together.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/encoding.h"
#include "base/error.h"
#include "catalog/ambiguity.h"
#include "catalog/catalog_keys.h"
#include "catalog/layout.h"

namespace s3c::catalog {
namespace {

[[noreturn]] void refuse(const std::string& message) {
  throw base::Error(base::ErrorKind::invalid_argument, message);
}

void check_prefixes(const Prefixes& prefixes) {
  if (prefixes.empty()) refuse("prefix is missing");
  for (const std::string& prefix : prefixes) {
    if (prefix.empty()) refuse("prefix must not be empty");
    if (prefix.ends_with('/') || prefix.starts_with('/'))
      refuse(fmt::format("prefix \"{}\" must not start or end with \"/\"", prefix));
  }
  for (auto a = prefixes.begin(); a != prefixes.end(); ++a) {
    for (auto b = prefixes.begin(); b != prefixes.end(); ++b) {
      if (a != b && (*a + "/").starts_with(*b + "/")) {
        refuse(fmt::format("prefix \"{}\" lies inside prefix \"{}\": the same objects would be in two groups",
                           *a, *b));
      }
    }
  }
}

/// Any values, as an example.
Fields sample_of(const std::set<std::string>& names) {
  const Fields dates = {{"yyyy", "2018"}, {"mm", "04"}, {"dd", "01"}, {"hh", "09"}};
  Fields fields;
  for (const std::string& name : names) fields[name] = dates.contains(name) ? dates.at(name) : "a";
  return fields;
}

/// Two groups that differ in one field.
std::string example_without(const std::string& field, const std::string& bucket, const std::string& prefix,
                            const Layout& layout, const ArchiveName& archive_name) {
  const Fields others = {{"yyyy", "2019"}, {"mm", "05"}, {"dd", "02"}, {"hh", "10"}};
  const Fields one = sample_of(layout.field_names());
  Fields other = one;
  other[field] = others.contains(field) ? others.at(field) : "b";
  return fmt::format("{} and {} would get one archive, {}", layout.group_name(prefix, one),
                     layout.group_name(prefix, other),
                     ArchiveName::volume_key(archive_name.stem(bucket, prefix, one), 1));
}

void check_fields(const std::string& bucket, const std::string& prefix, const Layout& layout,
                  const ArchiveName& archive_name) {
  const std::set<std::string> in_layout = layout.field_names();
  const std::set<std::string> in_name = archive_name.stem_template().field_names();
  std::vector<std::string> alone;
  std::set_symmetric_difference(in_layout.begin(), in_layout.end(), in_name.begin(), in_name.end(),
                                std::back_inserter(alone));
  if (alone.empty()) return;
  const bool lacking = std::includes(in_layout.begin(), in_layout.end(), in_name.begin(), in_name.end());
  refuse(fmt::format(
      "archive_name \"{}\" and the layout \"{}\" must name the same fields: {{{}}} is only in one of "
      "them{}{}",
      archive_name.text(), layout.text(), alone.front(), lacking ? "; " : "",
      lacking ? example_without(alone.front(), bucket, prefix, layout, archive_name) : ""));
}

std::string volume_text(const NameReading& reading, const std::string& prefix, const Layout& layout) {
  return fmt::format("{}{}", base::printable(layout.group_name(prefix, reading.fields)),
                     reading.volume == 1 ? "" : fmt::format(" (volume {})", reading.volume));
}

/// Throws if two groups, of one prefix or of two, could get one name.
void check_names(const std::string& bucket, const std::string& prefix, const std::string& other,
                 const Layout& layout, const ArchiveName& archive_name) {
  const NameTemplate one = archive_name.stem_template().with(bucket, prefix);
  const bool same = &prefix == &other;
  const NameTemplate two = same ? one : archive_name.stem_template().with(bucket, other);
  const auto twice = find_ambiguity(one, same ? one : two, Numbered::yes);
  if (!twice) return;
  const bool by_number = twice->first.volume != twice->second.volume;
  const std::string_view advice =
      !same       ? "Put {prefix} and a \"/\" into the archive name, or give each prefix a run of its own"
      : by_number ? "Let the archive name end in something fixed, such as \"/all.zip\" or \"_all.zip\""
                  : "Put a \"/\" between the fields, or pad the date";
  refuse(
      fmt::format("archive_name \"{}\" and the layout \"{}\" let two groups collide: {} and {} would both be "
                  "archived as {}.zip. {}",
                  archive_name.text(), layout.text(), volume_text(twice->first, prefix, layout),
                  volume_text(twice->second, other, layout), base::printable(twice->name), advice));
}

}  // namespace

void validate_names(const std::string& bucket, const Prefixes& prefixes, const Layout& layout,
                    const ArchiveName& archive_name) {
  check_prefixes(prefixes);
  check_fields(bucket, prefixes.front(), layout, archive_name);
  for (const std::string& prefix : prefixes) {
    for (const std::string& other : prefixes) {
      if (&other <= &prefix) check_names(bucket, other, prefix, layout, archive_name);
    }
    const std::string fixed = archive_name.fixed_prefix(bucket, {prefix});
    const bool free = archive_name.stem_template().has(NamePiece::Kind::free);
    if (free && kCatalogPrefix.starts_with(fixed)) {
      refuse(fmt::format(
          "archive_name \"{}\" must begin with something fixed, such as {{bucket}}/: a field at its "
          "start may be \"{}\", where the catalog is",
          archive_name.text(), kCatalogPrefix));
    }
  }
}

}  // namespace s3c::catalog
