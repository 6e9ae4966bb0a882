// What every measuring program shares: CPU time of a stretch of code, each variant in a process of its own
// (so that peak memory is its own too), medians over rounds in which the variants take turns, and a table.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace s3c::bench {

/// What one run of one variant cost. A plain value: it goes through a pipe as it is.
struct Sample {
  double cpu_seconds = 0;   ///< user and system time of the measured stretch
  double wall_seconds = 0;  ///< of the same stretch
  double items = 0;         ///< what the costs are divided by
  double peak_bytes = 0;    ///< the process's peak resident memory; set by run_rounds
};

/// CPU and wall time from its making on, of the whole process.
class Stopwatch {
 public:
  Stopwatch();
  Sample stop(double items) const;

 private:
  double cpu_;
  double wall_;
};

struct Variant {
  std::string name;
  std::function<Sample()> run;
  int most_rounds = 1000;  ///< fewer rounds for one that takes long
};

/// Runs every variant once per round, each in a child process, and returns for each variant the medians of
/// its samples, field by field. A variant whose children all fail is named on standard error and has items =
/// 0. REQUIRES: the caller has no other threads.
std::vector<Sample> run_rounds(const std::vector<Variant>& variants, int rounds);

/// Starts a program and waits; returns its user and system time and what it took. Throws std::runtime_error
/// unless it exits with 0.
Sample run_program(const std::vector<std::string>& arguments, double items);

double median(std::vector<double> values);
/// Lines up cells as a Markdown table on standard output; the first row is the head.
void print_table(const std::vector<std::vector<std::string>>& rows);
/// "2 CPUs, AMD EPYC"; printed above every table, for numbers without their machine mean nothing.
std::string machine();

/// --name=value from the command line, or fallback.
std::string option(int argc, char** argv, std::string_view name, const std::string& fallback);
int option(int argc, char** argv, std::string_view name, int fallback);

}  // namespace s3c::bench
