// SPDX-License-Identifier: Apache-2.0
// What `tinsmith metal --per-task --numbering auto` writes takes the place of what an app made with
// spirv-cross and Apple's compiler, and the app stays as it is.
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "fake_metal_test.h"
#import "legacy_app.h"
#include "reference.h"

namespace {

// Where make.py has put packages and libraries.
NSURL* files() { return [NSURL fileURLWithPath:@DROP_IN_FILES]; }

// Its dispatchThreads with groups that are not whole needs a real GPU, no simulator.
class DropIn : public fake_metal::Test {
 protected:
  static LegacyApp* app(NSString* name, NSString* metadata = nil) {
    NSURL* package = [files() URLByAppendingPathComponent:name];
    NSURL* json = metadata ? [NSURL fileURLWithPath:metadata]
                           : [package URLByAppendingPathComponent:@"package/metadata.json"];
    NSError* error = nil;
    LegacyApp* made =
        [[LegacyApp alloc] initWithMetadata:json
                                  libraries:[package URLByAppendingPathComponent:@"libraries"]
                                      error:&error];
    EXPECT_NE(made, nil) << (error ? error.localizedDescription.UTF8String : "");
    return made;
  }

  // Plays expected.json of a genuine package.
  static void play(NSString* name) {
    NSURL* folder = [NSURL fileURLWithPath:@DROP_IN_GENUINE];
    folder = [folder URLByAppendingPathComponent:name];
    LegacyApp* legacy =
        app(name, [folder URLByAppendingPathComponent:@"package/metadata.json"].path);
    ASSERT_NE(legacy, nil);
    NSURL* url = [folder URLByAppendingPathComponent:@"expected.json"];
    NSDictionary* expected =
        [NSJSONSerialization JSONObjectWithData:[NSData dataWithContentsOfURL:url]
                                        options:0
                                          error:nil];
    int compared = 0;
    for (NSDictionary* step in expected[@"steps"]) {
      if ([step[@"op"] isEqualToString:@"launch"]) {
        launch(legacy, step);
      } else {
        compared += exchange(legacy, step);
      }
    }
    EXPECT_GT(compared, 0);
  }

  static void launch(LegacyApp* legacy, NSDictionary* step) {
    std::vector<std::byte> block;
    for (NSNumber* argument in step[@"args"]) {
      const auto value = static_cast<float>(argument.doubleValue);
      const auto* bytes = reinterpret_cast<const std::byte*>(&value);
      block.insert(block.end(), bytes, bytes + sizeof(value));
    }
    block.resize((block.size() + 15) / 16 * 16);  // the size that metadata.json tells
    [legacy run:step[@"kernel"] arguments:block arrays:{}];
  }

  // Writes a field, or reads and compares it; returns how many numbers were compared.
  static int exchange(LegacyApp* legacy, NSDictionary* step) {
    NSString* name = step[@"field"];
    NSArray<NSNumber*>* data = step[@"value"][@"data"];
    const bool is_real = [step[@"value"][@"dtype"] hasPrefix:@"float"];
    void* at = [legacy field:name];
    EXPECT_EQ(data.count, [legacy lengthOfField:name]);
    const double tolerance = [step[@"tolerance"] doubleValue];
    int compared = 0;
    for (NSUInteger i = 0; i < data.count; ++i) {
      if ([step[@"op"] isEqualToString:@"write_field"]) {
        if (is_real)
          static_cast<float*>(at)[i] = static_cast<float>(data[i].doubleValue);
        else
          static_cast<int32_t*>(at)[i] = static_cast<int32_t>(data[i].integerValue);
        continue;
      }
      const double actual = is_real ? static_cast<double>(static_cast<float*>(at)[i])
                                    : static_cast<double>(static_cast<int32_t*>(at)[i]);
      EXPECT_NEAR(actual, data[i].doubleValue, tolerance) << name.UTF8String << " " << i;
      ++compared;
    }
    return compared;
  }
};

TEST_F(DropIn, AGenuinePackageWithGradientsGivesWhatTaichiGave) {
  @autoreleasepool {
    play(@"a_square_grad");
  }
}

TEST_F(DropIn, AGenuineSoftmaxTrainsAsItDidInTaichi) {
  @autoreleasepool {
    play(@"h_softmax");
  }
}

TEST_F(DropIn, TheAutodiffExampleGivesItsGradient) {
  @autoreleasepool {
    LegacyApp* legacy = app(@"autodiff");
    ASSERT_NE(legacy, nil);
    for (NSString* kernel in @[ @"init_x", @"clear_loss", @"forward", @"backward" ])
      [legacy run:kernel];
    const auto* x = static_cast<const float*>([legacy field:@"x"]);
    const auto* gradient = static_cast<const float*>([legacy field:@"x_grad"]);
    const NSUInteger count = [legacy lengthOfField:@"x"];
    ASSERT_EQ(count, 100u);
    double loss = 0;
    for (NSUInteger i = 0; i < count; ++i) {
      loss += double{x[i]} * double{x[i]};
      EXPECT_NE(x[i], 0);
      EXPECT_FLOAT_EQ(gradient[i], 2 * x[i]);
    }
    EXPECT_NEAR(*static_cast<const float*>([legacy field:@"loss"]), loss, 1e-5 * loss);
  }
}

TEST_F(DropIn, ArgumentsAreAt0AndTheRootIsAfterThemOrAt0) {
  @autoreleasepool {
    LegacyApp* legacy = app(@"mlp");
    ASSERT_NE(legacy, nil);
    [legacy run:@"update" argument:kRate];
    [legacy run:@"forward"];
    for (const auto& [task, indices] : legacy.bound) {
      const bool has_arguments = task.starts_with("update");
      EXPECT_EQ(indices.first, has_arguments ? 0 : -1) << task;
      EXPECT_EQ(indices.second, has_arguments ? 1 : 0) << task;
    }
    EXPECT_EQ(legacy.bound.size(), 9u);
  }
}

float noise(uint32_t& state) {  // 0…1
  state = state * 1664525u + 1013904223u;
  return static_cast<float>(state >> 8) / static_cast<float>(1u << 24);
}

// Ten patterns with noise, and weights as a trainer draws them.
void draw(Samples& samples, Weights& weights, int32_t count) {
  uint32_t state = 7;
  std::vector<float> patterns(10 * 784);
  for (float& pixel : patterns) pixel = noise(state);
  for (int32_t i = 0; i < count; ++i) {
    const int32_t label = i * 7 % 10;
    samples.labels.push_back(label);
    samples.order.push_back((i * 37 + 5) % count);
    for (int32_t p = 0; p < 784; ++p)
      samples.images.push_back(0.7f * patterns[static_cast<size_t>(label * 784 + p)] +
                               0.3f * noise(state));
  }
  const auto fill = [&](std::vector<float>& into, size_t size, float scale) {
    into.resize(size);
    for (float& each : into) each = (2 * noise(state) - 1) * scale;
  };
  fill(weights.w1, 128 * 784, std::sqrt(6.f / 784));
  fill(weights.b1, 128, 0);
  fill(weights.w2, 10 * 128, std::sqrt(6.f / 128));
  fill(weights.b2, 10, 0);
}

// Two shapes behind pointers that nobody reads, then two numbers: as metadata.json tells.
std::vector<std::byte> gather_arguments(int32_t count, int32_t first) {
  std::vector<std::byte> block(112);
  const auto put = [&](size_t at, int32_t value) { std::memcpy(&block[at], &value, 4); };
  put(0, count), put(4, 784), put(32, count), put(64, count);
  put(96, first), put(100, kBatch);
  return block;
}

TEST_F(DropIn, MnistTrainsAsOnTheCpuDevice) {
  constexpr int32_t kCount = 20 * kBatch;
  Samples samples;
  Weights weights;
  draw(samples, weights, kCount);
  const std::vector<float> expected = train_on_cpu(DROP_IN_FILES "/mlp/package", samples, weights);
  ASSERT_EQ(expected.size(), 20u);
  EXPECT_LT(expected.back(), 0.5f * expected.front()) << "it learns";
  @autoreleasepool {
    LegacyApp* legacy = app(@"mlp");
    ASSERT_NE(legacy, nil);
    const auto set = [&](NSString* field, const std::vector<float>& values) {
      ASSERT_EQ(values.size(), [legacy lengthOfField:field]);
      std::memcpy([legacy field:field], values.data(), values.size() * sizeof(float));
    };
    set(@"w1", weights.w1), set(@"b1", weights.b1);
    set(@"w2", weights.w2), set(@"b2", weights.b2);
    const auto buffer = [&](const auto& values) {
      return [legacy newBufferWithBytes:values.data() length:values.size() * 4];
    };
    const std::map<int, id<MTLBuffer>> arrays = {
        {0, buffer(samples.images)}, {1, buffer(samples.labels)}, {2, buffer(samples.order)}};
    for (size_t step = 0; step < expected.size(); ++step) {
      const auto first = static_cast<int32_t>(step) * kBatch;
      [legacy run:@"gather" arguments:gather_arguments(kCount, first) arrays:arrays];
      [legacy run:@"clear"];
      [legacy run:@"forward"];
      [legacy run:@"forward_grad"];
      [legacy run:@"update" argument:kRate];
      EXPECT_NEAR(*static_cast<const float*>([legacy field:@"loss"]), expected[step], 1e-5)
          << "step " << step;
    }
  }
}

}  // namespace
