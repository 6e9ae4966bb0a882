// s3sim: options, then serve until a signal.
#include <CLI/CLI.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/open_files.h"
#include "sim/fault_handler.h"
#include "sim/server.h"
#include "sim/service.h"
#include "sim/stop_switch.h"
#include "sim/synthetic_spec.h"

namespace {

using std::chrono::milliseconds;

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

struct Options {
  std::string listen = "127.0.0.1:9000";
  std::string access_key, secret_key;
  std::string second_access_key, second_secret_key;
  std::string region = "us-east-1";
  std::string profile = "full";
  std::string latency = "0ms";
  std::string thaw_time = "0s";
  std::vector<std::string> read_only_buckets, public_buckets, requester_pays_buckets;
  std::vector<std::string> session_tokens;
  std::string faults_file;
  std::vector<std::string> synthetic_buckets;
  std::vector<std::string> without;
  bool even_parts = false;
  std::string abort = "refused";
  std::string part_copy = "standard";
};

struct Power {
  const char* name;
  bool s3c::sim::StorePowers::*member;
  const char* help;
};

/// What --without takes.
constexpr Power kPowers[] = {
    {"atomic-complete", &s3c::sim::StorePowers::atomic_complete,
     "the condition on Complete holds for one at a time only"},
    {"conditional-delete", &s3c::sim::StorePowers::conditional_delete, "If-Match on DeleteObject"},
    {"conditional-batch-delete", &s3c::sim::StorePowers::conditional_batch_delete, "ETags in DeleteObjects"},
    {"batch-delete", &s3c::sim::StorePowers::batch_delete, "DeleteObjects"},
    {"key-order", &s3c::sim::StorePowers::key_order, "pages are in the order of UTF-16"},
    {"list-etags", &s3c::sim::StorePowers::list_etags, "ETags in listings"},
    {"encoding-type", &s3c::sim::StorePowers::encoding_type, "listings ignore this parameter"},
    {"upload-prefixes", &s3c::sim::StorePowers::upload_prefixes,
     "ListMultipartUploads answers for whole keys only"},
    {"create-over-marker", &s3c::sim::StorePowers::create_over_marker,
     "If-None-Match: * fails over a delete marker"},
    {"object-size-header", &s3c::sim::StorePowers::object_size_header, "x-amz-mp-object-size"},
    {"optional-attributes", &s3c::sim::StorePowers::optional_attributes, "x-amz-optional-object-attributes"},
};

/// Switches off what --without names.
void take_power(const std::string& name, s3c::sim::StorePowers& powers) {
  for (const Power& power : kPowers) {
    if (name == power.name) powers.*power.member = false;
  }
}

std::vector<std::string> power_names() {
  std::vector<std::string> names;
  for (const Power& power : kPowers) names.emplace_back(power.name);
  return names;
}

std::string powers_help() {
  std::string help = "what the store doesn't have; may be repeated: ";
  for (const Power& power : kPowers) {
    if (&power != kPowers) help += ", ";
    help.append(power.name).append(" (").append(power.help).append(")");
  }
  return help;
}

constexpr std::pair<const char*, s3c::sim::AbortOfCompleted> kAborts[] = {
    {"refused", s3c::sim::AbortOfCompleted::refused},
    {"acknowledged", s3c::sim::AbortOfCompleted::acknowledged},
    {"removes-object", s3c::sim::AbortOfCompleted::removes_object},
    {"overtaken", s3c::sim::AbortOfCompleted::overtaken},
};
constexpr std::pair<const char*, s3c::sim::PartCopyManner> kPartCopies[] = {
    {"standard", s3c::sim::PartCopyManner::standard},
    {"refuses-checksum", s3c::sim::PartCopyManner::refuses_checksum},
    {"wants-checksum", s3c::sim::PartCopyManner::wants_checksum},
    {"object-result", s3c::sim::PartCopyManner::object_result},
};

template <typename Value, std::size_t Count>
std::vector<std::string> names_of(const std::pair<const char*, Value> (&choices)[Count]) {
  std::vector<std::string> names;
  for (const auto& [name, value] : choices) names.emplace_back(name);
  return names;
}

/// REQUIRES: name is one of them.
template <typename Value, std::size_t Count>
Value value_of(const std::pair<const char*, Value> (&choices)[Count], const std::string& name) {
  Value found{};
  for (const auto& [candidate, value] : choices) {
    if (name == candidate) found = value;
  }
  return found;
}

/// "20ms", "1.5s", "2m", "5h"; a bare 0 too. Throws CLI::ValidationError.
milliseconds parse_duration(const std::string& flag, const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string unit(end, text.data() + text.size());
  double scale = -1;
  if (unit == "ms" || (unit.empty() && value == 0)) scale = 1;
  if (unit == "s") scale = 1000;
  if (unit == "m") scale = 60'000;
  if (unit == "h") scale = 3'600'000;
  if (error != std::errc{} || scale < 0 || value < 0) {
    throw CLI::ValidationError(flag, "'" + text + "' is not a duration like 20ms, 1.5s, 2m or 5h");
  }
  return milliseconds(static_cast<milliseconds::rep>(value * scale));
}

/// "5s" for all tiers, "standard=3s" for one tier; several are separated by commas, and a later one overrides
/// an earlier one. Throws CLI::ValidationError.
s3c::sim::ThawTimes parse_thaw_times(const std::string& flag, const std::string& text) {
  s3c::sim::ThawTimes times = s3c::sim::ThawTimes::all(milliseconds(0));
  if (text.empty()) parse_duration(flag, text);  // refuses it
  std::istringstream items(text);
  for (std::string item; std::getline(items, item, ',');) {
    const std::size_t equals = item.find('=');
    if (equals == std::string::npos) {
      times = s3c::sim::ThawTimes::all(parse_duration(flag, item));
      continue;
    }
    const std::string tier = item.substr(0, equals);
    const milliseconds time = parse_duration(flag, item.substr(equals + 1));
    if (tier == "bulk") {
      times.bulk = time;
    } else if (tier == "standard") {
      times.standard = time;
    } else if (tier == "expedited") {
      times.expedited = time;
    } else {
      throw CLI::ValidationError(flag, "'" + tier + "' is none of bulk, standard and expedited");
    }
  }
  return times;
}

/// Throws CLI::ValidationError.
void parse_listen(const std::string& text, s3c::sim::ServerOptions& server) {
  const std::size_t colon = text.rfind(':');
  const char* const end = text.data() + text.size();
  const char* const port = colon == std::string::npos ? end : text.data() + colon + 1;
  const auto [stop, error] = std::from_chars(port, end, server.port);
  if (colon == std::string::npos || port == end || error != std::errc{} || stop != end) {
    throw CLI::ValidationError("--listen", "'" + text + "' is not ADDRESS:PORT");
  }
  server.host = text.substr(0, colon);
  if (server.host == "localhost") server.host = "127.0.0.1";
}

/// Where it listens, and to whom.
void define_server(CLI::App& app, Options& options) {
  app.add_option("--listen", options.listen, "ADDRESS:PORT to serve on; port 0 picks a free one")
      ->capture_default_str();
  app.add_option("--access-key", options.access_key, "the owner's access key id")->required();
  app.add_option("--secret-key", options.secret_key, "the owner's secret key")->required();
  auto* second = app.add_option("--second-access-key", options.second_access_key,
                                "another user, who is denied the owner's buckets");
  auto* second_secret =
      app.add_option("--second-secret-key", options.second_secret_key, "the other user's secret key")
          ->needs(second);
  second->needs(second_secret);
  app.add_option("--session-token", options.session_tokens,
                 "a session token that holds for that time from the start; may be repeated. Requests with "
                 "any other token are refused. Without this flag every token holds")
      ->type_name("TOKEN=DURATION");
  app.add_option("--region", options.region, "the region signatures must name")->capture_default_str();
  app.add_option("--profile", options.profile,
                 "full: as strict as S3; lesser: ignores what Ceph RGW 16 ignores")
      ->check(CLI::IsMember({"full", "lesser"}))
      ->capture_default_str();
  app.add_option("--latency", options.latency, "added to every answer")->capture_default_str();
}

/// How the store behaves, and what is in it.
void define_store(CLI::App& app, Options& options) {
  app.add_option(
         "--thaw-time", options.thaw_time,
         "from RestoreObject until the object is readable: 5s, or by tier: bulk=8s,standard=3s,expedited=0s")
      ->capture_default_str();
  app.add_option(
      "--read-only-bucket", options.read_only_buckets,
      "a bucket in which every change answers AccessDenied; may be repeated (it can still be created)");
  app.add_option("--public-bucket", options.public_buckets,
                 "a bucket that everybody may list and read without a signature; may be repeated");
  app.add_option(
      "--requester-pays-bucket", options.requester_pays_buckets,
      "a bucket in which requests without x-amz-request-payer: requester, and unsigned ones, answer "
      "AccessDenied; may be repeated");
  app.add_option("--synthetic", options.synthetic_buckets,
                 "a bucket of computed objects, which take no memory and can be read and deleted: "
                 "bucket=NAME and, if "
                 "wanted, prefix=P (sources), days=D (1), first-day=YYYY-MM-DD (2018-04-01), objects=N (a "
                 "day: 1000), "
                 "data=orders|logs|mixed (4 KB XML, 1 KB JSON lines, 1 to 256 KB of lines and noise); may be "
                 "repeated")
      ->type_name("SPEC");
  app.add_option("--faults", options.faults_file,
                 "a fault script, as PUT /_sim/faults takes it: docs/s3sim.md")
      ->type_name("FILE");
  app.add_option("--without", options.without, powers_help())
      ->check(CLI::IsMember(power_names()))
      ->type_name("POWER");
  app.add_flag("--even-parts", options.even_parts,
               "refuse at Complete parts of uneven size, but for the last (as Cloudflare R2)");
  app.add_option("--abort", options.abort,
                 "what AbortMultipartUpload does with an upload that was completed: refused: NoSuchUpload; "
                 "acknowledged: 204, as S3 for hours; removes-object: 204, and the object at that name is "
                 "gone; overtaken: 204, and a Complete that arrives later takes effect all the same")
      ->check(CLI::IsMember(names_of(kAborts)))
      ->capture_default_str();
  app.add_option("--part-copy", options.part_copy,
                 "what UploadPartCopy does: standard; refuses-checksum: it refuses uploads with a checksum "
                 "algorithm; wants-checksum: Complete must repeat the checksums that it told; object-result: "
                 "its answer is a CopyObjectResult")
      ->check(CLI::IsMember(names_of(kPartCopies)))
      ->capture_default_str();
}

void define(CLI::App& app, Options& options) {
  define_server(app, options);
  define_store(app, options);
  app.footer(
      "Examples:\n"
      "  s3sim --listen 127.0.0.1:9000 --access-key test --secret-key secret\n"
      "      serve until Ctrl-C; then: aws --endpoint-url http://127.0.0.1:9000 s3 mb s3://source\n"
      "  s3sim --listen 127.0.0.1:0 --access-key test --secret-key secret --latency 20ms --profile lesser\n"
      "      a free port (printed), 20 ms away, as forgetful as Ceph RGW 16\n"
      "  s3sim --access-key test --secret-key secret --synthetic bucket=source,days=10,objects=1000000\n"
      "      ten million orders, sources/2018/04/01/order-00000000.xml and so on\n"
      "  curl http://127.0.0.1:9000/_sim/bill\n"
      "      requests, bytes and dollars so far; POST /_sim/bill/reset starts again from zero\n"
      "  curl -X PUT http://127.0.0.1:9000/_sim/read-only/source\n"
      "      from now on changes in this bucket answer AccessDenied; DELETE on the same URL allows them "
      "again\n"
      "  curl -X PUT http://127.0.0.1:9000/_sim/faults -d '{\"rules\": [{\"operation\": \"PutObject\", "
      "\"nth\": 3, "
      "\"fault\": \"lost_reply\"}]}'\n"
      "      the third PutObject takes effect and is never answered; docs/s3sim.md has all faults, and "
      "/_sim/stop");
}

/// Throws base::Error: invalid_argument.
s3c::sim::FaultScript read_fault_script(const std::string& file) {
  auto fail = [&](const std::string& what) {
    return s3c::base::Error(s3c::base::ErrorKind::invalid_argument, "--faults " + file + ": " + what);
  };
  std::ifstream in(file, std::ios::binary);
  if (!in) throw fail("cannot be opened");
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || !text) throw fail("cannot be read");
  try {
    return s3c::sim::parse_fault_script(text.str());
  } catch (const s3c::base::Error& error) {
    throw fail(error.message());
  }
}

std::set<std::string, std::less<>> set_of(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

int serve(const Options& options) {
  s3c::sim::ServerOptions server_options;
  parse_listen(options.listen, server_options);
  server_options.latency = parse_duration("--latency", options.latency);
  s3c::sim::ServiceOptions service_options;
  service_options.region = options.region;
  service_options.thaw_times = parse_thaw_times("--thaw-time", options.thaw_time);
  if (options.profile == "lesser") service_options.powers = s3c::sim::StorePowers::lesser();
  for (const std::string& name : options.without) take_power(name, service_options.powers);
  if (options.even_parts) service_options.powers.uneven_parts = false;
  service_options.abort_of_completed = value_of(kAborts, options.abort);
  service_options.part_copy = value_of(kPartCopies, options.part_copy);
  service_options.read_only_buckets = set_of(options.read_only_buckets);
  service_options.public_buckets = set_of(options.public_buckets);
  service_options.requester_pays_buckets = set_of(options.requester_pays_buckets);

  const s3c::base::SystemClock clock;
  s3c::sim::S3Service service(std::move(service_options), [&clock] { return clock.now(); });
  service.add_user(options.access_key, options.secret_key);
  if (!options.second_access_key.empty())
    service.add_user(options.second_access_key, options.second_secret_key);

  for (const std::string& text : options.session_tokens) {
    const std::size_t equals = text.rfind('=');
    if (equals == std::string::npos || equals == 0)
      throw CLI::ValidationError("--session-token", "'" + text + "' is not TOKEN=DURATION");
    service.hold_session_token(text.substr(0, equals),
                               parse_duration("--session-token", text.substr(equals + 1)));
  }
  for (const std::string& text : options.synthetic_buckets) {
    try {
      service.add_synthetic_bucket(s3c::sim::parse_synthetic_spec(text), options.access_key);
    } catch (const s3c::base::Error& error) {
      throw s3c::base::Error(error.kind(), "--synthetic " + text + ": " + error.message());
    }
  }

  s3c::sim::FaultHandler faults(service, [&clock] { return clock.now(); });
  if (!options.faults_file.empty()) faults.set_script(read_fault_script(options.faults_file));
  s3c::sim::StopSwitch stop_switch(faults);
  s3c::sim::Server server(server_options, stop_switch);
  std::printf("listening on http://%s:%u\n", server_options.host.c_str(),
              static_cast<unsigned>(server.port()));
  std::fflush(stdout);
  server.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("s3sim: a simulated S3 server, in memory, for demos, tests and benchmarks", "s3sim");
  Options options;
  define(app, options);
  try {
    app.parse(argc, argv);
    s3c::base::raise_open_files_limit();
    return serve(options);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : kExitUsage;  // --help is a "parse error" with code 0
  } catch (const s3c::base::Error& error) {
    std::fprintf(stderr, "s3sim: %s\n", error.what());
    return error.kind() == s3c::base::ErrorKind::invalid_argument ? kExitUsage : kExitFailed;
  }
}
