// Text forms of option values. Pure functions, any thread.
//
//   size = digits [ unit ]      unit: B
//                                     K M G T KiB MiB GiB TiB, powers of 1024
//                                     KB MB GB TB, powers of 1000
//   age  = digits unit          unit: s m h d w; "0" needs none
//   list = text { "," text }
//
// Every function throws base::Error (invalid_argument). The message completes "--flag VALUE ...": "is not a
// size".
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "archive/options.h"
#include "base/time.h"

namespace s3c::cli {

/// A whole number from least to most, in decimal.
std::int64_t parse_number(std::string_view text, std::int64_t least, std::int64_t most);
/// A count of things, without a unit; thousands are not separated.
std::uint64_t parse_count(std::string_view text);
std::uint64_t parse_size_bytes(std::string_view text);
/// A bucket's name, or the ARN of an access point. Refuses "s3://bucket/" and "bucket/", and says how to write
/// it.
std::string parse_bucket(std::string_view text);

struct BucketPlace {
  std::string bucket = {};  ///< as parse_bucket() returns it
  std::string prefix = {};
};

/// "s3://bucket/prefix/". REQUIRES: url begins with "s3://".
BucketPlace parse_bucket_place(std::string_view url);
/// A place for new objects: "s3://bucket/prefix/", also without the last "/"; nullopt: text is a directory.
std::optional<BucketPlace> parse_folder(std::string_view text);
std::chrono::seconds parse_age(std::string_view text);
/// "2030-12-31", the first moment of that day in UTC, or "2030-12-31T12:00:00Z".
base::Timestamp parse_moment(std::string_view text);
/// true/yes/on/1 or false/no/off/0.
bool parse_switch(std::string_view text);
/// The parts between commas, without the blanks around them. Throws for an empty part.
std::vector<std::string> parse_list(std::string_view text);
/// Years of four digits.
std::set<int> parse_years(const std::vector<std::string>& texts);
/// Every class that S3 accepts for an object in a general-purpose bucket. Source: S3 API, PutObject,
/// x-amz-storage-class.
inline constexpr std::array<std::string_view, 8> kStorageClasses = {
    "GLACIER",     "DEEP_ARCHIVE", "GLACIER_IR",          "STANDARD",
    "STANDARD_IA", "ONEZONE_IA",   "INTELLIGENT_TIERING", "REDUCED_REDUNDANCY"};
bool is_known_storage_class(std::string_view name);
/// One of kStorageClasses; text may be upper or lower case. Or another name of letters, digits, '_' and '-', as
/// it is: other stores than AWS have classes of their own.
std::string parse_storage_class(std::string_view text);
/// "a=1&b=2", at most ten tags, in the form of the x-amz-tagging header.
std::string parse_tagging(std::string_view text);
/// One of choices, spelled exactly so.
std::string parse_choice(std::string_view text, const std::vector<std::string>& choices);

/// The next three read into options what a store honours: "probe", "full" (as S3), "none", or a list of
/// powers. The store has no power that the list doesn't name. They throw as the functions above do. For the
/// archive's store: conditional-complete, checksums.
void parse_archive_powers(std::string_view text, archive::ArchiveOptions& options);
/// For the source's store: conditional-delete (in DeleteObjects), conditional-single-delete (in
/// DeleteObject).
void parse_source_powers(std::string_view text, archive::ArchiveOptions& options);
/// For both stores: all of these.
void parse_store_powers(std::string_view text, archive::ArchiveOptions& options);

/// text as one word of a shell, quoted where it has to be. Control characters are written as $'\\xNN'.
std::string shell_word(std::string_view text);
/// The text with "..." in the place of user and password of each URL in it, and of the query and fragment of one for
/// the web.
std::string without_passwords(std::string_view text);

}  // namespace s3c::cli
