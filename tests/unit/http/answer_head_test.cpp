// Which heads of answers are read, which are refused, and what is read from them.
#include "http/answer_head.h"

#include <gtest/gtest.h>

#include <string>

namespace s3c::http {
namespace {

const std::string kGood =
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag:\"e\"\r\nx-amz-meta-a: \t b c\t \r\nEmpty:\r\n\r\n";

HeadProgress read(const std::string& bytes) {
  AnswerHead head;
  return read_answer_head(bytes, head);
}

/// An answer with these lines, each with its line end, between a status line and the end of the head.
std::string with_fields(const std::string& lines) {
  return "HTTP/1.1 200 OK\r\n" + lines + "\r\n";
}

TEST(AnswerHead, OfAnOrdinaryAnswer) {
  const std::string bytes = kGood + "hello";  // the head points into it
  AnswerHead head;
  ASSERT_EQ(read_answer_head(bytes, head), HeadProgress::complete);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.content_length, 5U);
  EXPECT_EQ(head.size_bytes, kGood.size());
  EXPECT_FALSE(head.closes);
  using Field = std::pair<std::string_view, std::string_view>;
  EXPECT_EQ(head.fields,
            (std::vector<Field>{
                {"Content-Length", "5"}, {"ETag", "\"e\""}, {"x-amz-meta-a", "b c"}, {"Empty", ""}}));
}

TEST(AnswerHead, EveryPieceOfAGoodOneNeedsMore) {
  for (std::size_t size = 0; size < kGood.size(); ++size)
    EXPECT_EQ(read(kGood.substr(0, size)), HeadProgress::incomplete) << size;
}

TEST(AnswerHead, StatusesWithABodyAfterWhichNothingFollows) {
  const auto with_status = [](const std::string& status) {
    return read("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n");
  };
  for (const char* good : {"200 OK", "200 ", "206 Partial Content", "403 F", "404 ", "503 Slow Down"})
    EXPECT_EQ(with_status(good), HeadProgress::complete) << good;
  for (const char* bad : {"100 Continue", "101 S",      "199 ",     "201 ",    "204 No Content", "301 M",
                          "304 N",        "307 T",      "600 ",     "999 ",    "000 ",           "099 ",
                          "200",          "20 OK",      "2000 ",    "200\tOK", "+20 OK",         " 200 OK",
                          "0x2 OK",       "200 O\x01K", "200 O\rK", "-12 "})
    EXPECT_EQ(with_status(bad), HeadProgress::refused) << bad;
}

TEST(AnswerHead, OnlyVersionOneOne) {
  for (const char* start : {"HTTP/1.0 ", "HTTP/2 ", "HTTP/1.10 ", "http/1.1 ", "HTTP/1.1\t", " HTTP/1.1 ",
                            "HTTP/1.1  ", "\r\nHTTP/1.1 ", "SSH-2.0", "\xffHTTP"})
    EXPECT_EQ(read(std::string(start) + "200 OK\r\nContent-Length: 0\r\n\r\n"), HeadProgress::refused)
        << start;
  EXPECT_EQ(read("SSH"), HeadProgress::refused) << "at once: more would never come";
}

TEST(AnswerHead, TheEndOfTheBodyIsSaidOnceAndInOneWay) {
  const std::string length = "Content-Length: 5\r\n";
  for (const std::string& bad :
       {std::string(), length + length, length + "content-length: 6\r\n",
        length + "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\n" + length,
        length + "transfer-encoding: identity\r\n", length + "TRANSFER-ENCODING:\r\n",
        std::string("Content-Length:\r\n"), std::string("Content-Length: 5, 5\r\n"),
        std::string("Content-Length: +5\r\n"), std::string("Content-Length: -5\r\n"),
        std::string("Content-Length: 5 5\r\n"), std::string("Content-Length: 0x5\r\n"),
        std::string("Content-Length: 5a\r\n"), std::string("Content-Length: 5.\r\n"),
        std::string("Content-Length: \"5\"\r\n"), std::string("Content-Length: 1000000000000000000\r\n"),
        std::string("Content-Length: 18446744073709551621\r\n")})
    EXPECT_EQ(read(with_fields(bad)), HeadProgress::refused) << bad;
  AnswerHead head;
  EXPECT_EQ(read_answer_head(with_fields("CONTENT-length:  999999999999999999 \r\n"), head),
            HeadProgress::complete);
  EXPECT_EQ(head.content_length, 999'999'999'999'999'999U);
}

TEST(AnswerHead, WhetherTheServerCloses) {
  const auto with_connection = [](const std::string& value, AnswerHead& head) {
    return read_answer_head(with_fields("Content-Length: 0\r\n" + value), head);
  };
  AnswerHead head;
  EXPECT_EQ(with_connection("connection: Close\r\n", head), HeadProgress::complete);
  EXPECT_TRUE(head.closes);
  EXPECT_EQ(with_connection("Connection: Keep-Alive\r\n", head), HeadProgress::complete);
  EXPECT_FALSE(head.closes);
  for (const char* bad :
       {"Connection: close, TE\r\n", "Connection: upgrade\r\n", "Connection:\r\n",
        "Connection: close\r\nConnection: close\r\n", "Connection: keep-alive\r\nConnection: close\r\n"})
    EXPECT_EQ(with_connection(bad, head), HeadProgress::refused) << bad;
}

TEST(AnswerHead, LinesThatAnotherReaderCouldReadInAnotherWay) {
  using namespace std::string_literals;
  for (const std::string& bad :
       {"A: b\n"s,       "A: b\r\r\n"s,     "A: b\n\r\n"s, "A: b\rC: d\r\n"s,  " A: b\r\n"s,
        "\tA: b\r\n"s,   "A: b\r\n c\r\n"s, "A : b\r\n"s,  "A\t: b\r\n"s,      "A b: c\r\n"s,
        ": b\r\n"s,      "A\r\n"s,          "A; b\r\n"s,   "A\0: b\r\n"s,      "A: b\0c\r\n"s,
        "A: b\x01\r\n"s, "A: b\x7f\r\n"s,   "A(: b\r\n"s,  "\xc3\xa4: b\r\n"s, "A: \x1b[2J\r\n"s})
    for (const std::string& lines : {bad + "Content-Length: 5\r\n", "Content-Length: 5\r\n" + bad})
      EXPECT_EQ(read(with_fields(lines)), HeadProgress::refused) << testing::PrintToString(lines);
  EXPECT_EQ(read("HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n"), HeadProgress::refused);
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\n"), HeadProgress::refused);
  EXPECT_EQ(read(with_fields("A: \xc3\xa4\r\nContent-Length: 5\r\n")), HeadProgress::complete);
}

TEST(AnswerHead, HasABound) {
  const std::string end = "\r\n\r\n";
  const std::string begin = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: ";
  const std::string longest(kMaxHead_bytes - begin.size() - end.size(), 'x');
  EXPECT_EQ(read(begin + longest + end), HeadProgress::complete);
  EXPECT_EQ(read(begin + longest + "x" + end), HeadProgress::refused);
  EXPECT_EQ(read(begin + longest + "xxxx"), HeadProgress::refused) << "its end needn't come";
}

}  // namespace
}  // namespace s3c::http
