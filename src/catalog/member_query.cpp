#include "catalog/member_query.h"

#include <fnmatch.h>

#include <algorithm>
#include <set>
#include <utility>

#include "index/index_reader.h"

namespace s3c::catalog {

bool is_glob(std::string_view text) {
  return text.find_first_of("*?[") != std::string_view::npos;
}

MemberQuery::MemberQuery(std::vector<std::string> keys, std::vector<std::string> globs,
                         std::vector<std::string> either)
    : keys_(std::move(keys)) {
  std::sort(keys_.begin(), keys_.end());
  keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
  const auto add = [this](std::string& glob, bool may_be_key) {
    std::string literal = glob.substr(0, glob.find_first_of("*?[\\"));
    globs_.push_back({std::move(glob), std::move(literal), may_be_key});
  };
  for (std::string& glob : globs) add(glob, false);
  for (std::string& text : either) add(text, true);
}

bool MemberQuery::Glob::matches(const std::string& key) const {
  return ::fnmatch(text.c_str(), key.c_str(), 0) == 0 || (may_be_key && key == text);
}

bool MemberQuery::wants(const std::string& key) const {
  if (wants_everything() || std::binary_search(keys_.begin(), keys_.end(), key)) return true;
  return std::any_of(globs_.begin(), globs_.end(), [&](const Glob& glob) { return glob.matches(key); });
}

std::vector<std::string> MemberQuery::undecided() const {
  std::vector<std::string> texts;
  for (const Glob& glob : globs_) {
    if (glob.may_be_key) texts.push_back(glob.text);
  }
  return texts;
}

MemberQuery MemberQuery::settle(const std::set<std::string>& existing) const {
  std::vector<std::string> keys = keys_;
  std::vector<std::string> globs;
  for (const Glob& glob : globs_)
    (glob.may_be_key && existing.contains(glob.text) ? keys : globs).push_back(glob.text);
  return {std::move(keys), std::move(globs)};
}

bool MemberQuery::may_want_between(std::string_view first, std::string_view last) const {
  if (wants_everything()) return true;
  const auto key = std::lower_bound(keys_.begin(), keys_.end(), first);
  if (key != keys_.end() && *key <= last) return true;
  // Keys with a common prefix lie together. So some may be between first and last, unless all of them come
  // before first or after last.
  return std::any_of(globs_.begin(), globs_.end(), [&](const Glob& glob) {
    const std::string_view literal = glob.literal;
    return literal <= last && literal >= first.substr(0, literal.size());
  });
}

std::vector<index::Block> MemberQuery::blocks_of(const index::Manifest& manifest) const {
  if (wants_everything()) return manifest.blocks;
  std::set<std::size_t> wanted;
  const auto first = std::lower_bound(keys_.begin(), keys_.end(), manifest.first_key);
  for (auto key = first; key != keys_.end() && *key <= manifest.last_key; ++key) {
    if (const auto block = index::find_block(manifest.blocks, *key)) wanted.insert(*block);
  }
  for (const Glob& glob : globs_) {
    // From the block that the first match may lie in, to the last block that begins before the prefix or with
    // it.
    std::size_t block = index::find_block(manifest.blocks, glob.literal).value_or(0);
    for (; block < manifest.blocks.size(); ++block) {
      const std::string_view first_key = manifest.blocks[block].first_key;
      if (first_key.substr(0, glob.literal.size()) > glob.literal) break;
      wanted.insert(block);
    }
  }
  std::vector<index::Block> blocks;
  blocks.reserve(wanted.size());
  for (const std::size_t block : wanted) blocks.push_back(manifest.blocks[block]);
  return blocks;
}

}  // namespace s3c::catalog
