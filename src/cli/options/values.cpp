#include "cli/options/values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>

#include "base/encoding.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/options/nearest.h"
#include "s3/power.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kS3Scheme = "s3://";
constexpr std::string_view kArnScheme = "arn:";

[[noreturn]] void refuse(std::string message) {
  throw base::Error(base::ErrorKind::invalid_argument, std::move(message));
}

/// The number that text starts with; nullopt when there are no digits, or they exceed 64 bits. rest: the text
/// after them.
std::optional<std::uint64_t> leading_number(std::string_view text, std::string_view* rest) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  *rest = text.substr(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::string upper(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return result;
}

}  // namespace

std::int64_t parse_number(std::string_view text, std::int64_t least, std::int64_t most) {
  const auto value = base::parse_number<std::int64_t>(text);
  if (!value || *value < least || *value > most)
    refuse(fmt::format("is not a whole number from {} to {}", least, most));
  return *value;
}

std::uint64_t parse_count(std::string_view text) {
  const auto value = base::parse_number<std::uint64_t>(text);
  if (!value || *value == 0) refuse("is not a whole number from 1");
  return *value;
}

std::uint64_t parse_size_bytes(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::uint64_t bytes;
  };
  constexpr std::uint64_t kKiB = 1024;
  constexpr std::uint64_t kKB = 1000;
  static constexpr std::array<Unit, 13> kUnits = {{
      {"B", 1},
      {"K", kKiB},
      {"M", kKiB * kKiB},
      {"G", kKiB * kKiB * kKiB},
      {"T", kKiB * kKiB * kKiB * kKiB},
      {"KIB", kKiB},
      {"MIB", kKiB * kKiB},
      {"GIB", kKiB * kKiB * kKiB},
      {"TIB", kKiB * kKiB * kKiB * kKiB},
      {"KB", kKB},
      {"MB", kKB * kKB},
      {"GB", kKB * kKB * kKB},
      {"TB", kKB * kKB * kKB * kKB},
  }};
  constexpr const char* kExpected =
      "is not a size: give a whole number with a unit, such as 500B, 512MiB, 50GiB or 50GB";
  std::string_view rest;
  const std::optional<std::uint64_t> value = leading_number(text, &rest);
  if (!value) refuse(kExpected);
  const std::string name = upper(base::trim(rest));
  const auto unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.name == name; });
  if (unit == kUnits.end()) refuse(kExpected);
  if (*value == 0) refuse("must be more than 0");
  if (*value > std::numeric_limits<std::uint64_t>::max() / 2 / unit->bytes)
    refuse("is more than any store can hold");
  return *value * unit->bytes;
}

namespace {

/// With a colon in the place of the "/", which means the same to S3: so "BUCKET/KEY" stays clear everywhere.
std::string parse_access_point_arn(std::string_view arn) {
  constexpr std::string_view kPoint = ":accesspoint";
  std::string text(arn);
  if (const std::size_t slash = text.find('/'); slash != std::string::npos) {
    if (!std::string_view(text).substr(0, slash).ends_with(kPoint) ||
        text.find('/', slash + 1) != std::string::npos)
      refuse("is no access point's ARN: that ends with accesspoint/NAME");
    text[slash] = ':';
  }
  return text;
}

}  // namespace

BucketPlace parse_bucket_place(std::string_view url) {
  const std::string_view place = url.substr(kS3Scheme.size());
  std::size_t slash = place.find('/');
  if (place.starts_with(kArnScheme) && place.substr(0, slash).ends_with(":accesspoint"))
    slash = place.find('/', slash + 1);
  BucketPlace found{parse_bucket(place.substr(0, slash)), ""};
  if (found.bucket.empty()) refuse("names no bucket");
  if (slash != std::string_view::npos) found.prefix = place.substr(slash + 1);
  return found;
}

std::optional<BucketPlace> parse_folder(std::string_view text) {
  if (!text.starts_with(kS3Scheme)) return std::nullopt;
  BucketPlace place = parse_bucket_place(text);
  if (!place.prefix.empty() && !place.prefix.ends_with('/')) place.prefix += '/';
  return place;
}

std::string parse_bucket(std::string_view text) {
  if (text.starts_with(kArnScheme)) return parse_access_point_arn(text);
  const bool is_url = text.starts_with(kS3Scheme);
  const std::string_view path = is_url ? text.substr(kS3Scheme.size()) : text;
  const std::string_view name = path.substr(0, path.find('/'));
  if (name == text) return std::string(text);
  if (name.empty()) refuse("names no bucket");
  refuse(fmt::format("is no bucket's name: write it without {}, as {}", is_url ? kS3Scheme : "/", name));
}

std::chrono::seconds parse_age(std::string_view text) {
  constexpr const char* kExpected =
      "is not an age: give a whole number and one of s, m, h, d, w, such as 12h or 7d";
  constexpr std::uint64_t kHundredYears = std::uint64_t{36'525} * 86'400;
  std::string_view rest;
  const std::optional<std::uint64_t> value = leading_number(text, &rest);
  if (!value) refuse(kExpected);
  if (*value == 0 && rest.empty()) return std::chrono::seconds(0);
  std::uint64_t unit = 0;
  if (rest == "s") unit = 1;
  if (rest == "m") unit = 60;
  if (rest == "h") unit = 3'600;
  if (rest == "d") unit = 86'400;
  if (rest == "w") unit = 604'800;
  if (unit == 0) refuse(kExpected);
  if (*value > kHundredYears / unit) refuse("is more than a hundred years");
  return std::chrono::seconds(*value * unit);
}

bool parse_switch(std::string_view text) {
  const std::string word = upper(text);
  if (word == "TRUE" || word == "YES" || word == "ON" || word == "1") return true;
  if (word == "FALSE" || word == "NO" || word == "OFF" || word == "0") return false;
  refuse("is neither true nor false");
}

std::vector<std::string> parse_list(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view part = base::trim(text.substr(0, comma));
    if (part.empty()) refuse("has an empty part: separate the parts by single commas");
    parts.emplace_back(part);
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

base::Timestamp parse_moment(std::string_view text) {
  constexpr std::size_t kDayLength = 10;
  const std::string moment = std::string(text) + (text.size() == kDayLength ? "T00:00:00Z" : "");
  if (const auto parsed = base::parse_iso8601(moment)) return *parsed;
  refuse("is neither a day nor a time in UTC, such as 2030-12-31 or 2030-12-31T12:00:00Z");
}

std::set<int> parse_years(const std::vector<std::string>& texts) {
  std::set<int> years;
  for (const std::string& text : texts) {
    for (const std::string& part : parse_list(text)) {
      const auto year = base::parse_number<std::uint64_t>(part);
      if (!year || part.size() != 4 || *year == 0) {
        refuse("is not a list of years, such as 2018 or 2016,2017");
      }
      years.insert(static_cast<int>(*year));
    }
  }
  return years;
}

bool is_known_storage_class(std::string_view name) {
  return std::find(kStorageClasses.begin(), kStorageClasses.end(), name) != kStorageClasses.end();
}

std::string parse_storage_class(std::string_view text) {
  std::string name = upper(text);
  if (is_known_storage_class(name)) return name;
  const bool can_be_a_class = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (!can_be_a_class) refuse(fmt::format("is none of {}", fmt::join(kStorageClasses, ", ")));
  return std::string(text);
}

namespace {

constexpr std::size_t kLongestTagName = 128;
constexpr std::size_t kLongestTagValue = 256;

/// Of UTF-8.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

std::string parse_tagging(std::string_view text) {
  constexpr const char* kExpected =
      "is not a list of tags such as team=logs&year=2018 (names and values URL-encoded)";
  std::set<std::string> names;
  std::string_view rest = text;
  while (true) {
    const std::size_t end = rest.find('&');
    const std::string_view tag = rest.substr(0, end);
    const std::size_t equals = tag.find('=');
    if (equals == 0 || equals == std::string_view::npos) refuse(kExpected);
    for (const char c : tag) {
      if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7F) refuse(kExpected);
    }
    const auto name = base::percent_decode(tag.substr(0, equals), true);
    const auto value = base::percent_decode(tag.substr(equals + 1), true);
    if (!name || !value || !base::is_utf8(*name) || !base::is_utf8(*value)) refuse(kExpected);
    if (characters(*name) > kLongestTagName || characters(*value) > kLongestTagValue)
      refuse("has a tag whose name is longer than 128 characters, or its value longer than 256: S3's limits");
    if (base::lower(*name).starts_with("aws:"))
      refuse("has a tag whose name begins with aws:, which AWS keeps for itself");
    if (!names.insert(*name).second) refuse("names a tag twice");
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  if (names.size() > 10) refuse("has more than ten tags, S3's limit");
  return std::string(text);
}

std::string parse_choice(std::string_view text, const std::vector<std::string>& choices) {
  if (std::find(choices.begin(), choices.end(), text) != choices.end()) return std::string(text);
  if (choices.size() == 1) refuse(fmt::format("must be {}", choices.front()));
  refuse(fmt::format("is none of {}", fmt::join(choices, ", ")));
}

namespace {

using s3::Power;
/// nullopt: they are to be found out.
using Powers = std::optional<std::set<Power>>;

/// The powers that a run can be told, by the store that is asked for them.
constexpr std::array kArchivePowers = {Power::conditional_complete, Power::checksums};
constexpr std::array kSourcePowers = {Power::conditional_delete, Power::conditional_single_delete};
constexpr std::array kBothPowers = {Power::conditional_complete, Power::checksums, Power::conditional_delete,
                                    Power::conditional_single_delete};

std::optional<Power> find_power(std::string_view name, std::span<const Power> among) {
  const auto found =
      std::find_if(among.begin(), among.end(), [name](Power power) { return text_of(power).name == name; });
  return found == among.end() ? std::nullopt : std::optional(*found);
}

/// Says what is wrong with one name of text.
[[noreturn]] void refuse_power(std::string_view text, const std::string& name, std::span<const Power> known) {
  if (name == "probe" || name == "full" || name == "none")
    refuse(fmt::format("has {} in a list: it stands alone", name));
  if (find_power(name, kBothPowers))
    refuse(fmt::format("has {}, which is a power of the other bucket's store", name));
  std::vector<std::string> names;
  for (const Power power : known) names.emplace_back(text_of(power).name);
  const std::optional<std::string> meant = nearest(name, names);
  refuse(fmt::format("{}is none of probe, full, none, or a list of {}{}",
                     name == text ? "" : fmt::format("has \"{}\", which ", base::printable(name)),
                     fmt::join(names, ", "), meant ? fmt::format("; did you mean {}?", *meant) : ""));
}

/// "full" means all of known. Throws for a name that isn't in known.
Powers parse_powers(std::string_view text, std::span<const Power> known) {
  if (text == "probe") return std::nullopt;
  if (text == "full") return std::set<Power>(known.begin(), known.end());
  std::set<Power> named;
  if (text == "none") return named;
  for (const std::string& name : parse_list(text)) {
    const std::optional<Power> power = find_power(name, known);
    if (!power) refuse_power(text, name, known);
    named.insert(*power);
  }
  return named;
}

std::optional<bool> has(const Powers& powers, Power power) {
  return powers ? std::optional(powers->contains(power)) : std::nullopt;
}

void set_archive_powers(const Powers& powers, archive::ArchiveOptions& options) {
  options.conditional_complete = has(powers, Power::conditional_complete);
  options.additional_checksums = has(powers, Power::checksums);
}

void set_source_powers(const Powers& powers, archive::ArchiveOptions& options) {
  using archive::DeleteConditions;
  options.delete_conditions.reset();
  if (!powers) return;
  options.delete_conditions = powers->contains(Power::conditional_delete) ? DeleteConditions::in_batches
                              : powers->contains(Power::conditional_single_delete)
                                  ? DeleteConditions::one_by_one
                                  : DeleteConditions::ignored;
}

}  // namespace

void parse_archive_powers(std::string_view text, archive::ArchiveOptions& options) {
  set_archive_powers(parse_powers(text, kArchivePowers), options);
}

void parse_source_powers(std::string_view text, archive::ArchiveOptions& options) {
  set_source_powers(parse_powers(text, kSourcePowers), options);
}

void parse_store_powers(std::string_view text, archive::ArchiveOptions& options) {
  const Powers powers = parse_powers(text, kBothPowers);
  set_archive_powers(powers, options);
  set_source_powers(powers, options);
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos) return std::string(text);
  // Bash, zsh and ksh know $'...'. It is the only form that is safe to print whatever text holds.
  const bool has_control = base::printable(text) != text;
  std::string word = has_control ? "$'" : "'";
  for (const char c : text) {
    if (!has_control) {
      word += c == '\'' ? "'\\''" : std::string(1, c);
    } else if (c == '\'' || c == '\\') {
      word += std::string("\\") + c;
    } else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
      word += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      word += c;
    }
  }
  return word + "'";
}

std::string without_passwords(std::string_view text) {
  constexpr std::string_view kScheme = "://";
  constexpr std::string_view kUrlEnd = " \t\r\n'\"";
  std::string shown;
  for (std::size_t scheme = text.find(kScheme); scheme != std::string_view::npos;
       scheme = text.find(kScheme)) {
    const bool is_http =
        text.substr(0, scheme).ends_with("http") || text.substr(0, scheme).ends_with("https");
    shown += text.substr(0, scheme + kScheme.size());
    text.remove_prefix(scheme + kScheme.size());
    std::string_view url = text.substr(0, text.find_first_of(kUrlEnd));
    text.remove_prefix(url.size());
    // A password may hold an @, which the URL should have encoded.
    const std::size_t at = url.substr(0, url.find_first_of("/?#")).rfind('@');
    if (at != std::string_view::npos) {
      shown += "...";
      url.remove_prefix(at);
    }
    const std::size_t query = is_http ? url.find_first_of("?#") : std::string_view::npos;
    shown += url.substr(0, query);
    if (query != std::string_view::npos) shown += std::string(1, url[query]) + "...";
  }
  return shown + std::string(text);
}

}  // namespace s3c::cli
