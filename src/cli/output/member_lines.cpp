#include "cli/output/member_lines.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/time.h"
#include "cli/output/format.h"
#include "cli/output/summary_parts.h"

namespace s3c::cli {
namespace {

using catalog::VolumeInfo;
using catalog::VolumeState;

std::string class_of(const VolumeInfo& volume) {
  if (volume.archive) return volume.archive->storage_class;
  return volume.manifest ? volume.manifest->storage_class : "";
}

/// The thaw state of the volume, in the words of the JSON result: public API. Empty: not known.
std::string_view thaw_of(const VolumeInfo& volume) {
  if (!volume.archive || !volume.archive->thaw) return "";
  switch (volume.archive->thaw->kind) {
    case s3::ThawState::Kind::not_frozen:
      return "not_frozen";
    case s3::ThawState::Kind::frozen:
      return "frozen";
    case s3::ThawState::Kind::in_progress:
      return "in_progress";
    case s3::ThawState::Kind::thawed:
      return "thawed";
  }
  return "";
}

/// The line of a document, with one more field before the others.
std::string with_field_before(std::string_view name, std::string_view json, std::string_view line) {
  return fmt::format(FMT_COMPILE("{{\"{}\":{},{}"), name, json, line.substr(1));
}

/// What volume_line() shows of a volume, and volume_heading() names.
struct VolumeCells {
  std::string volume, objects, bytes, archived, ratio, storage_class, thaw, created;
};

/// One line, without its end. A volume's key may be longer than its column; then the others move.
std::string row_of(const VolumeCells& cells, bool long_format) {
  std::string row = long_format ? fmt::format("{:<30}  {:>9}  {:>9}  {:>9}  {:>7}  {:<12}  {:<11}  {}",
                                              cells.volume, cells.objects, cells.bytes, cells.archived,
                                              cells.ratio, cells.storage_class, cells.thaw, cells.created)
                                : fmt::format("{:<30}  {:>9}  {:>9}  {:<12}  {}", cells.volume, cells.objects,
                                              cells.archived, cells.storage_class, cells.thaw);
  row.erase(row.find_last_not_of(' ') + 1);
  return row;
}

}  // namespace

std::string volume_heading(bool long_format) {
  return row_of({"VOLUME", "OBJECTS", "BYTES", "ARCHIVED", "RATIO", "CLASS", "THAW", "CREATED"},
                long_format) +
         "\n";
}

std::string volume_line(const VolumeInfo& volume, bool long_format) {
  const index::Manifest* m = volume.manifest ? &*volume.manifest : nullptr;
  const std::uint64_t archived = volume.archive ? volume.archive->size_bytes
                                 : m != nullptr ? m->archive_size_bytes
                                                : 0;
  VolumeCells cells{
      base::printable(volume.archive_key), "-", "-", format_bytes(archived), "-", class_of(volume),
      std::string(thaw_of(volume)),        "-"};
  if (m != nullptr) {
    cells.objects = format_count(m->objects);
    cells.bytes = format_bytes(m->source_size_bytes);
    cells.ratio = format_ratio(m->source_size_bytes, archived);
    cells.created = base::format_iso8601(m->created_at).substr(0, 19) + "Z";
  }
  std::string text = row_of(cells, long_format);
  if (m != nullptr && m->is_foreign()) text += "  (foreign)";
  if (volume.state != VolumeState::committed)
    text += fmt::format("  ({}: {})", to_string(volume.state), base::printable(volume.detail));
  return text + "\n";
}

std::string volume_json(const VolumeInfo& volume) {
  Json json = {{"volume", volume.archive_key}, {"id", volume.id}, {"state", to_string(volume.state)}};
  if (!volume.detail.empty()) json["detail"] = volume.detail;
  if (volume.archive) {
    json["archive_bytes"] = volume.archive->size_bytes;
    json["storage_class"] = volume.archive->storage_class;
    json["thaw"] = thaw_of(volume);
  }
  if (const auto& m = volume.manifest) {
    json.update({{"bucket", m->source_bucket},
                 {"group_prefix", m->group_prefix},
                 {"foreign", m->is_foreign()},
                 {"objects", m->objects},
                 {"source_bytes", m->source_size_bytes},
                 {"created_at", base::format_iso8601(m->created_at)},
                 {"first_key", m->first_key},
                 {"last_key", m->last_key}});
  }
  return json_line(json);
}

std::string member_line(const index::Row& row, bool long_format) {
  if (!long_format) return base::printable(row.key) + "\n";
  // By hand, for there may be millions: to pad a text, fmt counts its characters.
  constexpr std::size_t kSizeWidth = 13;
  constexpr std::size_t kEtagWidth = 35;
  const std::string size = format_count(row.size_bytes);
  const std::string etag = base::printable(row.etag);
  std::string line;
  line.reserve(100 + row.key.size());
  line.append(kSizeWidth - std::min(kSizeWidth, size.size()), ' ')
      .append(size)
      .append("  ")
      .append(base::format_iso8601(row.last_modified))
      .append("  ");
  line.append(etag).append(kEtagWidth - std::min(kEtagWidth, etag.size()), ' ').append("  ");
  line.append(base::printable(row.key)).push_back('\n');
  return line;
}

std::string member_json(const std::string& archive_key, const index::Row& row) {
  const std::string volume = Json(archive_key).dump(-1, ' ', false, Json::error_handler_t::replace);
  return with_field_before("volume", volume, catalog::json_line_of(row));
}

std::string found_json(const catalog::FoundMember& member, MemberAge age) {
  const std::string_view newest = age == MemberAge::unknown  ? "null"
                                  : age == MemberAge::newest ? "true"
                                                             : "false";
  return with_field_before("newest", newest, member_json(member.manifest->archive_key, member.row));
}

}  // namespace s3c::cli
