#include "s3/thaw_state.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/error.h"

namespace s3c::s3 {
namespace {

constexpr std::string_view kIntelligentTiering = "INTELLIGENT_TIERING";

/// Not GLACIER_IR: it is always readable, although its name says Glacier.
bool is_archive_class(std::string_view storage_class) {
  return storage_class == "GLACIER" || storage_class == "DEEP_ARCHIVE";
}

/// Removes prefix from the front of text; false if text doesn't start with it.
bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

RestoreStatus parse_restore_header(std::string_view text) {
  std::string_view rest = text;
  RestoreStatus status;
  bool well_formed = false;
  if (take(rest, "ongoing-request=\"true\"")) {
    status.in_progress = true;
    well_formed = rest.empty();
  } else if (take(rest, "ongoing-request=\"false\"")) {
    well_formed = rest.empty();
    if (take(rest, ", expiry-date=\"") && rest.ends_with('"')) {
      rest.remove_suffix(1);
      status.expires_at = base::parse_http_date(rest);
      well_formed = status.expires_at.has_value();
    }
  }
  if (!well_formed) {
    throw base::Error(base::ErrorKind::corrupt,
                      fmt::format("x-amz-restore can't be read: '{}'", base::printable(text)));
  }
  return status;
}

ThawState thaw_state(std::string_view storage_class, std::string_view archive_status,
                     const std::optional<RestoreStatus>& restore, base::Timestamp now) {
  using Kind = ThawState::Kind;
  if (!can_be_frozen(storage_class)) return {};
  if (restore && restore->in_progress) return {.kind = Kind::in_progress};
  if (!is_archive_class(storage_class)) {
    // A thaw moves the object out of the archive tier; nothing expires.
    return {.kind = archive_status.empty() ? Kind::not_frozen : Kind::frozen};
  }
  if (!restore) return {.kind = Kind::frozen};
  if (restore->expires_at && *restore->expires_at <= now) return {.kind = Kind::frozen};
  return {.kind = Kind::thawed, .expires_at = restore->expires_at};
}

bool can_be_frozen(std::string_view storage_class) {
  return is_archive_class(storage_class) || storage_class == kIntelligentTiering;
}

}  // namespace s3c::s3
