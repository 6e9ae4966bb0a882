// The server's side of TLS for tests: a certificate of its own for 127.0.0.1, and one connection.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace s3c::http::test {

/// A new key, and a certificate that it signs itself. Any thread.
class ServerTls {
 public:
  ServerTls() : key_(EVP_EC_gen("P-256"), &EVP_PKEY_free), certificate_(X509_new(), &X509_free) {
    X509* certificate = certificate_.get();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key_.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    X509_EXTENSION* name = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(certificate, name, -1);
    X509_EXTENSION_free(name);
    EXPECT_GT(X509_sign(certificate, key_.get(), EVP_sha256()), 0);
    EXPECT_EQ(SSL_CTX_use_certificate(context_.get(), certificate), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(context_.get(), key_.get()), 1);
  }
  ~ServerTls() { std::filesystem::remove(bundle_); }
  ServerTls(const ServerTls&) = delete;
  ServerTls& operator=(const ServerTls&) = delete;

  SSL_CTX* context() const { return context_.get(); }
  /// A PEM file with the certificate; it is removed with *this.
  std::string bundle() {
    if (!bundle_.empty()) return bundle_;
    bundle_ =
        testing::TempDir() + "s3c-server-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)) + ".pem";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(bundle_.c_str(), "w"),
                                                               &std::fclose);
    EXPECT_TRUE(file && PEM_write_X509(file.get(), certificate_.get()) == 1) << bundle_;
    return bundle_;
  }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_server_method()), &SSL_CTX_free};
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> certificate_;
  std::string bundle_;
};

/// One connection of a server, plain until accept_tls(). The socket isn't its own.
class Peer {
 public:
  explicit Peer(int socket) : socket_(socket) {}

  bool accept_tls(const ServerTls& tls) {
    tls_.reset(SSL_new(tls.context()));
    SSL_set_fd(tls_.get(), socket_);
    return SSL_accept(tls_.get()) == 1;
  }
  /// Bytes received; 0 or less at the end.
  long receive(char* buffer, std::size_t size) {
    if (tls_) return SSL_read(tls_.get(), buffer, static_cast<int>(size));
    return recv(socket_, buffer, size, 0);
  }
  void send(std::string_view bytes) {
    if (!tls_) {
      ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    } else if (!bytes.empty()) {
      SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()));
    }
  }

 private:
  const int socket_;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_{nullptr, &SSL_free};
};

}  // namespace s3c::http::test
