// SPDX-License-Identifier: Apache-2.0
#include "runtime/progress.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace tinsmith::runtime {
namespace {

Failure failure(const char* what) { return {what, Blame::World}; }

TEST(Progress, CallsBackWhenAllBatchesUpToOneAreFinished) {
  Progress progress;
  std::vector<int> called;
  progress.when_finished(1, [&](const Completion&) { called.push_back(1); });
  progress.when_finished(2, [&](const Completion&) { called.push_back(2); });
  progress.report(2, std::nullopt, 0);
  EXPECT_TRUE(called.empty());
  EXPECT_FALSE(progress.is_finished(2));
  progress.report(1, std::nullopt, 0);
  EXPECT_EQ(called, (std::vector{1, 2}));
  EXPECT_EQ(progress.finished(), 2u);
}

TEST(Progress, CallsBackAtOnceWhatIsFinishedAlready) {
  Progress progress;
  progress.report(1, std::nullopt, 0);
  bool called = false;
  progress.when_finished(1, [&](const Completion&) { called = true; });
  EXPECT_TRUE(called);
}

TEST(Progress, SumsTheSecondsSinceTheLastCallBack) {
  Progress progress;
  std::vector<double> seconds;
  const Done note = [&](const Completion& c) { seconds.push_back(c.device_seconds); };
  progress.when_finished(2, note);
  progress.report(1, std::nullopt, 0.25);
  progress.report(2, std::nullopt, 0.5);
  progress.report(3, std::nullopt, 1);
  progress.when_finished(3, note);
  progress.when_finished(3, note);
  EXPECT_EQ(seconds, (std::vector{0.75, 1.0, 0.0}));
}

TEST(Progress, TellsTheFirstFailureToTheCallBackAndToWhoAsks) {
  Progress progress;
  std::vector<std::string> told;
  const Done note = [&](const Completion& c) {
    told.push_back(c.failure == nullptr ? "" : c.failure->what);
  };
  progress.when_finished(2, note);
  progress.report(1, failure("first"), 0);
  progress.report(2, failure("second"), 0);
  progress.report(3, std::nullopt, 0);
  progress.when_finished(3, note);
  EXPECT_EQ(told, (std::vector<std::string>{"first", ""}));
  const auto taken = progress.take_failure();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->what, "first");
  EXPECT_FALSE(progress.take_failure());
}

TEST(Progress, WhatWasAskedForIsNotToldToLaterCallBacks) {
  Progress progress;
  progress.report(1, failure("first"), 0);
  EXPECT_TRUE(progress.take_failure());
  bool failed = true;
  progress.when_finished(1, [&](const Completion& c) { failed = c.failure != nullptr; });
  EXPECT_FALSE(failed);
}

TEST(Progress, WaitsForReportsOfOtherThreads) {
  Progress progress;
  bool called = false;
  progress.when_finished(3, [&](const Completion&) { called = true; });
  std::thread one([&] { progress.report(2, std::nullopt, 0); });
  std::thread two([&] { progress.report(3, std::nullopt, 0); });
  progress.report(1, std::nullopt, 0);
  progress.wait(3);
  EXPECT_TRUE(called);
  one.join();
  two.join();
}

TEST(Progress, ACallBackThatComesLateIsNotLost) {
  Progress progress;
  bool inner = false;
  // What is asked for while a call back runs, for the same batch, is called too.
  progress.when_finished(1, [&](const Completion&) {
    progress.when_finished(1, [&](const Completion&) { inner = true; });
  });
  progress.report(1, std::nullopt, 0);
  EXPECT_TRUE(inner);
}

}  // namespace
}  // namespace tinsmith::runtime
