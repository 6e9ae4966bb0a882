// Groups and objects out of rows, without a listing. The rows are sorted by key in temporary files, so the memory is
// the same for any number of rows. An object of which the rows know nothing stays where it is: it is a late arrival
// for a later run.
#pragma once

#include <memory>
#include <optional>

#include "source/group_source.h"
#include "source/row_input.h"

namespace s3c::source {

/// All arguments outlive it. store: of the sources; it also has the inventory, or the manifests in S3.
/// find_groups() reads all rows before it visits the first group, and throws what read_rows() throws.
std::unique_ptr<GroupSource> groups_of_rows(s3::ObjectStore& store, const GroupSearch& search,
                                            const RowInput& input);

/// Groups by time if the layout says so, else groups of the rows if there are any, else by listing. Arguments outlive
/// it.
std::unique_ptr<GroupSource> groups_for(s3::ObjectStore& store, const GroupSearch& search,
                                        const std::optional<RowInput>& rows);

}  // namespace s3c::source
