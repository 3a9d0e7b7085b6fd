// SPDX-License-Identifier: Apache-2.0
// Calls generated bindings (tests/bind/run.py makes the headers of tests/golden/bind) and compares
// what comes out.
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "arrays.hpp"
#include "fields.hpp"
#include "genuine_structs.hpp"
#include "numbers.hpp"

namespace {

int checks = 0;

void expect(bool right, const char* what) {
  ++checks;
  if (right) return;
  std::printf("wrong: %s\n", what);
  std::exit(1);
}
#define EXPECT(condition) expect(condition, #condition)

template <class Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const tinsmith::Error& error) {
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

void numbers_come_through(const tinsmith::Device& device, const std::filesystem::path& folder) {
  numbers net(device, folder / "numbers");
  auto seen = [&] { return net.seen.read(); };
  net.every_type(0.5f, 1.25f, 2.5, -3, -300, 70000, 1, true, 200, 60000, 7u, 11u);
  EXPECT(seen()[0] == 0.5f + 1.25f + 2.5f - 3 - 300 + 70000 + 1 + 1 + 200 + 60000 + 7 + 11);
  net.by_value({1, 2, 3}, {-5, 0}, {0, 0, 0, 0, 0, 0, 0, 0, 9}, {{{{0, 0, 0}}, {{10, 20, 30}}}},
               {0, 4});
  EXPECT(seen()[0] == 1 * 10 - 5 + 9 + 4);
  EXPECT(seen()[2] == 3 * 30 - 5 + 9 + 4);
  EXPECT(net.one(1.5f) == 3.0f);
  EXPECT(net.large() == UINT64_MAX);
  EXPECT((net.vector(2) == std::array<float, 3>{2, 4, 6}));
  EXPECT(net.matrix()[0][2] == 3 && net.matrix()[1][0] == 4 && net.matrix()[1][2] == 6);
  EXPECT(net.long_vector()[8] == 1);
  const auto [whole, half, vector] = net.several(5);
  EXPECT(whole == 6 && half == 2.5f && vector[2] == 5);
}

void arrays_and_gradients(const tinsmith::Device& device, const std::filesystem::path& folder) {
  arrays net(device, folder / "arrays.bundle");
  tinsmith::NdArray<float> x(device, {3}), y(device, {3});
  x.write(std::array{1.0f, 2.0f, 3.0f});
  y.write(std::array{10.0f, 20.0f, 30.0f});
  net.saxpy(2, x, y);
  EXPECT((y.read() == std::vector<float>{12, 24, 36}));

  net.loss_grad.set(1);
  net.energy(x, 0.5f);
  EXPECT(net.loss.value() == 7);
  EXPECT(contains(error_of([&] { net.energy.gradient(x, 0.5f); }), "gradient"));
  x.make_gradient(device);
  net.energy.gradient(x, 0.5f);
  EXPECT((x.gradient().read() == std::vector<float>{1, 2, 3}));

  net.step(1, x, y, {0.25f, 0.25f});
  EXPECT((y.read() == std::vector<float>{13.5f, 26.5f, 39.5f}));

  tinsmith::NdArray<float> flat(device, {2, 2}), points(device, {1, 2}, {2}),
      by(device, {1}, {2, 2});
  points.write(std::array{1.0f, 2.0f, 3.0f, 4.0f});
  by.write(std::array{0.0f, -1.0f, 1.0f, 0.0f});
  net.turn(points, by);
  EXPECT((points.read() == std::vector<float>{-2, 1, -4, 3}));
  const std::string wrong = error_of([&] { net.turn(flat, by); });
  EXPECT(contains(wrong, "'turn'") && contains(wrong, "'points'"));

  arrays moved = std::move(net);
  moved.saxpy(0, x, y);
  EXPECT(y.read()[0] == 13.5f);
}

void structs(const tinsmith::Device& device, const std::filesystem::path& folder) {
  genuine_structs net(device, folder / "genuine_structs.bundle");
  const auto ray = net.return_struct(2.5f);
  EXPECT(ray.origin[0] == 2.5f && ray.direction[1] == -2.5f && ray.id == 7);
  net.struct_argument({{1, 2}, {10, 20}, 3}, 0.5f);
  const std::vector<float> out = net.out.read();
  EXPECT(out[5] == 6 && out[6] == 12 && out[7] == 3);
}

void shapes_and_fingerprints(const tinsmith::Device& device, const std::filesystem::path& folder) {
  fields net(device, tinsmith::Package(folder / "fields.bundle"));
  EXPECT((fields::shape::volume == std::array<uint32_t, 3>{2, 3, 4}));
  net.touch();
  EXPECT((net.line.read() == std::vector<int32_t>{0, 1, 2, 3, 4}));
  EXPECT(net.tensors.size() == 2u * 2 * 6);
  // The package itself is as good as a bundle of it; another is refused.
  fields of_package(device, folder / "fields");
  const std::string wrong = error_of([&] { fields(device, folder / "arrays.bundle"); });
  EXPECT(contains(wrong, "tinsmith bind"));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  tinsmith::Device device("cpu");
  numbers_come_through(device, argv[1]);
  arrays_and_gradients(device, argv[1]);
  structs(device, argv[1]);
  shapes_and_fingerprints(device, argv[1]);
  std::printf("%d checks\n", checks);
}
