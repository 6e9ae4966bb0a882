// The AWS shared files, ~/.aws/config and ~/.aws/credentials: parsing, and the view of one profile over both.
//
//   file     = { blank | comment | section | setting | deeper }
//   comment  = ("#" | ";") text               wherever it begins
//   section  = "[" name "]"                   "default", "profile x", "services x", "sso-session x";
//                                             credentials file: "x"
//   setting  = name ("=" | ":") value         names are case-insensitive
//   deeper   = a line that is indented deeper than the setting above it: below an empty one a setting of its own
//              ("s3 =", "  addressing_style = path"), else more of its value
//
// Sections and settings may be indented. The settings of "[DEFAULT]" are those of every section that has none of
// that name. All that is as the AWS CLI reads these files: with Python's RawConfigParser.
//
// Pure functions but for load_profile_files; any thread. Source: AWS SDKs and Tools Reference Guide, "Shared
// config and credentials files".
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace s3c::aws {

/// Returns an environment variable's value; nullopt when it is unset. It is passed in, so that tests have an
/// environment of their own.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// A setting's value, and its line in the file, so that an error can name it. Equal if the values are.
struct ProfileSetting {
  ProfileSetting(std::string_view text = {}, int at = 0) : value(text), line(at) {}
  ProfileSetting(const char* text) : value(text) {}

  std::string value;
  int line;

  friend bool operator==(const ProfileSetting& a, const ProfileSetting& b) { return a.value == b.value; }
};

/// path with "~/" replaced by the home folder.
std::string expand_home(const Environment& environment, const std::string& path);

/// The settings of one section. The name of a nested setting is "outer.inner". Names are lower-case.
using ProfileSection = std::map<std::string, ProfileSetting>;
/// Sections by name. Runs of blanks in a name become one space: "profile x".
using ProfileFile = std::map<std::string, ProfileSection>;

/// Throws Error: invalid_argument with "file_name:line" for a line that is none of the above, and for a
/// section or setting that is there twice: the AWS CLI refuses these too.
ProfileFile parse_profile_file(std::string_view text, const std::string& file_name);

/// A setting with the place where it stands.
struct PlacedSetting {
  std::string value;
  std::string place;  ///< "/home/me/.aws/config:12"
};

/// Both files, and where they were looked for.
struct ProfileFiles {
  std::string config_path;
  std::string credentials_path;
  ProfileFile config;
  ProfileFile credentials;

  /// nullptr when the file has no such profile. In the config file a profile's section is "[profile x]",
  /// except for "[default]".
  const ProfileSection* config_profile(const std::string& name) const;
  const ProfileSection* credentials_profile(const std::string& name) const;
  /// A section of the config file that is no profile: kind "services" or "sso-session". nullptr: not there.
  const ProfileSection* config_section(const std::string& kind, const std::string& name) const;
  /// Whether either file has the profile.
  bool has_profile(const std::string& name) const;
  /// Those that either file has, without quotes.
  std::set<std::string> profile_names() const;

  /// A setting of the profile that isn't empty. If both files have it, the credentials file counts, as for
  /// the AWS CLI.
  std::optional<PlacedSetting> placed(const std::string& profile, const std::string& name) const;
  /// Its value alone.
  std::optional<std::string> setting(const std::string& profile, const std::string& name) const;
};

/// Reads AWS_CONFIG_FILE (~/.aws/config) and AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials). A file that
/// isn't there is an empty one. Throws Error: invalid_argument when one can't be read or parsed.
ProfileFiles load_profile_files(const Environment& environment);

}  // namespace s3c::aws
