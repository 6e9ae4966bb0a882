#include "catalog/layout_notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "catalog/catalog_keys.h"
#include "index/text.h"
#include "s3/listing.h"
#include "s3/object_listing.h"

namespace s3c::catalog {
namespace {

constexpr std::string_view kNoteSuffix = ".json";
/// No bucket can have this name.
constexpr std::string_view kUnknown = "_unknown";
/// What stands for the layout of a foreign archive. No template is so short.
constexpr std::string_view kForeign = "foreign";
constexpr std::size_t kDigestDigits = 16;
/// In hex they are 200 bytes, so the last part of a note's key stays below the 255 that file systems allow.
constexpr std::size_t kMostPrefixBytes = 100;
constexpr int kNoteFormat = 1;

std::string digest_of(std::string_view text) {
  return base::to_hex(base::sha256(text)).substr(0, kDigestDigits);
}

std::string note_key(std::string_view source_bucket, std::string_view layout, std::string_view archive_name,
                     std::string_view prefix) {
  return fmt::format("{}{}/{}-{}-{}{}", kLayoutFolder, source_bucket, digest_of(layout),
                     digest_of(archive_name), base::to_hex(prefix.substr(0, kMostPrefixBytes)), kNoteSuffix);
}

std::string unknown_key() {
  return fmt::format("{}{}{}", kLayoutFolder, kUnknown, kNoteSuffix);
}

/// Whether the folder has an object. One page of one key.
bool has_any(s3::ObjectStore& store, const std::string& archive_bucket, std::string_view folder) {
  s3::ListObjectsRequest request;
  request.bucket = archive_bucket;
  request.prefix = folder;
  request.max_keys = 1;
  s3::ObjectPages pages(store, std::move(request));
  while (const std::optional<s3::ListObjectsPage> page = pages.next()) {
    if (!page->objects.empty()) return true;  // a page without any isn't the last one on each store
  }
  return false;
}

}  // namespace

LayoutNote layout_note(const Naming& naming) {
  const nlohmann::ordered_json json = {{"format", kNoteFormat},
                                       {"source_bucket", naming.source_bucket},
                                       {"prefix", index::text_from_bytes(naming.prefix)},
                                       {"layout", index::text_from_bytes(naming.layout.text())},
                                       {"archive_name", index::text_from_bytes(naming.archive_name.text())}};
  return {note_key(naming.source_bucket, naming.layout.text(), naming.archive_name.text(), naming.prefix),
          json.dump() + "\n"};
}

LayoutNote foreign_note(const std::string& source_bucket) {
  const nlohmann::ordered_json json = {
      {"format", kNoteFormat}, {"source_bucket", source_bucket}, {"layout", kForeign}};
  return {note_key(source_bucket, kForeign, "", ""), json.dump() + "\n"};
}

LayoutNote unknown_note() {
  const nlohmann::ordered_json json = {{"format", kNoteFormat}, {"layout", "unknown"}};
  return {unknown_key(), json.dump() + "\n"};
}

/// What its keys begin with.
std::string LayoutNotes::Note::root() const {
  return is_cut || prefix.empty() ? prefix : prefix + "/";
}

LayoutNotes LayoutNotes::list(s3::ObjectStore& store, const std::string& archive_bucket) {
  LayoutNotes notes;
  s3::ObjectListing listing(store, archive_bucket, std::string(kLayoutFolder));
  for (; const s3::ObjectSummary* object = listing.peek(); listing.pop()) {
    std::string_view rest = object->key;
    rest.remove_prefix(kLayoutFolder.size());
    const std::size_t slash = rest.find('/');
    constexpr std::size_t kDigests = 2 * (kDigestDigits + 1);
    std::optional<std::string> prefix;
    if (slash != std::string_view::npos && rest.ends_with(kNoteSuffix) &&
        rest.size() >= slash + 1 + kDigests + kNoteSuffix.size()) {
      std::string_view hex = rest.substr(slash + 1 + kDigests);
      hex.remove_suffix(kNoteSuffix.size());
      prefix = base::from_hex(hex);
    }
    if (!prefix) {  // the note of what is unknown, or one of a newer version
      notes.others_ = true;
      continue;
    }
    Note note{std::string(rest.substr(0, slash)), std::string(rest.substr(slash + 1, kDigestDigits)),
              std::string(rest.substr(slash + 2 + kDigestDigits, kDigestDigits)), *std::move(prefix), false};
    note.is_cut = note.prefix.size() == kMostPrefixBytes;
    notes.notes_.push_back(std::move(note));
  }
  return notes;
}

bool LayoutNotes::names_tell(const CatalogScope& scope, const std::vector<std::string>& keys) const {
  if (others_) return false;
  const std::string layout = digest_of(scope.layout.text());
  const std::string archive_name = digest_of(scope.archive_name.text());
  return std::all_of(keys.begin(), keys.end(), [&](const std::string& key) {
    const std::string& prefix = *prefix_of_key(scope.layout, scope.prefixes, key);
    bool is_noted = false;  // else its volumes were made by a program that writes no notes
    for (const Note& note : notes_) {
      if (note.source_bucket != scope.bucket || !key.starts_with(note.root())) continue;
      const bool same =
          note.layout == layout && note.archive_name == archive_name && note.prefix == prefix && !note.is_cut;
      if (!same) return false;
      is_noted = true;
    }
    return is_noted;
  });
}

/// In the order of their prefixes, each prefix before those inside it.
std::vector<const LayoutNotes::Note*> LayoutNotes::of_bucket(const std::string& source_bucket) const {
  std::vector<const Note*> notes;
  for (const Note& note : notes_) {
    if (note.source_bucket == source_bucket) notes.push_back(&note);
  }
  std::sort(notes.begin(), notes.end(), [](const Note* a, const Note* b) { return a->root() < b->root(); });
  return notes;
}

bool LayoutNotes::names_divide(const CatalogScope& scope, const std::string& source_bucket) const {
  const std::vector<const Note*> notes = of_bucket(source_bucket);
  if (notes.empty() || groups_may_share_keys(source_bucket)) return false;
  const std::string archive_name = digest_of(scope.archive_name.text());
  return std::all_of(notes.begin(), notes.end(),
                     [&](const Note* note) { return note->archive_name == archive_name; });
}

bool LayoutNotes::groups_may_share_keys(const std::string& source_bucket) const {
  if (others_) return true;
  const std::vector<const Note*> notes = of_bucket(source_bucket);
  const auto overlap = [](const Note* outer, const Note* inner) {
    return inner->root().starts_with(outer->root());
  };
  return std::any_of(notes.begin(), notes.end(), [](const Note* note) { return note->is_cut; }) ||
         std::adjacent_find(notes.begin(), notes.end(), overlap) != notes.end();
}

bool LayoutNotes::groups_may_share_keys(const CatalogScope& scope) const {
  if (!scope.bucket.empty()) return groups_may_share_keys(scope.bucket);
  return others_ || std::any_of(notes_.begin(), notes_.end(), [this](const Note& note) {
           return groups_may_share_keys(note.source_bucket);
         });
}

std::vector<LayoutNote> missing_notes(s3::ObjectStore& store, const std::string& archive_bucket,
                                      const Naming& naming) {
  LayoutNote own = layout_note(naming);
  if (store.head_object(archive_bucket, own.key)) return {};
  // The manifests are listed before the notes. A run writes a note first. So where there is a manifest and then no
  // note, the manifest's run wrote none.
  const bool has_volumes = has_any(store, archive_bucket, kManifestFolder);
  const bool has_no_notes = !has_any(store, archive_bucket, kLayoutFolder);
  std::vector<LayoutNote> missing;
  if (has_volumes && has_no_notes) missing.push_back(unknown_note());
  missing.push_back(std::move(own));
  return missing;
}

void LayoutNoteWriter::write(const Naming& naming) {
  const base::MutexLock lock(mutex_);
  const std::string own = layout_note(naming).key;
  if (noted_.contains(own)) return;
  for (const LayoutNote& note : missing_notes(store_, archive_bucket_, naming)) put(note);
  noted_.insert(own);
}

void LayoutNoteWriter::write_again(const Naming& naming) {
  {
    const base::MutexLock lock(mutex_);
    if (noted_.contains(layout_note(naming).key)) return;
    if (!has_any(store_, archive_bucket_, kLayoutFolder)) put(unknown_note());
  }
  write(naming);
}

void LayoutNoteWriter::write_foreign(const std::string& source_bucket) {
  const base::MutexLock lock(mutex_);
  const LayoutNote note = foreign_note(source_bucket);
  if (!noted_.contains(note.key) && !store_.head_object(archive_bucket_, note.key)) put(note);
  noted_.insert(note.key);
}

void LayoutNoteWriter::put(const LayoutNote& note) {
  s3::PutObjectRequest request;
  request.bucket = archive_bucket_;
  request.key = note.key;
  request.attributes.content_type = "application/json";
  request.if_none_match = true;
  try {
    store_.put_object(request, note.json);
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::precondition_failed) throw;
    if (store_.head_object(archive_bucket_, note.key)) return;  // another process wrote the same note
    // The store refuses because of a delete marker.
    request.if_none_match = false;
    store_.put_object(request, note.json);
  }
}

}  // namespace s3c::catalog
