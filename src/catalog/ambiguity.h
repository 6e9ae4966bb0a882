// Finds out whether a name can be read in two ways. If it can, two groups could get one name. The search is
// exact: it walks two copies of the template's automaton at the same time, through all texts at once. Pure
// functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalog/name_template.h"

namespace s3c::catalog {

/// Whether names end as those of volumes do: with nothing, or with "-" and a number from 2 to kMostVolumes.
enum class Numbered { no, yes };

/// The most volumes of a group whose archive name has a free field. With any number of volumes, the name
/// "a-2018-2019" could be volume 2019 of {device}-{yyyy} = a-2018.
inline constexpr int kMostVolumes = 999;

/// One way to read a name.
struct NameReading {
  Fields fields;
  int volume = 1;
};

/// A name that can be read in two ways.
struct AmbiguousName {
  std::string name;  ///< with a volume's number, without ".zip"
  NameReading first;
  NameReading second;
};

/// A shortest name that both templates give, read as the one and as the other in different ways; nullopt: there
/// is none. The two may be the same template: then it is a name that it gives twice. A field that a template
/// has twice may have two values here, so a name may be found that no group has. REQUIRES: no bucket or prefix.
std::optional<AmbiguousName> find_ambiguity(const NameTemplate& first, const NameTemplate& second,
                                            Numbered numbered);

/// Whether a name of the template, with a volume's number, can begin with text. REQUIRES: as find_ambiguity().
bool can_begin_with(const NameTemplate& name, std::string_view text);

}  // namespace s3c::catalog
