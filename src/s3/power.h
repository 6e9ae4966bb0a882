// The powers in which S3 stores differ, with their words. docs/providers.md, `check-store` and --store-powers use
// these names. Pure functions, any thread.
#pragma once

#include <span>
#include <string_view>

namespace s3c::s3 {

enum class Power {
  // The program isn't safe on a store that lacks one of these.
  listing,
  list_after_put,
  harmless_aborts,
  metadata,
  // A run does without these.
  conditional_complete,
  atomic_complete,
  checksums,
  upload_etags,
  upload_prefixes,
  conditional_put,
  conditional_delete,
  conditional_single_delete,
  delete_objects,
  md5_etags,
  tag_counts,
  upload_tags,
  key_encodings,
  uneven_parts,
};

struct PowerText {
  Power power;
  std::string_view name;
  bool required;  ///< without it, archive is not safe on that store
  /// What a store with this power does.
  std::string_view meaning;
  /// What its absence costs the user of this program.
  std::string_view without;
};

/// All powers, in the order of the enumeration.
std::span<const PowerText> powers();
const PowerText& text_of(Power power);

}  // namespace s3c::s3
