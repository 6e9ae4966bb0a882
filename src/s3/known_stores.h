// What is known of each store before a run tries it: the one table of the differences between providers.
// docs/providers.md is generated from it. A run decides by what it finds out; only for powers that no request can
// find out it looks here. Pure functions, any thread.
#pragma once

#include <span>
#include <string_view>

#include "aws/endpoint.h"
#include "s3/power.h"

namespace s3c::s3 {

struct Fact {
  enum class Basis {
    measured,    ///< source is the test that shows it: "file: Suite.Case"
    documented,  ///< source is the page that says it; nobody tried
  };
  Power power;
  bool has_it;
  Basis basis;
  std::string_view source;
};

struct KnownStore {
  std::string_view name;
  /// Of its end points' host names. Empty: it runs at its users' own names, so a host name doesn't tell it.
  std::span<const std::string_view> domains;
  /// What isn't in it, isn't known.
  std::span<const Fact> facts;
  bool is_aws = false;
  std::string_view note = {};  ///< sentences for docs/providers.md: what no power tells
};

std::span<const KnownStore> known_stores();
/// The store at an end point; nullptr for one whose host name isn't in the table.
const KnownStore* find_known_store(const aws::EndpointSettings& endpoint);
/// nullptr: not known.
const Fact* find_fact(const KnownStore& store, Power power);

/// Whether only one can win if two CompleteMultipartUploads with If-None-Match arrive at once. False for
/// every store whose vendor doesn't say so. A store may honour the condition for single requests and still
/// accept two that arrive together, so no measurement counts here.
bool completes_atomically(const aws::EndpointSettings& endpoint);

/// Whether GET is known to tell how many tags an object has.
bool tells_tag_counts(const aws::EndpointSettings& endpoint);

/// Whether the end point is one of AWS, where what the documentation of Amazon S3 says holds.
bool is_aws(const aws::EndpointSettings& endpoint);

}  // namespace s3c::s3
