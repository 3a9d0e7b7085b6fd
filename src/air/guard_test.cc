// SPDX-License-Identifier: Apache-2.0
#include "air/guard.h"

#include <gtest/gtest.h>
#include <llvm/Support/ErrorHandling.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace tinsmith::air {
namespace {

// Not the work of an optimiser: each call has its frame.
[[gnu::noinline]] unsigned endless(volatile unsigned* counter) {
  volatile unsigned frame[64] = {*counter};
  *counter = *counter + 1;
  if (*counter == 0) return 0;  // not before the stack has ended
  return endless(counter) + frame[0];
}

TEST(Guard, SurvivesWhatEndsAProcess) {
  EXPECT_TRUE(survives([] {}));
  EXPECT_FALSE(survives([] { std::abort(); }));
  EXPECT_FALSE(survives([] { std::raise(SIGSEGV); }));
  EXPECT_FALSE(survives([] { llvm::report_fatal_error("Invalid record"); }));
  EXPECT_FALSE(survives([] {
    volatile unsigned counter = 0;
    EXPECT_NE(endless(&counter), 1u);
  }));
  EXPECT_TRUE(survives([] {}));
}

TEST(Guard, LetsExceptionsPass) {
  EXPECT_THROW(survives([] { throw std::runtime_error("x"); }), std::runtime_error);
}

TEST(Guard, MayBeWithinAnother) {
  bool inner = true, reached = false;
  bool outer = survives([&] {
    inner = survives([] { std::abort(); });
    reached = true;
    std::abort();
  });
  EXPECT_FALSE(inner);
  EXPECT_TRUE(reached);
  EXPECT_FALSE(outer);
}

TEST(Guard, WorksOnSeveralThreadsAtOnce) {
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (int& count : wrong) {
    threads.emplace_back([&count] {
      for (int i = 0; i < 100; ++i) {
        count += survives([] { std::raise(SIGSEGV); });
        count += !survives([] {});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4));
}

TEST(Guard, LeavesTheHandlersOfOthersAsTheyWere) {
  auto ours = [](int) {};
  auto before = std::signal(SIGFPE, ours);
  EXPECT_FALSE(survives([] { std::raise(SIGFPE); }));
  EXPECT_EQ(std::signal(SIGFPE, before), static_cast<void (*)(int)>(ours));
}

}  // namespace
}  // namespace tinsmith::air
