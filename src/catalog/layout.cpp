#include "catalog/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/encoding.h"
#include "base/text.h"
#include "catalog/ambiguity.h"

namespace s3c::catalog {
namespace {

constexpr std::string_view kWhatLayout = "layout";
constexpr std::string_view kWhatName = "archive name";
constexpr std::string_view kZip = ".zip";

bool ends(std::string_view rest) {
  return rest.empty();
}

std::string text_of(const Fields& fields) {
  std::string text;
  for (const auto& [name, value] : fields)
    text += fmt::format("{}{{{}}} = {}", text.empty() ? "" : ", ", name, base::printable(value));
  return text;
}

void refuse_ambiguous_folder(std::string_view text, const NameTemplate& segment) {
  const auto twice = find_ambiguity(segment, segment, Numbered::no);
  if (!twice) return;
  refuse_template(
      kWhatLayout, text,
      fmt::format("nobody can tell where its fields end in a folder \"{}/\": {}, or {}. Let one field "
                  "take all of it, or put a \"/\" between the fields",
                  twice->name, text_of(twice->first.fields), text_of(twice->second.fields)));
}

void check_dates(std::string_view text, const std::set<std::string>& fields) {
  if (fields.empty()) refuse_template(kWhatLayout, text, "it must name a field beside {prefix}");
  for (const auto& [part, whole] : {std::pair{"mm", "yyyy"}, {"dd", "mm"}, {"hh", "dd"}}) {
    if (fields.contains(part) && !fields.contains(whole))
      refuse_template(kWhatLayout, text, fmt::format("{{{}}} needs {{{}}}", part, whole));
  }
}

}  // namespace

Layout Layout::parse(std::string_view text) {
  constexpr std::string_view kStart = "{prefix}/";
  if (!text.starts_with(kStart)) refuse_template(kWhatLayout, text, "it must start with \"{prefix}/\"");
  if (!text.ends_with('/'))
    refuse_template(kWhatLayout, text, "it must end with \"/\": groups are found by listing folders");
  Layout layout;
  layout.text_ = text;
  std::set<std::string> seen;
  std::string_view rest = text.substr(kStart.size());
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    NameTemplate segment = NameTemplate::parse(rest.substr(0, slash), kWhatLayout, text);
    if (segment.pieces().empty()) refuse_template(kWhatLayout, text, "an empty folder name");
    for (const NamePiece& piece : segment.pieces()) {
      if (piece.kind == NamePiece::Kind::literal) continue;
      if (piece.kind == NamePiece::Kind::prefix || piece.kind == NamePiece::Kind::bucket)
        refuse_template(kWhatLayout, text, fmt::format("{{{}}} can only stand at the start", piece.text));
      if (!seen.insert(piece.text).second)
        refuse_template(kWhatLayout, text, fmt::format("{{{}}} stands in it twice", piece.text));
    }
    refuse_ambiguous_folder(text, segment);
    layout.levels_.push_back(std::move(segment));
    rest.remove_prefix(slash + 1);
  }
  check_dates(text, seen);
  return layout;
}

Layout Layout::by_last_modified(Period period) {
  Layout layout;
  layout.text_ = group_by_text(period);
  layout.period_ = period;
  return layout;
}

std::set<std::string> Layout::field_names() const {
  if (period_) return period_fields(*period_);
  std::set<std::string> names;
  for (const NameTemplate& level : levels_) names.merge(level.field_names());
  return names;
}

std::string Layout::root(std::string_view prefix) const {
  return std::string(prefix) + "/";
}

std::optional<Fields> Layout::match(std::size_t level, std::string_view segment, const Fields& known) const {
  if (!segment.ends_with('/')) return std::nullopt;
  segment.remove_suffix(1);
  auto reading = levels_.at(level).read(segment, known, ends);
  if (!reading) return std::nullopt;
  return std::move(reading->fields);
}

std::optional<Fields> Layout::fields_of_key(std::string_view prefix, std::string_view key) const {
  const std::string start = root(prefix);
  if (period_ || !key.starts_with(start)) return std::nullopt;
  key.remove_prefix(start.size());
  std::optional<Fields> fields = Fields{};
  for (std::size_t level = 0; fields && level < levels(); ++level) {
    const std::size_t slash = key.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    fields = match(level, key.substr(0, slash + 1), *fields);
    key.remove_prefix(slash + 1);
  }
  return fields;
}

std::optional<std::string> Layout::group_prefix_of_key(std::string_view prefix, std::string_view key) const {
  const std::optional<Fields> fields = fields_of_key(prefix, key);
  return fields ? std::optional(group_prefix(prefix, *fields)) : std::nullopt;
}

std::string Layout::group_prefix(std::string_view prefix, const Fields& fields) const {
  std::string text = root(prefix);
  for (const NameTemplate& level : levels_) text += level.fill(fields) + "/";
  return text;
}

std::string Layout::group_name(std::string_view prefix, const Fields& fields) const {
  return group_prefix(prefix, fields) + (period_ ? " " + period_label(*period_, fields) : "");
}

std::string Group::name() const {
  return period ? prefix + " " + period_label(*period, fields) : prefix;
}

ArchiveName ArchiveName::parse(std::string_view text) {
  if (!text.ends_with(kZip)) refuse_template(kWhatName, text, "it must end in \".zip\"");
  if (text.starts_with('/')) refuse_template(kWhatName, text, "it must not start with \"/\"");
  if (text.starts_with("s3compress_catalog"))
    refuse_template(kWhatName, text, "\"s3compress_catalog\" is kept for the catalog");
  ArchiveName name;
  name.text_ = text;
  name.stem_ = NameTemplate::parse(text.substr(0, text.size() - kZip.size()), kWhatName, text);
  std::set<std::string> seen;
  for (const NamePiece& piece : name.stem_.pieces()) {
    if (piece.kind == NamePiece::Kind::free && !seen.insert(piece.text).second)
      refuse_template(kWhatName, text, fmt::format("{{{}}} stands in it twice", piece.text));
  }
  return name;
}

std::string ArchiveName::stem(std::string_view bucket, std::string_view prefix, const Fields& fields) const {
  return stem_.with(bucket, prefix).fill(fields);
}

std::string ArchiveName::fixed_prefix(std::string_view bucket, const Prefixes& prefixes) const {
  std::string common;
  for (std::size_t i = 0; i < prefixes.size(); ++i) {
    std::string fixed;
    const NameTemplate name = stem_.with(bucket, prefixes[i]);
    for (const NamePiece& piece : name.pieces()) {
      if (piece.kind != NamePiece::Kind::literal) break;
      fixed += piece.text;
    }
    if (i > 0) {
      const auto end = std::mismatch(common.begin(), common.end(), fixed.begin(), fixed.end()).first;
      fixed.assign(common.begin(), end);
    }
    common = std::move(fixed);
  }
  return common;
}

std::optional<ArchiveName::Volume> ArchiveName::volume_of(std::string_view bucket, const Prefixes& prefixes,
                                                          std::string_view key) const {
  const auto is_number = [&](std::string_view rest) {
    const auto number = volume_number(key.substr(0, key.size() - rest.size()), key);
    return number && *number <= max_volumes();
  };
  for (const std::string& prefix : prefixes) {
    auto reading = stem_.with(bucket, prefix).read(key, {}, is_number);
    if (reading) return Volume{std::string(key.substr(0, reading->size)), std::move(reading->fields), prefix};
  }
  return std::nullopt;
}

int ArchiveName::max_volumes() const {
  return stem_.has(NamePiece::Kind::free) ? kMostVolumes : std::numeric_limits<int>::max();
}

std::string ArchiveName::volume_key(std::string_view stem, int n) {
  return n == 1 ? fmt::format("{}.zip", stem) : fmt::format("{}-{}.zip", stem, n);
}

std::optional<int> ArchiveName::volume_number(std::string_view stem, std::string_view key) {
  if (!key.starts_with(stem) || !key.ends_with(kZip) || key.size() < stem.size() + kZip.size())
    return std::nullopt;
  const std::string_view middle = key.substr(stem.size(), key.size() - stem.size() - kZip.size());
  if (middle.empty()) return 1;
  if (!middle.starts_with('-') || middle.starts_with("--")) return std::nullopt;
  const std::optional<int> n = base::parse_number<int>(middle.substr(1));
  // "-02" and "-1" are names that we never give to a volume.
  if (!n || *n < 2 || volume_key(stem, *n) != key) return std::nullopt;
  return n;
}

const std::string* prefix_of_key(const Layout& layout, const Prefixes& prefixes, std::string_view key) {
  const auto found = std::find_if(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
    return key.starts_with(layout.root(prefix));
  });
  return found == prefixes.end() ? nullptr : &*found;
}

}  // namespace s3c::catalog
