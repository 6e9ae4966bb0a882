#include "catalog/key_merge.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace s3c::catalog {

/// The order of a heap with the first key on top; among equal keys, with the archive's name that comes first.
bool KeyMerge::comes_after(const Cursor& a, const Cursor& b) {
  return std::tie(a.key(), a.manifest->archive_key) > std::tie(b.key(), b.manifest->archive_key);
}

void KeyMerge::add(std::shared_ptr<const index::Manifest> manifest, const std::string& first_key,
                   std::vector<index::Row> rows) {
  advance_to(manifest->source_bucket, first_key);
  if (rows.empty()) return;
  cursors_.push_back({std::move(manifest), std::move(rows)});
  std::push_heap(cursors_.begin(), cursors_.end(), comes_after);
}

void KeyMerge::add_gap(const index::Manifest& manifest, const std::string& first_key) {
  advance_to(manifest.source_bucket, first_key);
  gaps_.push_back(gap_of(manifest, first_key));
}

void KeyMerge::finish() {
  while (!cursors_.empty()) tell_first_key();
}

/// Hands out the keys that no later block can hold.
void KeyMerge::advance_to(const std::string& source_bucket, const std::string& first_key) {
  const bool other_bucket = bucket_ != source_bucket;
  while (!cursors_.empty() && (other_bucket || cursors_.front().key() < first_key)) tell_first_key();
  std::erase_if(gaps_, [&](const Gap& gap) { return other_bucket || gap.is_before(first_key); });
  bucket_ = source_bucket;
}

KeyMerge::Gap KeyMerge::gap_of(const index::Manifest& manifest, const std::string& first_key) {
  const auto behind = std::find_if(manifest.blocks.begin(), manifest.blocks.end(),
                                   [&](const index::Block& block) { return block.first_key > first_key; });
  if (behind == manifest.blocks.end()) return {manifest.archive_key, first_key, manifest.last_key, true};
  return {manifest.archive_key, first_key, behind->first_key, false};
}

void KeyMerge::tell_first_key() {
  FoundKey found;
  const auto is_same_key = [&] {
    return found.members.empty() || cursors_.front().key() == found.members.front().row.key;
  };
  while (!cursors_.empty() && is_same_key()) {
    std::pop_heap(cursors_.begin(), cursors_.end(), comes_after);
    Cursor& cursor = cursors_.back();
    found.members.push_back({cursor.manifest, std::move(cursor.rows[cursor.at])});
    if (++cursor.at == cursor.rows.size()) {
      cursors_.pop_back();
    } else {
      std::push_heap(cursors_.begin(), cursors_.end(), comes_after);
    }
  }
  found.unsearched = unsearched_for(found.members.front().row.key, found.members);
  members_ += found.members.size();
  found_(std::move(found));
}

/// An archive that may hold a newer object of the key and could not be searched; empty: there is none.
std::string KeyMerge::unsearched_for(const std::string& key, const std::vector<FoundMember>& members) const {
  for (const Gap& gap : gaps_) {
    if (gap.contains(key)) return gap.archive_key;
  }
  for (const std::string& archive_key : unread_) {
    const bool may_share = std::any_of(members.begin(), members.end(), [&](const FoundMember& member) {
      return may_share_keys(*member.manifest, archive_key);
    });
    if (may_share) return archive_key;
  }
  return {};
}

/// Whether an archive whose record can't be read may hold keys of the volume. It may, unless the two names
/// show that they belong to different groups. Groups by time may share keys: an object that was overwritten is in the
/// group of each day on which it was written. So may groups of two layouts: the notes tell of those, because the record
/// that can't be read could be the only one of its layout.
bool KeyMerge::may_share_keys(const index::Manifest& manifest, const std::string& unread) const {
  for (const std::string& bucket : buckets_) {
    const auto named = scope_.archive_name.volume_of(bucket, scope_.prefixes, unread);
    if (!named) continue;
    if (bucket != manifest.source_bucket) return false;
    if (scope_.layout.period() || buckets_by_time_.contains(bucket)) return true;
    if (!notes_.names_divide(scope_, bucket)) return true;
    const auto own = scope_.archive_name.volume_of(bucket, scope_.prefixes, manifest.archive_key);
    return !own || own->stem == named->stem;
  }
  return true;
}

}  // namespace s3c::catalog
