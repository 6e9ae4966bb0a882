// Groups by the time at which an object was last modified, where keys hold no date: --group-by last-modified. The
// time is the one that the store lists, in UTC. A store that lists milliseconds and one that lists whole seconds put
// an object into the same period. Free functions, any thread.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/time.h"
#include "catalog/name_template.h"
#include "index/manifest.h"

namespace s3c::catalog {

/// How long a group's period is.
enum class Period { month, day, hour };

/// "last-modified" (a day), or "last-modified:" and month, day or hour. Throws base::Error (invalid_argument).
Period parse_group_by(std::string_view text);
/// "last-modified:day". Stands in manifests where a layout's template stands otherwise, which begins with
/// "{prefix}/".
std::string group_by_text(Period period);
/// Whether the volume's members were put together by time. Then their group shares its prefix with others, and an
/// object that was overwritten may be in two groups.
bool is_by_last_modified(const index::Manifest& manifest);

/// The names of the fields that tell a period: yyyy, mm; of a day also dd; of an hour also hh.
std::set<std::string> period_fields(Period period);
/// What the archives are called unless the user says otherwise.
std::string_view default_archive_name(Period period);
/// Months, days or hours since 1970. Of two times the later one has no smaller number.
std::int64_t period_number(Period period, base::Timestamp last_modified);
/// The fields of the group to which an object belongs.
Fields period_of(Period period, base::Timestamp last_modified);
/// Whether the year is one that names of archives can have: 0001 to 9999. The others are times of no object; still a
/// store may tell one.
bool is_nameable(const Fields& period);
/// "2018-04", "2018-04-01", "2018-04-01T09". REQUIRES: fields has the period's fields.
std::string period_label(Period period, const Fields& fields);

}  // namespace s3c::catalog
