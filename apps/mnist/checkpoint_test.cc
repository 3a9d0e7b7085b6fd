// SPDX-License-Identifier: Apache-2.0
#include "apps/mnist/checkpoint.h"

#include <gtest/gtest.h>

#include <string>

#include "support/files.h"

namespace mnist {
namespace {

class MnistCheckpoint : public testing::Test {
 protected:
  std::filesystem::path file_ = std::filesystem::path(testing::TempDir()) / "mnist_checkpoint.bin";
  void TearDown() override { std::filesystem::remove(file_); }

  // The same as in apple/Tests/MNISTKitTests/CheckpointTests.swift.
  static Checkpoint example() {
    return {.model = "softmax",
            .options = {.epochs = 7,
                        .batch = 20,
                        .seed = 4000000000u,
                        .rate = 0.25,
                        .decay = 0.7,
                        .loss_threshold = 0.125},
            .place = {.epoch = 3, .done = 1600, .total = 10000, .loss_sum = 801.5, .correct = 1234},
            .parameters = {{"w", {1.0f, -2.5f, 0.1f}}, {"b", {}}}};
  }
  static std::string error_of(const std::filesystem::path& file) {
    auto read = read_checkpoint(file);
    return read ? "no error" : read.failure().what;
  }
};

TEST_F(MnistCheckpoint, ComesBackAsItWasWritten) {
  ASSERT_TRUE(write_checkpoint(example(), file_));
  auto read = read_checkpoint(file_);
  ASSERT_TRUE(read) << read.failure().what;
  EXPECT_EQ(read->model, "softmax");
  EXPECT_EQ(read->options.epochs, 7u);
  EXPECT_EQ(read->options.batch, 20u);
  EXPECT_EQ(read->options.seed, 4000000000u);
  EXPECT_EQ(read->options.rate, 0.25);
  EXPECT_EQ(read->options.decay, 0.7);
  EXPECT_EQ(read->options.loss_threshold, 0.125);
  EXPECT_EQ(read->place.epoch, 3u);
  EXPECT_EQ(read->place.done, 1600u);
  EXPECT_EQ(read->place.total, 10000u);
  EXPECT_EQ(read->place.loss_sum, 801.5);
  EXPECT_EQ(read->place.correct, 1234u);
  ASSERT_EQ(read->parameters.size(), 2u);
  EXPECT_EQ(read->parameters[0].name, "w");
  EXPECT_EQ(read->parameters[0].values, (std::vector{1.0f, -2.5f, 0.1f}));
  EXPECT_EQ(read->parameters[1].name, "b");
  EXPECT_TRUE(read->parameters[1].values.empty());
}

TEST_F(MnistCheckpoint, HasTheBytesThatSwiftWrites) {
  ASSERT_TRUE(write_checkpoint(example(), file_));
  auto bytes = tinsmith::read_file(file_);
  ASSERT_TRUE(bytes);
  std::string hex;
  for (std::byte b : *bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    hex += {kDigits[std::to_integer<int>(b) >> 4], kDigits[std::to_integer<int>(b) & 15]};
  }
  EXPECT_EQ(hex,
            "5453434b0200000007000000736f66746d617803000000400600001027000000000000000c8940d2"
            "04000000000000070000001400000000286bee000000000000d03f666666666666e63f0000000000"
            "00c03f0200000001000000770c000000000000000000803f000020c0cdcccc3d0100000062000000"
            "0000000000");
}

TEST_F(MnistCheckpoint, IsRefusedWhenCutAnywhereOrTooLong) {
  ASSERT_TRUE(write_checkpoint(example(), file_));
  auto whole = tinsmith::read_file(file_);
  ASSERT_TRUE(whole);
  for (size_t size = 0; size < whole->size(); ++size) {
    ASSERT_TRUE(tinsmith::write_file(file_, std::span(*whole).first(size)));
    EXPECT_NE(error_of(file_).find("not a checkpoint of this version, or cut short"),
              std::string::npos)
        << size;
  }
  whole->push_back({});
  ASSERT_TRUE(tinsmith::write_file(file_, *whole));
  EXPECT_NE(error_of(file_).find("not a checkpoint"), std::string::npos);
}

}  // namespace
}  // namespace mnist
