// SPDX-License-Identifier: Apache-2.0
// The six kernels of bench/cases/kernels.py as one writes them in C++: the same data, the same
// loops in the same order; sums are told to be reductions, so that -O3 may vectorise them. Built by
// bench/compare.py with -O3 -march=native -fopenmp.
//
//   kernels CASE THREADS        prints {"milliseconds": of the fastest run, "check": …}
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

namespace {

using Floats = std::vector<float>;
int threads = 1;

Floats noise(size_t n) {
  Floats out(n);
  for (size_t i = 0; i < n; ++i) {
    out[i] = static_cast<float>((static_cast<uint32_t>(i) * 2654435761u) >> 8) / (1 << 24);
  }
  return out;
}

double fastest(const std::function<void()>& run) {
  using Clock = std::chrono::steady_clock;
  auto since = [](Clock::time_point t) {
    return std::chrono::duration<double>(Clock::now() - t).count();
  };
  run();
  double best = 1e30;
  for (Clock::time_point start = Clock::now(); since(start) < 0.6;) {
    Clock::time_point begin = Clock::now();
    run();
    best = std::min(best, since(begin));
  }
  return 1e3 * best;
}

double total(const Floats& values) {
  double sum = 0;
  for (float v : values) sum += std::fabs(double{v});
  return sum;
}

struct Outcome {
  double milliseconds = 0, check = 0;
};

Outcome saxpy() {
  const int n = 1 << 24;
  Floats x = noise(n), y(n);
  auto run = [&](float a) {
    float* out = y.data();
    const float* in = x.data();
#pragma omp parallel for num_threads(threads)
    for (int i = 0; i < n; ++i) out[i] = a * in[i] + out[i];
  };
  run(2.0f);
  double check = total(y);
  return {fastest([&] { run(0.5f); }), check};
}

Outcome stencil() {
  const int n = 2048;
  Floats a = noise(n * n), b(n * n);
  double milliseconds = fastest([&] {
#pragma omp parallel for num_threads(threads)
    for (int i = 1; i < n - 1; ++i) {
      const float* p = a.data() + i * n;
      float* out = b.data() + i * n;
      for (int j = 1; j < n - 1; ++j) {
        out[j] = 0.2f * (p[j] + p[j - n] + p[j + n] + p[j - 1] + p[j + 1]);
      }
    }
  });
  return {milliseconds, total(b)};
}

Outcome sum() {
  const int n = 1 << 24;
  Floats x = noise(n);
  float result = 0;
  double milliseconds = fastest([&] {
    float sum = 0;
    const float* in = x.data();
#pragma omp parallel for simd reduction(+ : sum) num_threads(threads)
    for (int i = 0; i < n; ++i) sum += in[i];
    result = sum;
  });
  return {milliseconds, result};
}

Outcome matmul() {
  const int n = 512;
  Floats a = noise(n * n), b = noise(n * n), c(n * n);
  for (float& v : b) v -= 0.5f;
  double milliseconds = fastest([&] {
#pragma omp parallel for num_threads(threads)
    for (int i = 0; i < n; ++i) {
      float* row = c.data() + i * n;
      std::fill_n(row, n, 0.0f);
      for (int k = 0; k < n; ++k) {
        const float left = a[i * n + k];
        const float* right = b.data() + k * n;
        for (int j = 0; j < n; ++j) row[j] += left * right[j];
      }
    }
  });
  return {milliseconds, total(c)};
}

Outcome nbody() {
  const int n = 8192;
  Floats position = noise(3 * n), velocity(3 * n);
  auto run = [&] {
    const float* p = position.data();
#pragma omp parallel for num_threads(threads)
    for (int i = 0; i < n; ++i) {
      float px = p[3 * i], py = p[3 * i + 1], pz = p[3 * i + 2];
      float fx = 0, fy = 0, fz = 0;
#pragma omp simd reduction(+ : fx, fy, fz)
      for (int j = 0; j < n; ++j) {
        float dx = p[3 * j] - px, dy = p[3 * j + 1] - py, dz = p[3 * j + 2] - pz;
        float r2 = dx * dx + dy * dy + dz * dz + 1e-3f;
        float s = 1.0f / (r2 * std::sqrt(r2));
        fx += dx * s;
        fy += dy * s;
        fz += dz * s;
      }
      velocity[3 * i] = velocity[3 * i] * 0.5f + fx * 1e-6f;
      velocity[3 * i + 1] = velocity[3 * i + 1] * 0.5f + fy * 1e-6f;
      velocity[3 * i + 2] = velocity[3 * i + 2] * 0.5f + fz * 1e-6f;
    }
  };
  run();
  double check = total(velocity);
  return {fastest(run), check};
}

void scatter_particles(const float* position, int begin, int end, float* grid, int m) {
  for (int p = begin; p < end; ++p) {
    float x = position[2 * p], y = position[2 * p + 1];
    int i = static_cast<int>(x), j = static_cast<int>(y);
    float fx = x - static_cast<float>(i), fy = y - static_cast<float>(j);
    float* cell = grid + i * m + j;
    cell[0] += (1 - fx) * (1 - fy);
    cell[1] += (1 - fx) * fy;
    cell[m] += fx * (1 - fy);
    cell[m + 1] += fx * fy;
  }
}

// Every thread but the first has a grid of its own, added up at the end.
void scatter_all(const Floats& position, std::vector<Floats>& grids, int m) {
  const int n = static_cast<int>(position.size() / 2);
#pragma omp parallel num_threads(threads)
  {
    int me = omp_get_thread_num();
    if (me > 0) std::fill(grids[me].begin(), grids[me].end(), 0.0f);
    int begin = static_cast<int>(int64_t{n} * me / threads);
    int end = static_cast<int>(int64_t{n} * (me + 1) / threads);
    scatter_particles(position.data(), begin, end, grids[me].data(), m);
#pragma omp barrier
#pragma omp for
    for (int c = 0; c < m * m; ++c) {
      for (int other = 1; other < threads; ++other) grids[0][c] += grids[other][c];
    }
  }
}

Outcome scatter() {
  const int n = 1 << 20, m = 512;
  Floats position = noise(2 * n);
  std::vector<Floats> grids(threads, Floats(m * m));
  for (float& v : position) v *= m - 2;
  auto run = [&] { scatter_all(position, grids, m); };
  run();
  double check = 0;
  for (float v : grids[0]) check += double{v} * double{v};
  return {fastest(run), check};
}

}  // namespace

int main(int argc, char** argv) {
  const struct {
    const char* name;
    Outcome (*measure)();
  } kCases[] = {{"saxpy", saxpy},   {"stencil", stencil}, {"sum", sum},
                {"matmul", matmul}, {"nbody", nbody},     {"scatter", scatter}};
  threads = argc == 3 ? std::atoi(argv[2]) : 0;
  for (const auto& one : kCases) {
    if (threads < 1 || std::strcmp(argv[1], one.name) != 0) continue;
    Outcome outcome = one.measure();
    std::printf("{\"milliseconds\": %.6f, \"check\": %.9g}\n", outcome.milliseconds, outcome.check);
    return 0;
  }
  std::fprintf(stderr, "usage: kernels saxpy|stencil|sum|matmul|nbody|scatter THREADS\n");
  return 2;
}
