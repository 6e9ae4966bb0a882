// The trials of `check-store`: each tries some powers of a store on probe objects of its own.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "s3/object_store.h"
#include "upkeep/power_finding.h"

namespace s3c::upkeep {

/// What the trials work with. All keys begin with catalog::probe_key(id), and are used only once.
struct TrialContext {
  s3::ObjectStore& store;
  const std::string& bucket;
  std::string id;
  std::stop_token stop;
};

struct Trial {
  /// The powers that it is about. If it throws, they are unknown.
  std::vector<s3::Power> powers;
  /// One finding for each of the powers. Throws what the store throws, and cancelled when the stop is requested.
  std::function<std::vector<PowerFinding>(const TrialContext&)> run;
};

/// Of the store that archives are written to.
std::vector<Trial> archive_trials();
/// Of the store whose objects are read and deleted.
std::vector<Trial> source_trials();
/// Of both.
std::vector<Trial> common_trials();

}  // namespace s3c::upkeep
