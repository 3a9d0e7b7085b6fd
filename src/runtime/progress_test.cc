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

std::string asked(Progress& progress, uint64_t batch) {
  const auto failure = progress.failure(batch);
  return failure ? failure->what : "";
}
// What a call back for the batch is told.
std::string told(Progress& progress, uint64_t batch, bool hears = true) {
  std::string what = "nothing yet";
  progress.when_finished(batch, [&](const Completion& c) {
    what = c.failure == nullptr ? "" : c.failure->what;
    c.heard = hears;
  });
  return what;
}
void finish(Progress& progress, uint64_t batch, std::optional<Failure> failure = std::nullopt) {
  progress.begin(batch);
  progress.report(batch, std::move(failure), 0);
}

TEST(Progress, AFailureIsToldOnceToWhoWaitsForEverything) {
  Progress progress;
  finish(progress, 1, failure("first"));
  finish(progress, 2);
  EXPECT_EQ(asked(progress, 0), "first");
  EXPECT_EQ(asked(progress, 0), "");
}

TEST(Progress, AFailureThatACallBackHeardIsNotToldToWhoWaitsForEverything) {
  Progress progress;
  finish(progress, 1, failure("first"));
  EXPECT_EQ(told(progress, 1), "first");
  EXPECT_EQ(asked(progress, 0), "");
}

TEST(Progress, ACallBackThatOnlyKeepsTheFailureHasNotHeardIt) {
  Progress progress;
  finish(progress, 1, failure("first"));
  EXPECT_EQ(told(progress, 1, false), "first");
  EXPECT_EQ(asked(progress, 0), "first");
}

TEST(Progress, WhatAFailureSpoiltIsToldToAllWhoAskForIt) {
  Progress progress;
  finish(progress, 1);
  finish(progress, 2, failure("second"));
  finish(progress, 3);
  progress.begin(4);  // recorded before anybody heard
  EXPECT_EQ(told(progress, 3), "second");
  EXPECT_EQ(told(progress, 3), "second");
  EXPECT_EQ(asked(progress, 1), "");
  EXPECT_EQ(asked(progress, 2), "second");
  progress.report(4, std::nullopt, 0);
  EXPECT_EQ(asked(progress, 4), "second");
  finish(progress, 5);
  EXPECT_EQ(told(progress, 5), "");
  EXPECT_EQ(asked(progress, 5), "");
}

TEST(Progress, OfFailuresThatFollowEachOtherTheFirstIsTold) {
  Progress progress;
  progress.begin(1);
  progress.begin(2);
  progress.report(1, failure("first"), 0);
  progress.report(2, failure("second"), 0);
  EXPECT_EQ(asked(progress, 0), "first");
  EXPECT_EQ(asked(progress, 2), "first");
  EXPECT_EQ(asked(progress, 0), "");
  finish(progress, 3, failure("third"));
  EXPECT_EQ(asked(progress, 0), "third");
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
