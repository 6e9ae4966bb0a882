// Where the manifests of a split are written: a bucket or a directory. Nothing there is ever overwritten, and a
// manifest is there whole or not at all.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/temp_file.h"
#include "s3/object_store.h"

namespace s3c::plan {

/// Any thread. Every method blocks.
class SplitPlace {
 public:
  SplitPlace() = default;
  SplitPlace(const SplitPlace&) = delete;
  SplitPlace& operator=(const SplitPlace&) = delete;
  virtual ~SplitPlace() = default;

  /// What stands before a file's name: "s3://bucket/prefix/".
  virtual std::string text() const = 0;
  /// Throws base::Error (invalid_argument) if there is a manifest of any split: with those of another one beside
  /// them, a user could run both, or take the wrong ones. Throws the errors of the store or the file system, too.
  virtual void expect_free() = 0;
  /// Writes file as name. REQUIRES: it is flushed. Throws base::Error: invalid_argument if there is such a file
  /// meanwhile; cancelled after a stop; the errors of the store or the file system.
  virtual void write(const std::string& name, const base::TempFile& file, const std::stop_token& stop) = 0;
  /// Call it after the last write. Throws base::Error (invalid_argument) if a manifest is there that this split
  /// hasn't written, or one of its own isn't what it wrote: another split wrote to the same place at the same time.
  /// The first of two that are ready may find nothing wrong.
  virtual void expect_own() = 0;
};

/// s3://bucket/prefix. prefix: empty, or it ends in "/". store outlives it.
std::unique_ptr<SplitPlace> split_in_bucket(s3::ObjectStore& store, std::string bucket, std::string prefix);
/// A directory that is there.
std::unique_ptr<SplitPlace> split_in_directory(const std::string& path);

}  // namespace s3c::plan
