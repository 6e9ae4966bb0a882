// Which members a user asks for: by key, by glob, or all of them. Immutable value, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "index/manifest.h"

namespace s3c::catalog {

/// Whether text is a glob and not a key: it has a '*', a '?' or a '['.
bool is_glob(std::string_view text);

class MemberQuery {
 public:
  /// Wants everything.
  MemberQuery() = default;
  /// Wants only these: keys exactly as written, and keys that match a glob. A glob is matched as fnmatch(3)
  /// does, on the whole key: '*' and '?' match '/' too. REQUIRES: keys or globs is not empty.
  MemberQuery(std::vector<std::string> keys, std::vector<std::string> globs);

  bool wants(const std::string& key) const;
  /// False when no key from first to last, both included, can be wanted.
  bool may_want_between(std::string_view first, std::string_view last) const;
  /// Sorted, each once. Also empty when everything is wanted.
  const std::vector<std::string>& keys() const { return keys_; }
  bool has_globs() const { return !globs_.empty(); }
  bool wants_everything() const { return keys_.empty() && globs_.empty(); }

  /// The blocks of the volume's index that may hold a wanted row, in order.
  std::vector<index::Block> blocks_of(const index::Manifest& manifest) const;

 private:
  struct Glob {
    std::string text;
    std::string literal;  ///< what every match starts with
  };
  std::vector<std::string> keys_;
  std::vector<Glob> globs_;
};

}  // namespace s3c::catalog
