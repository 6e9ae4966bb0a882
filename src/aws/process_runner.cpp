#include "aws/process_runner.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <utility>

#include "base/error.h"

namespace s3c::aws {
namespace {

using base::Error;
using base::ErrorKind;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kLongestRun{60};
constexpr std::size_t kMaxOutput_bytes = 256 << 10;
constexpr std::size_t kKeptErrors_bytes = 4 << 10;
/// How late a stop may be noticed.
constexpr int kPoll_ms = 50;

class Descriptor {
 public:
  explicit Descriptor(int descriptor = -1) : descriptor_(descriptor) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return descriptor_; }
  void set(int descriptor) {
    close();
    descriptor_ = descriptor;
  }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }

 private:
  int descriptor_;
};

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
      throw Error(ErrorKind::transient, fmt::format("no pipe to the program: {}", std::strerror(errno)));
    read.set(ends[0]);
    write.set(ends[1]);
  }
  Descriptor read;
  Descriptor write;
};

/// A child and, if it leads one, its process group. They are killed unless the child's end was waited for.
class Child {
 public:
  Child(const std::vector<std::string>& words, bool leads_group, const Pipe& output, const Pipe& errors)
      : leads_group_(leads_group) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, output.write.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, errors.write.get(), STDERR_FILENO);
    sigset_t none;
    sigemptyset(&none);
    sigset_t usual;
    sigemptyset(&usual);
    for (const int signal : {SIGHUP, SIGINT, SIGPIPE, SIGTERM, SIGTTIN, SIGTTOU, SIGXFSZ})
      sigaddset(&usual, signal);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &usual);
    int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (leads_group_) flags |= POSIX_SPAWN_SETPGROUP;  // the attributes' default is a group of its own
    ::posix_spawnattr_setflags(&attributes, static_cast<short>(flags));
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const int error =
        ::posix_spawnp(&id_, arguments.front(), &actions, &attributes, arguments.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("'{}' can't be started: {}", words.front(), std::strerror(error)));
    }
  }
  ~Child() {
    if (id_ == 0) return;
    ::kill(leads_group_ ? -id_ : id_, SIGKILL);
    while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Its exit code; nullopt: it still runs.
  std::optional<int> ended() {
    int status = 0;
    if (::waitpid(id_, &status, WNOHANG) != id_) return std::nullopt;
    id_ = 0;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  const bool leads_group_;
  pid_t id_ = 0;
};

bool has_terminal() {
  const Descriptor terminal(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
  return terminal.get() >= 0;
}

/// Reads what is there. False: the other end is closed.
bool read_some(int descriptor, std::string& into) {
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  into.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0;
}

}  // namespace

SystemProcessRunner::SystemProcessRunner() : where_(has_terminal() ? Where::on_terminal : Where::alone) {}

ProcessResult SystemProcessRunner::run(const std::vector<std::string>& words, const std::stop_token& stop) {
  Pipe output;
  Pipe errors;
  Child child(words, where_ == Where::alone, output, errors);
  output.write.close();
  errors.write.close();
  const auto deadline = steady_clock::now() + kLongestRun;
  const auto check_patience = [&] {
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "stopped while another program ran");
    if (steady_clock::now() > deadline) {
      throw Error(ErrorKind::transient, fmt::format("the program '{}' was still running after {} s",
                                                    words.front(), kLongestRun.count()));
    }
  };
  ProcessResult result;
  std::optional<int> exit_code;
  // What a child of the child keeps open is not waited for once the program itself has ended.
  while (output.read.get() >= 0 || errors.read.get() >= 0) {
    check_patience();
    std::array<pollfd, 2> waits{pollfd{output.read.get(), POLLIN, 0}, pollfd{errors.read.get(), POLLIN, 0}};
    const int ready = ::poll(waits.data(), waits.size(), kPoll_ms);
    if (ready == 0 && exit_code) break;
    if (!exit_code) exit_code = child.ended();
    if (waits[0].revents != 0 && !read_some(output.read.get(), result.output)) output.read.close();
    if (waits[1].revents != 0 && !read_some(errors.read.get(), result.errors)) errors.read.close();
    if (result.output.size() > kMaxOutput_bytes)
      throw Error(ErrorKind::corrupt, fmt::format("the program '{}' wrote too much", words.front()));
    if (result.errors.size() > kKeptErrors_bytes)
      result.errors.erase(0, result.errors.size() - kKeptErrors_bytes);
  }
  while (!exit_code) {
    check_patience();
    ::poll(nullptr, 0, 1);
    exit_code = child.ended();
  }
  result.exit_code = *exit_code;
  return result;
}

}  // namespace s3c::aws
