// Every bucket's address beside botocore's: tests/data/endpoints.tsv, which tests/interop/test_endpoints.py makes
// again and compares.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "aws/endpoint.h"
#include "base/error.h"

namespace s3c::aws {
namespace {

std::vector<std::string> columns_of(const std::string& line) {
  std::vector<std::string> columns;
  std::istringstream text(line);
  for (std::string column; std::getline(text, column, '\t');) columns.push_back(column);
  return columns;
}

std::string address_of(const std::vector<std::string>& row) {
  EndpointSettings settings;
  settings.fips = row[2] == "true";
  settings.dual_stack = row[3] == "true";
  settings.addressing = row[4] == "path"      ? Addressing::path
                        : row[4] == "virtual" ? Addressing::virtual_host
                                              : Addressing::automatic;
  settings.url = row[5];
  try {
    const BucketAddress found = Endpoint(settings).locate(row[0], row[1]);
    EXPECT_EQ(found.origin, (found.tls ? "https://" : "http://") + found.host);
    return found.origin + found.path_root + " " + found.region;
  } catch (const base::Error&) {
    return "refused";
  }
}

TEST(EndpointTable, EveryAddressIsThatOfBotocore) {
  std::ifstream file(std::string(S3C_TEST_DATA) + "/endpoints.tsv");
  ASSERT_TRUE(file) << "the table is missing";
  std::size_t rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("# ")) continue;
    const std::vector<std::string> row = columns_of(line);
    ASSERT_EQ(row.size(), 7U) << line;
    EXPECT_EQ(address_of(row), row[6]) << line;
    ++rows;
  }
  EXPECT_GT(rows, 800U);
}

}  // namespace
}  // namespace s3c::aws
