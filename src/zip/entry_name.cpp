#include "zip/entry_name.h"

#include <cwctype>
#include <utility>

#include "base/encoding.h"
#include "zip/entry_info.h"
#include "zip/failure.h"

namespace s3c::zip {
namespace {

constexpr char kLeafMark = '=';

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool has_unsafe_segment(std::string_view key) {
  for (;;) {
    const std::size_t slash = key.find('/');
    const std::string_view segment = key.substr(0, slash);
    if (segment.empty() || segment == "." || segment == "..") return true;
    if (slash == std::string_view::npos) return false;
    key.remove_prefix(slash + 1);
  }
}

/// Whether every tool can make a file of this name. Clashes with other names are not considered here.
bool is_safe_path(std::string_view key) {
  return !has_unsafe_segment(key) && key.find('\\') == std::string_view::npos &&
         !base::has_control_characters(key) && !(key.size() >= 2 && is_letter(key[0]) && key[1] == ':');
}

/// Removes the next code point from well-formed UTF-8 and returns it.
char32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t code_point = size == 1 ? lead : lead & (0xffu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i)
    code_point = code_point << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
  text.remove_prefix(size);
  return code_point;
}

/// A running hash over code points (FNV-1a). So the hash of every parent directory is known on the way.
struct RunningHash {
  std::uint64_t state = 0xcbf29ce484222325;

  void add(char32_t unit) { state = (state ^ unit) * 0x100000001b3; }
  /// Spreads the bits (MurmurHash3's finalizer); never 0, which marks a free slot.
  std::uint64_t value() const {
    std::uint64_t h = state;
    h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
    h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
    h ^= h >> 33;
    return h == 0 ? 1 : h;
  }
};

/// Windows opens a device for these names, in any directory and with any extension.
bool is_device_name(std::string_view segment) {
  const std::string_view stem = segment.substr(0, segment.find('.'));
  if (stem == "con" || stem == "prn" || stem == "aux" || stem == "nul") return true;
  return stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) && stem[3] >= '1' &&
         stem[3] <= '9';
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out.push_back('%');
  out.push_back(kDigits[byte >> 4]);
  out.push_back(kDigits[byte & 15]);
}

void append_safe_segment(std::string& out, std::string_view segment, bool is_leaf) {
  if (is_leaf) out.push_back(kLeafMark);
  // A segment's trailing dots are escaped: "." and ".." have a meaning everywhere, and Windows drops such
  // dots.
  const std::size_t last_not_dot = segment.find_last_not_of('.');
  const std::size_t trailing_dots = last_not_dot == std::string_view::npos ? 0 : last_not_dot + 1;
  const bool escape_first = !is_leaf && is_device_name(segment);
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const char c = segment[i];
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                            c == '~' || (c == '.' && i < trailing_dots);
    if (unreserved && !(i == 0 && escape_first)) {
      out.push_back(c);
    } else {
      append_escaped(out, c);
    }
  }
}

}  // namespace

void EntryNamer::FreeLocale::operator()(locale_t locale) const {
  freelocale(locale);
}

EntryNamer::EntryNamer() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)), slots_(64) {
  // Both are taken as file names. So a key that equals one of them when case is ignored, or would lie below
  // it, gets a safe name.
  assign(kIndexEntryName);
  assign(kSafePrefix.substr(0, kSafePrefix.size() - 1));
}

std::string EntryNamer::assign(std::string_view key) {
  if (!is_safe_path(key)) return safe_entry_name(key);

  // The set holds each name as itself, and each directory above it as "directory/".
  RunningHash hash;
  directories_.clear();
  bool clash = false;
  for (std::string_view rest = key; !rest.empty();) {
    const char32_t unit = fold(take_code_point(rest));
    if (unit == '/') clash = clash || contains(hash.value());  // a file has the name of our directory
    hash.add(unit);
    if (unit == '/') directories_.push_back(hash.value());
  }
  const std::uint64_t name = hash.value();
  hash.add('/');
  clash = clash || contains(name) ||
          contains(hash.value());  // the same name, or a directory where we need a file
  if (clash) return safe_entry_name(key);

  insert(name);
  for (const std::uint64_t directory : directories_) insert(directory);
  return std::string(key);
}

/// Simple case folding: to upper case and back. So letters that share a capital become equal.
char32_t EntryNamer::fold(char32_t c) const {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
  if (!locale_) return c;
  return static_cast<char32_t>(
      towlower_l(towupper_l(static_cast<std::wint_t>(c), locale_.get()), locale_.get()));
}

std::size_t EntryNamer::slot_of(std::uint64_t hash) const {
  __extension__ using Wide = unsigned __int128;
  auto slot = static_cast<std::size_t>((Wide{hash} * slots_.size()) >> 64);
  while (slots_[slot] != 0 && slots_[slot] != hash) slot = slot + 1 == slots_.size() ? 0 : slot + 1;
  return slot;
}

bool EntryNamer::contains(std::uint64_t hash) const {
  return slots_[slot_of(hash)] == hash;
}

void EntryNamer::insert(std::uint64_t hash) {
  const std::size_t slot = slot_of(hash);
  if (slots_[slot] == hash) return;
  slots_[slot] = hash;
  // At 85 % full it grows by half: between 9.4 and 14.2 bytes per hash.
  if (++used_ * 100 < slots_.size() * 85) return;
  const Slots old = std::exchange(slots_, Slots(slots_.size() + slots_.size() / 2));
  for (const std::uint64_t h : old) {
    if (h != 0) slots_[slot_of(h)] = h;
  }
}

std::string safe_entry_name(std::string_view key) {
  std::string name(kSafePrefix);
  std::size_t segment_start = 0;
  for (std::size_t i = 1; i + 1 < key.size(); ++i) {
    // A slash stays a slash behind any byte but a slash, unless it is the last byte of the key. Other slashes
    // are escaped: they would make an empty segment.
    if (key[i] != '/' || key[i - 1] == '/') continue;
    append_safe_segment(name, key.substr(segment_start, i - segment_start), false);
    name.push_back('/');
    segment_start = i + 1;
  }
  append_safe_segment(name, key.substr(segment_start), true);
  return name;
}

std::string key_from_entry_name(std::string_view name) {
  if (!name.starts_with(kSafePrefix)) return std::string(name);
  std::string escaped(name.substr(kSafePrefix.size()));
  const std::size_t leaf = escaped.rfind('/') + 1;  // npos + 1 is 0
  if (leaf < escaped.size() && escaped[leaf] == kLeafMark) {
    escaped.erase(leaf, 1);
    if (std::optional<std::string> key = base::percent_decode(escaped);
        key && safe_entry_name(*key) == name) {
      return std::move(*key);
    }
  }
  throw failure(base::ErrorKind::corrupt, "not an entry name that stands for a key", "read ZIP", name);
}

}  // namespace s3c::zip
