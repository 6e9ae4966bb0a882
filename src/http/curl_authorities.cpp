#include "http/curl_authorities.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <unistd.h>

#include <new>
#include <system_error>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "base/plain_file.h"

namespace s3c::http {
namespace {

using base::Error;
using base::ErrorKind;

/// Where the system's authorities are; empty where there is no such place.
struct SystemPlaces {
  std::string file;
  std::string folder;
};

/// Where systems keep the authorities that they trust. The libcurl of a system knows its system's place; that
/// of the static program knows none, because the program runs on all of them.
constexpr const char* kKnownFiles[] = {
    "/etc/ssl/certs/ca-certificates.crt",  // Debian, Ubuntu, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",    // Red Hat, Fedora, Amazon Linux
    "/etc/ssl/ca-bundle.pem",              // SUSE
    "/etc/ssl/cert.pem",                   // what links to others there, on Alpine and the BSDs
};

std::string known_file() {
  for (const char* file : kKnownFiles) {
    if (::access(file, R_OK) == 0) return file;
  }
  return kKnownFiles[0];  // the error names it
}

SystemPlaces system_places() {
  SystemPlaces places;
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(), &curl_easy_cleanup);
  if (!easy) throw Error(ErrorKind::internal, "libcurl can't make a handle");
  const char* text = nullptr;
  if (curl_easy_getinfo(easy.get(), CURLINFO_CAINFO, &text) == CURLE_OK && text != nullptr)
    places.file = text;
  text = nullptr;
  if (curl_easy_getinfo(easy.get(), CURLINFO_CAPATH, &text) == CURLE_OK && text != nullptr)
    places.folder = text;
  if (places.file.empty() && places.folder.empty()) places.file = known_file();
  return places;
}

/// OpenSSL's reason for the call that failed: the first error in its queue.
std::string openssl_reason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "unknown reason";
}

}  // namespace

void CurlAuthorities::FreeStore::operator()(x509_store_st* store) const {
  X509_STORE_free(store);
}

CurlAuthorities::CurlAuthorities(std::string bundle) : bundle_(std::move(bundle)) {
  // Read a named bundle now: the user should learn at the start that it can't be used, and not at the first
  // connection.
  if (!bundle_.empty()) {
    const base::MutexLock lock(mutex_);
    store_ = read();
  }
}

CurlAuthorities::Store CurlAuthorities::read() const {
  Store store(X509_STORE_new());
  if (!store) throw std::bad_alloc();
  // libcurl does the same: a certificate in the bundle is trusted even when its issuer's certificate is
  // missing.
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  ERR_clear_error();
  if (!bundle_.empty()) {
    if (const auto why = base::why_no_plain_file(bundle_)) {
      throw Error(ErrorKind::invalid_argument, "the CA bundle can't be read: " + *why,
                  {.operation = "read CA bundle", .resource = base::printable(bundle_)});
    }
    if (X509_STORE_load_file(store.get(), bundle_.c_str()) != 1) {
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("no trusted certificates can be read from the CA bundle: {}", openssl_reason()),
                  {.operation = "read CA bundle", .resource = base::printable(bundle_)});
    }
    return store;
  }
  const SystemPlaces places = system_places();
  const bool has_file = !places.file.empty() && X509_STORE_load_file(store.get(), places.file.c_str()) == 1;
  const std::string reason = has_file ? std::string() : openssl_reason();
  // Certificates are read from the folder one by one, when a server's chain needs them.
  const bool has_folder =
      !places.folder.empty() && X509_STORE_load_path(store.get(), places.folder.c_str()) == 1;
  if (!has_file && !has_folder) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("the system has no trusted certificates ({}): install its package "
                            "ca-certificates, or name a CA bundle",
                            reason),
                {.operation = "read CA bundle", .resource = places.file});
  }
  ERR_clear_error();
  return store;
}

void CurlAuthorities::install(ssl_ctx_st* context) {
  const base::MutexLock lock(mutex_);
  if (!store_) store_ = read();
  SSL_CTX_set1_cert_store(context, store_.get());
}

}  // namespace s3c::http
