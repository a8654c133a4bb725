// SPDX-License-Identifier: Apache-2.0
// A throw-away certificate authority in a folder of its own, made with the openssl command.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace edgecse::net {

class TestCertificates {
 public:
  TestCertificates() {
    std::string pattern = (std::filesystem::temp_directory_path() / "edgecse-tls-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    run(fmt::format("req -x509 {} -keyout {} -out {} -subj '/CN=Test CA' -days 30", kNewKey, path("ca.key"),
                    path("ca.pem")));
  }
  ~TestCertificates() { std::filesystem::remove_all(folder_); }
  TestCertificates(const TestCertificates&) = delete;
  TestCertificates& operator=(const TestCertificates&) = delete;

  [[nodiscard]] std::string path(const std::string& file) const { return (folder_ / file).string(); }
  [[nodiscard]] std::string ca() const { return path("ca.pem"); }
  [[nodiscard]] std::string certificate(const std::string& name) const { return path(name + ".pem"); }
  [[nodiscard]] std::string key(const std::string& name) const { return path(name + ".key"); }

  /// alternative_names as openssl writes them: "DNS:localhost,IP:127.0.0.1,URI://example.org/mn1".
  void issue(const std::string& name, const std::string& common_name, const std::string& alternative_names) const {
    run(fmt::format("req -new {} -keyout {} -out {} -subj '/CN={}'", kNewKey, key(name), path("request.pem"),
                    common_name));
    std::ofstream(path("extensions")) << "subjectAltName=" << alternative_names << "\n";
    run(fmt::format("x509 -req -in {} -CA {} -CAkey {} -CAcreateserial -out {} -days 30 -extfile {}",
                    path("request.pem"), ca(), path("ca.key"), certificate(name), path("extensions")));
  }

 private:
  static constexpr const char* kNewKey = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

  void run(const std::string& arguments) const {
    const auto command = fmt::format("openssl {} > {} 2>&1", arguments, path("log"));
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }

  std::filesystem::path folder_;
};

}  // namespace edgecse::net
