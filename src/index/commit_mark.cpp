#include "index/commit_mark.h"

#include <nlohmann/json.hpp>

#include "index/text.h"

namespace s3c::index {

std::string mark_json(const Manifest& manifest) {
  constexpr int kFormat = 1;
  const nlohmann::ordered_json json = {{"format", kFormat},
                                       {"id", text_from_bytes(manifest.id)},
                                       {"archive", text_from_bytes(manifest.archive_key)}};
  return json.dump() + "\n";
}

}  // namespace s3c::index
