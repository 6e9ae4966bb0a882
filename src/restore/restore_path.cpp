#include "restore/restore_path.h"

#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "restore/restore_target.h"
#include "zip/entry_name.h"

namespace s3c::restore {
namespace {

using base::Error;
using base::ErrorKind;

Error refusal(const std::string& name, ErrorKind kind, std::string message) {
  return {kind, std::move(message), {.operation = kRestoreFile, .resource = base::printable(name)}};
}

bool is_safe_segment(std::string_view segment) {
  return !segment.empty() && segment != "." && segment != ".." &&
         segment.find('\\') == std::string_view::npos && !base::has_control_characters(segment);
}

}  // namespace

std::vector<std::string> restore_path(const index::Row& row, const std::string& name) {
  std::vector<std::string> segments;
  for (std::string_view rest = name;;) {
    const std::size_t slash = rest.find('/');
    segments.emplace_back(rest.substr(0, slash));
    if (!is_safe_segment(segments.back())) {
      throw refusal(name, ErrorKind::invalid_argument,
                    "no file can safely have this name: restore the object to a bucket");
    }
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  // The bytes of one key must not get the name of another key. Otherwise a user who looks for the other key
  // would find the wrong bytes.
  if (zip::key_from_entry_name(name) != row.key) {
    throw refusal(name, ErrorKind::corrupt,
                  "the index is damaged: it has this name for the key " + base::printable(row.key) +
                      ", but the name belongs to another key");
  }
  return segments;
}

}  // namespace s3c::restore
