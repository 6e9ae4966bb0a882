#include "support/measure.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace s3c::bench {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double cpu_seconds(const rusage& usage) {
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double cpu_seconds_now() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return cpu_seconds(usage);
}

double wall_seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Ended {
  int status = 0;
  rusage usage{};
};

Ended wait_for(pid_t child) {
  Ended ended;
  while (wait4(child, &ended.status, 0, &ended.usage) < 0) {
    if (errno != EINTR) throw std::runtime_error("wait4 failed");
  }
  return ended;
}

bool succeeded(int status) {
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// The child's half: never returns, and runs no destructors of the parent's.
[[noreturn]] void run_and_report(const Variant& variant, int out) {
  int code = 1;
  try {
    const Sample sample = variant.run();
    if (write(out, &sample, sizeof sample) == sizeof sample) code = 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", variant.name.c_str(), error.what());
  }
  std::fflush(nullptr);
  _exit(code);
}

/// items = 0 when the child failed.
Sample run_in_child(const Variant& variant) {
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) throw std::runtime_error("no pipe");
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    close(pipe_ends[0]);
    run_and_report(variant, pipe_ends[1]);
  }
  close(pipe_ends[1]);
  Sample sample;
  const bool whole = read(pipe_ends[0], &sample, sizeof sample) == sizeof sample;
  close(pipe_ends[0]);
  const Ended ended = wait_for(child);
  if (!whole || !succeeded(ended.status)) return {};
  if (sample.peak_bytes == 0) sample.peak_bytes = static_cast<double>(ended.usage.ru_maxrss) * 1024;
  return sample;
}

/// How many columns UTF-8 text takes on a terminal; good enough for "µ".
std::size_t columns(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

Stopwatch::Stopwatch() : cpu_(cpu_seconds_now()), wall_(wall_seconds_now()) {}

Sample Stopwatch::stop(double items) const {
  return {
      .cpu_seconds = cpu_seconds_now() - cpu_, .wall_seconds = wall_seconds_now() - wall_, .items = items};
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::vector<Sample> run_rounds(const std::vector<Variant>& variants, int rounds) {
  std::vector<std::vector<Sample>> samples(variants.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < variants.size(); ++i) {
      if (round >= variants[i].most_rounds) continue;
      const Sample sample = run_in_child(variants[i]);
      if (sample.items > 0) samples[i].push_back(sample);
    }
  }
  std::vector<Sample> medians(variants.size());
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const auto pick = [&](double Sample::*field) {
      std::vector<double> values;
      for (const Sample& sample : samples[i]) values.push_back(sample.*field);
      return median(std::move(values));
    };
    medians[i] = {.cpu_seconds = pick(&Sample::cpu_seconds),
                  .wall_seconds = pick(&Sample::wall_seconds),
                  .items = pick(&Sample::items),
                  .peak_bytes = pick(&Sample::peak_bytes)};
    if (samples[i].empty()) std::fprintf(stderr, "not measured: %s\n", variants[i].name.c_str());
  }
  return medians;
}

Sample run_program(const std::vector<std::string>& arguments, double items) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const double start = wall_seconds_now();
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    execv(argv[0], argv.data());
    _exit(127);
  }
  const Ended ended = wait_for(child);
  if (!succeeded(ended.status)) throw std::runtime_error(arguments[0] + " failed");
  return {.cpu_seconds = cpu_seconds(ended.usage),
          .wall_seconds = wall_seconds_now() - start,
          .items = items,
          .peak_bytes = static_cast<double>(ended.usage.ru_maxrss) * 1024};
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 3);
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  const auto print_row = [&](const std::vector<std::string>& row) {
    std::string line = "|";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - columns(row[i]), ' ');
      line += i == 0 ? " " + row[i] + padding + " |" : " " + padding + row[i] + " |";
    }
    std::puts(line.c_str());
  };
  for (std::size_t r = 0; r < rows.size(); ++r) {
    print_row(rows[r]);
    if (r == 0) {
      std::string line = "|";
      for (std::size_t i = 0; i < rows[0].size(); ++i)
        line += fmt::format(" {}{} |", std::string(widths[i] - 1, '-'), i == 0 ? "-" : ":");
      std::puts(line.c_str());
    }
  }
  std::puts("");
}

std::string machine() {
  std::ifstream info("/proc/cpuinfo");
  std::string model = "unknown";
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) {
      model = line.substr(line.find(':') + 2);
      break;
    }
  }
  double load = 0;
  std::ifstream("/proc/loadavg") >> load;
  return fmt::format("{} CPUs, {}, load {:.1f} before this", std::thread::hardware_concurrency(), model,
                     load);
}

std::string option(int argc, char** argv, std::string_view name, const std::string& fallback) {
  const std::string start = fmt::format("--{}=", name);
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument(argv[i]);
    if (argument.starts_with(start)) return std::string(argument.substr(start.size()));
  }
  return fallback;
}

int option(int argc, char** argv, std::string_view name, int fallback) {
  const std::string text = option(argc, argv, name, std::string());
  return text.empty() ? fallback : std::stoi(text);
}

}  // namespace s3c::bench
