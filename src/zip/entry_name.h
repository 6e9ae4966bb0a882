// Names of members in the ZIP. The entry name is the object's key if every ZIP tool can extract that name.
// Other keys get a safe name, from which the key can be decoded. The rules, with a table: docs/format.md,
// "Entry names".
#pragma once

#include <locale.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/page_allocator.h"

namespace s3c::zip {

/// Safe names start with this. No other entry name does, also when case is ignored.
inline constexpr std::string_view kSafePrefix = "s3compress-key/";

/// Gives out entry names. They are unique even when case is ignored, and none is a directory of another. One
/// object per volume. Keys come in listing order, each once. One thread at a time. Memory: 9.4 to 14.2 bytes
/// per name, and the same per distinct directory, whatever their lengths.
class EntryNamer {
 public:
  EntryNamer();

  /// The name for key. Of two keys that clash, the first one keeps its own name and the second one gets a
  /// safe name.
  std::string assign(std::string_view key);

  /// How much memory the set of names takes.
  std::uint64_t memory_bytes() const { return slots_.capacity() * sizeof(std::uint64_t); }

 private:
  using Slots = std::vector<std::uint64_t, base::PageAllocator<std::uint64_t>>;
  struct FreeLocale {
    using pointer = locale_t;
    void operator()(locale_t locale) const;
  };
  char32_t fold(char32_t c) const;
  std::size_t slot_of(std::uint64_t hash) const;
  bool contains(std::uint64_t hash) const;
  void insert(std::uint64_t hash);

  std::unique_ptr<locale_t, FreeLocale>
      locale_;  // null on a system without C.UTF-8: then only A-Z are folded
  // A flat set of hashes, open addressing, 0 = free. Equal hashes count as a clash: that costs a safe name,
  // and never makes a wrong one.
  Slots slots_;
  std::size_t used_ = 0;
  std::vector<std::uint64_t> directories_;  // scratch of assign()
};

/// The key of an entry name: the name itself, or the key decoded from a safe name. Any thread.
/// Throws Error corrupt for a name with the safe prefix that assign() can't have made.
std::string key_from_entry_name(std::string_view name);

/// The safe name of any key, whether it needs one or not. Any thread.
std::string safe_entry_name(std::string_view key);

}  // namespace s3c::zip
