// Which members a user asks for: by key, by glob, or all of them. Immutable value, any thread.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "index/manifest.h"

namespace s3c::catalog {

/// Whether text is a glob and not a key: it has a '*', a '?' or a '['.
bool is_glob(std::string_view text);

class MemberQuery {
 public:
  struct Glob {
    std::string text;
    std::string literal;  ///< what every match starts with
    bool may_be_key =
        false;  ///< until settle(): if a key of this very name exists, the text means that key alone

    bool matches(const std::string& key) const;
  };

  /// Wants everything.
  MemberQuery() = default;
  /// Wants only these: keys exactly as written, and keys that match a glob. A glob is matched as fnmatch(3)
  /// does, on the whole key: '*' and '?' match '/' too. either: a text that means the key of that name if
  /// there is one, and is a glob otherwise. REQUIRES: not all three are empty.
  MemberQuery(std::vector<std::string> keys, std::vector<std::string> globs,
              std::vector<std::string> either = {});

  bool wants(const std::string& key) const;
  /// False when no key from first to last, both included, can be wanted.
  bool may_want_between(std::string_view first, std::string_view last) const;
  /// Sorted, each once. Also empty when everything is wanted.
  const std::vector<std::string>& keys() const { return keys_; }
  bool has_globs() const { return !globs_.empty(); }
  const std::vector<Glob>& globs() const { return globs_; }
  /// The texts that may be keys. A search settles them first (member_search.h).
  std::vector<std::string> undecided() const;
  /// The same query, in which the texts that exist as keys are keys, and the other ones globs.
  MemberQuery settle(const std::set<std::string>& existing) const;
  bool wants_everything() const { return keys_.empty() && globs_.empty(); }

  /// The blocks of the volume's index that may hold a wanted row, in order.
  std::vector<index::Block> blocks_of(const index::Manifest& manifest) const;

 private:
  std::vector<std::string> keys_;
  std::vector<Glob> globs_;
};

}  // namespace s3c::catalog
