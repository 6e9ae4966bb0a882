#include "upkeep/index_look.h"

#include <fmt/format.h>

#include "base/error.h"

namespace s3c::upkeep {

using State = IndexLook::State;

IndexLook look_at_index(s3::ObjectStore& store, catalog::Catalog& catalog, const index::Manifest& manifest,
                        bool may_read) {
  const auto head =
      store.head_object(catalog.bucket(), catalog::index_key(manifest.archive_key, manifest.id));
  if (!head) return {State::missing, ""};
  if (head->size_bytes != manifest.index_size_bytes) {
    return {State::other, fmt::format("its index has {} bytes, the manifest says {}", head->size_bytes,
                                      manifest.index_size_bytes)};
  }
  const auto told = head->whole_checksum("SHA256");
  if (told && *told != catalog::index_checksum(manifest))
    return {State::other, "its index has another SHA-256 than the manifest says"};
  if (!may_read) return {told ? State::right : State::unread, ""};
  try {
    if (!told) catalog.expect_index(manifest);
    // Without a digest of its own a manifest may be damaged and still be readable. If its last key is wrong, no
    // search looks into the index at all.
    if (!manifest.has_sha256) catalog.read_block(manifest, manifest.blocks.back(), {});
    return {};
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::damaged) throw;
    return {State::other, error.message()};
  }
}

}  // namespace s3c::upkeep
