// Where a bucket's objects come from: memory (stored_objects.h), or a computation on their keys
// (synthetic_objects.h). The bucket's own rules (store.h) are the same for both. One thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "sim/object.h"

namespace s3c::sim {

/// A position among a bucket's keys, which are in the order of their bytes. Valid until the bucket changes.
class KeyCursor {
 public:
  virtual ~KeyCursor() = default;
  /// Moves to the first key that is not below this one.
  virtual void seek(std::string_view key) = 0;
  virtual bool at_end() const = 0;

  // REQUIRES of all that follow: !at_end().
  virtual void advance() = 0;
  /// The key at this position; valid until the cursor moves.
  virtual std::string_view key() const = 0;
  /// False: the newest version is a delete marker.
  virtual bool is_live() const = 0;
};

class ObjectSource {
 public:
  virtual ~ObjectSource() = default;

  virtual bool empty() const = 0;
  /// False: objects can only be erased.
  virtual bool is_writable() const = 0;
  /// Starts at the first key.
  virtual std::unique_ptr<KeyCursor> cursor() const = 0;
  /// A key's versions, at least one; nullptr when it has none. Valid until the next call of find(),
  /// find_or_add() or erase().
  virtual Versions* find(std::string_view key) = 0;
  /// The same, but a key without versions gets an empty list. The caller must fill it at once.
  /// REQUIRES: is_writable().
  virtual Versions& find_or_add(const std::string& key) = 0;
  /// Removes a key with all its versions; false when there was none.
  virtual bool erase(std::string_view key) = 0;
};

}  // namespace s3c::sim
