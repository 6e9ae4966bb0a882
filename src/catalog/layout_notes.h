// Which layouts and archive names the volumes of an archive bucket were made with. Each run notes its own in the
// catalog before it makes its first volume: docs/format.md, "Layout notes". From the notes a reader knows whether a
// volume's name tells which keys it may hold. One LIST for a thousand notes answers that, where the manifests would
// cost a GET each.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "catalog/catalog_scope.h"
#include "catalog/layout.h"
#include "s3/object_store.h"

namespace s3c::catalog {

/// How a run makes archives' names out of keys. What it refers to outlives it.
struct Naming {
  const std::string& source_bucket;
  const std::string& prefix;  ///< of a layout: what its keys are below
  const Layout& layout;
  const ArchiveName& archive_name;
};

/// An object of the catalog that says so. Its bytes are the same each time it is written.
struct LayoutNote {
  std::string key;
  std::string json;

  auto operator<=>(const LayoutNote&) const = default;
};

LayoutNote layout_note(const Naming& naming);
/// Of a foreign archive whose members' names may be keys of any layout.
LayoutNote foreign_note(const std::string& source_bucket);
/// There are volumes that no note tells of: they were made before there were notes, or the notes were lost.
LayoutNote unknown_note();

/// The notes of an archive bucket, as listed once. Immutable value, any thread.
class LayoutNotes {
 public:
  /// Blocks. Throws the store's errors.
  static LayoutNotes list(s3::ObjectStore& store, const std::string& archive_bucket);

  bool empty() const { return notes_.empty() && !others_; }
  /// Whether each volume in scope that may hold one of the keys has the name that the scope's layout and archive
  /// name make of that key. REQUIRES: the scope has a bucket, and its layout fits the keys.
  bool names_tell(const CatalogScope& scope, const std::vector<std::string>& keys) const;
  /// Whether volumes of the bucket share no key if the scope's archive name reads different groups in their names.
  bool names_divide(const CatalogScope& scope, const std::string& source_bucket) const;
  /// Whether two groups of a bucket in scope may have a key in common, as far as the notes tell: there are several
  /// layouts or archive names below one prefix, or one prefix lies inside another.
  bool groups_may_share_keys(const CatalogScope& scope) const;

 private:
  struct Note {
    std::string source_bucket;
    std::string layout;        ///< its digest
    std::string archive_name;  ///< its digest
    std::string prefix;        ///< or as much of it as a note's key has
    bool is_cut = false;       ///< the prefix may be longer

    std::string root() const;
  };

  bool groups_may_share_keys(const std::string& source_bucket) const;
  std::vector<const Note*> of_bucket(const std::string& source_bucket) const;

  std::vector<Note> notes_;
  bool others_ = false;  ///< there is a note that doesn't tell which volumes there are
};

/// What write() would write, in this order. Blocks: a HEAD, and if the naming isn't noted yet, two LISTs of one page.
std::vector<LayoutNote> missing_notes(s3::ObjectStore& store, const std::string& archive_bucket,
                                      const Naming& naming);

/// Writes notes, each once in its life. Any thread.
class LayoutNoteWriter {
 public:
  /// store outlives it.
  LayoutNoteWriter(s3::ObjectStore& store, std::string archive_bucket)
      : store_(store), archive_bucket_(std::move(archive_bucket)) {}

  /// Returns once the store has acknowledged the note, or has shown it. REQUIRES: called before the manifest of a
  /// volume with such a name is written. Blocks, also while another thread writes. Throws the store's errors.
  void write(const Naming& naming) S3C_EXCLUDES(mutex_);
  /// The same for an archive whose record was lost. If there are no notes at all, they were lost too, and other
  /// archives may be without records.
  void write_again(const Naming& naming) S3C_EXCLUDES(mutex_);
  void write_foreign(const std::string& source_bucket) S3C_EXCLUDES(mutex_);

 private:
  void put(const LayoutNote& note) S3C_REQUIRES(mutex_);

  s3::ObjectStore& store_;
  const std::string archive_bucket_;
  base::Mutex mutex_;
  std::set<std::string> noted_ S3C_GUARDED_BY(mutex_);  ///< keys of notes that are there
};

}  // namespace s3c::catalog
