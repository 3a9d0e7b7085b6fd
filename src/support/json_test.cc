// SPDX-License-Identifier: Apache-2.0
#include "support/json.h"

#include <gtest/gtest.h>

#include <clocale>

#include "support/check.h"

namespace tinsmith {
namespace {

Json parsed(std::string_view text) {
  Result<Json> json = parse_json(text, "t");
  EXPECT_TRUE(json) << text << ": " << json.failure().what;
  return json ? std::move(*json) : Json();
}

std::string refusal(std::string_view text, size_t max_depth = 128) {
  Result<Json> json = parse_json(text, "t", max_depth);
  return json ? "accepted" : json.failure().what;
}

TEST(Json, CompactTextOfWhatWasReadIsTheSameText) {
  for (std::string_view text :
       {"null", "true", "[]", "{}", "[1,-2,\"x\",{\"b\":[],\"a\":null}]", "0", "-1", "0.5", "1e+30",
        "\"\\\"\\\\\\n\\t\\u0001\"", "18446744073709551615", "-9223372036854775808", "\"é😀\""})
    EXPECT_EQ(to_text(parsed(text)), text);
}

TEST(Json, KeepsIntegersExact) {
  EXPECT_EQ(parsed("9223372036854775807").as_int(), INT64_MAX);
  EXPECT_EQ(parsed("9223372036854775808").as_int(), std::nullopt);
  EXPECT_EQ(parsed("9223372036854775808").as_uint(), uint64_t{1} << 63);
  EXPECT_EQ(parsed("-1").as_uint(), std::nullopt);
  EXPECT_EQ(parsed("18446744073709551616").kind(), Json::Kind::Double);
  EXPECT_EQ(parsed("1.0").as_int(), std::nullopt);
  EXPECT_EQ(parsed("3").as_double(), 3.0);
  EXPECT_EQ(Json(uint64_t{7}), Json(7));
}

TEST(Json, DoublesComeBackBitForBit) {
  for (double v : {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -0.0, 100.0, 1e22}) {
    Json json = parsed(to_text(Json(v)));
    EXPECT_EQ(json.kind(), Json::Kind::Double) << v;
    EXPECT_EQ(to_text(json), to_text(Json(v)));
    EXPECT_EQ(json.as_double(), v);
  }
}

TEST(Json, DoesNotDependOnTheLocale) {
  std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* comma : {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8"})
    if (std::setlocale(LC_ALL, comma)) break;
  double value = *parsed("0.5").as_double();
  std::string text = to_text(Json(0.25));
  std::setlocale(LC_ALL, before.c_str());
  EXPECT_EQ(value, 0.5);
  EXPECT_EQ(text, "0.25");
}

TEST(Json, ReadsEscapes) {
  EXPECT_EQ(*parsed(R"("\u0041\u00e9\u20ac\ud83d\ude00\/\b\f\r")").as_string(), "Aé€😀/\b\f\r");
}

TEST(Json, FindsMembersAndKeepsTheirOrder) {
  Json json = parsed(R"( { "z" : 1 , "a" : [ 2 ] } )");
  ASSERT_TRUE(json.find("a"));
  EXPECT_EQ(json.find("a")->as_array()->at(0).as_int(), 2);
  EXPECT_EQ(json.find("y"), nullptr);
  EXPECT_EQ(json.as_object()->at(0).name, "z");
  json.set("z", 3).set("b", Json().push(true));
  EXPECT_EQ(to_text(json), R"({"z":3,"a":[2],"b":[true]})");
}

TEST(Json, IndentedTextKeepsPlainArraysOnALine) {
  EXPECT_EQ(
      to_text(parsed(R"({"a":[1,2],"b":[{"c":[]}],"d":{}})"), JsonStyle::Indented),
      "{\n  \"a\": [1, 2],\n  \"b\": [\n    {\n      \"c\": []\n    }\n  ],\n  \"d\": {}\n}\n");
}

TEST(Json, SaysWhereAndWhatIsWrong) {
  EXPECT_EQ(refusal("{\"a\": 1,\n \"é\" 2}"), "t:2:6: expected ':' (byte 15)");
  EXPECT_EQ(refusal(""), "t:1:1: the text ends too early (byte 0)");
  EXPECT_EQ(refusal("[1,"), "t:1:4: the text ends too early (byte 3)");
  EXPECT_EQ(refusal("{} x"), "t:1:4: something follows the value (byte 3)");
  EXPECT_EQ(refusal("[1 2]"), "t:1:4: expected ',' or ']' (byte 3)");
  EXPECT_EQ(refusal("{\"a\":1,\"b\":2,\"a\":3}"),
            "t:1:1: this object has the name 'a' twice (byte 0)");
  EXPECT_EQ(refusal("\"\\ud83d\""), "t:1:2: lone surrogate (byte 1)");
  EXPECT_EQ(refusal("1e999"), "t:1:1: number out of range (byte 0)");
  EXPECT_EQ(refusal("01"), "t:1:2: a number does not begin with 0 (byte 1)");
  EXPECT_EQ(refusal("\xEF\xBB\xBF{}"), "t:1:1: byte order mark before the value (byte 0)");
}

TEST(Json, RefusesWhatTheStandardDoesNotAllow) {
  for (std::string_view text : {"[1,]",
                                "{\"a\":1,}",
                                "{a:1}",
                                "'a'",
                                "+1",
                                ".5",
                                "1.",
                                "1e",
                                "-",
                                "NaN",
                                "Infinity",
                                "tru",
                                "nul",
                                "\"\t\"",
                                "\"a",
                                "\"\\x\"",
                                "\"\\u12g4\"",
                                "\"\\u12\"",
                                "\"\\udc00\"",
                                "// c\n1",
                                "\"\xC0\xAF\"",
                                "\"\xED\xA0\x80\"",
                                "\"\xF5\x80\x80\x80\"",
                                "\"\xE2\x82\"",
                                "[",
                                "{",
                                "\v1",
                                "\"\\ud800\\u0041\"",
                                "\"\\"})
    EXPECT_NE(refusal(text), "accepted") << text;
  EXPECT_NE(refusal(std::string_view("1\0", 2)), "accepted");
}

TEST(Json, LimitsTheDepth) {
  EXPECT_EQ(refusal("[[[]]]", 3), "accepted");
  EXPECT_EQ(refusal("[[[]]]", 2), "t:1:3: nested too deeply (byte 2)");
  EXPECT_NE(refusal(std::string(1000000, '[')), "accepted");
}

TEST(Json, NotANumberHasNoText) { EXPECT_THROW(to_text(Json(0.0 / 0.0)), InternalError); }

}  // namespace
}  // namespace tinsmith
