// Wrong listings: the next page, the last page again, pages with keys left out. One thread.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "sim/fault_rules.h"
#include "sim/request.h"

namespace s3c::sim {

/// The request for the page that follows page, which answered request. nullopt: page is the last page or not
/// a page of a listing that can be continued (ListObjects, the old one, can't).
std::optional<Request> request_for_next_page(const RequestFacts& facts, Request request,
                                             const Response& page);

/// Removes the keys that match a glob from a page of a listing. False: there was none.
bool omit_keys(Response& page, const std::string& glob);

/// The last page of each listing, for the fault "repeat_page".
class LastPages {
 public:
  void remember(const RequestFacts& facts, const Response& page);
  /// The page before the requested one; nullptr if the requested one is the first.
  const Response* before(const RequestFacts& facts, const Request& request) const;

 private:
  std::map<std::string, Response> pages_;
};

}  // namespace s3c::sim
