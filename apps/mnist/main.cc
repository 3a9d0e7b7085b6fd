// SPDX-License-Identifier: Apache-2.0
// mnist prepare | train: the demonstration of the mission, a plain client of the public runtime.
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "dataset.h"
#include "devices/devices.h"
#include "pictures.h"
#include "support/check.h"
#include "support/files.h"
#include "trainer.h"

namespace {

using tinsmith::Failure;
using tinsmith::Ok;
using tinsmith::Result;

struct PrepareOptions {
  std::string from, out = "out/mnist_subset.bin";
  uint32_t train = 10000, test = 2000;
  uint64_t seed = 1;
};

struct RunOptions {
  std::string package, data = "out/mnist_subset.bin", out = "out/mnist", device = "cpu";
  mnist::TrainOptions train;
  uint32_t digits = 32, threads = 0;
  bool resume = false, validation = false;
};

Result<> prepare(const PrepareOptions& options) {
  TS_TRY_ASSIGN(all, mnist::read_idx_folder(options.from));
  mnist::Dataset subset;
  TS_TRY_ASSIGN(train, mnist::sample(all.train, options.train, options.seed, "training"));
  TS_TRY_ASSIGN(test, mnist::sample(all.test, options.test, options.seed + 1, "test"));
  subset.train = std::move(train);
  subset.test = std::move(test);
  TS_TRY(mnist::write_subset(subset, options.out));
  std::printf("wrote %s: %u training and %u test digits of %u and %u, seed %llu\n",
              options.out.c_str(), options.train, options.test, all.train.count(), all.test.count(),
              static_cast<unsigned long long>(options.seed));
  return Ok{};
}

void show_progress(const mnist::Progress& p) {
  constexpr int kWidth = 30;
  int filled = static_cast<int>(uint64_t{p.done} * kWidth / p.total);
  std::string bar = std::string(static_cast<size_t>(filled), '=') +
                    std::string(static_cast<size_t>(kWidth - filled), ' ');
  std::fprintf(stderr, "\repoch %2u [%s] %6u/%u  loss %.4f  %.0f samples/s ", p.epoch, bar.c_str(),
               p.done, p.total, p.loss, p.samples_per_second);
}

void show_epoch(const mnist::EpochReport& r, bool terminal) {
  if (terminal) std::fprintf(stderr, "\r\033[K");
  std::printf(
      "epoch %2u  loss %.4f  accuracy %.2f %%   test loss %.4f  accuracy %.2f %%   "
      "%.1f s, %.0f samples/s\n",
      r.epoch, r.train_loss, 100 * r.train_accuracy, r.test_loss, 100 * r.test_accuracy, r.seconds,
      r.samples_per_second);
  std::fflush(stdout);
}

// Numbers with all their digits: whoever compares two runs must see a difference in the last bit.
std::string history(const std::vector<mnist::EpochReport>& reports) {
  std::string out;
  for (const mnist::EpochReport& r : reports) {
    char line[320];
    std::snprintf(line, sizeof line,
                  "{\"epoch\":%u,\"train_loss\":%.17g,\"train_accuracy\":%.17g,"
                  "\"test_loss\":%.17g,\"test_accuracy\":%.17g,\"seconds\":%.3f}\n",
                  r.epoch, r.train_loss, r.train_accuracy, r.test_loss, r.test_accuracy, r.seconds);
    out += line;
  }
  return out;
}

std::string curve(const std::vector<mnist::Progress>& chunks) {
  std::string out;
  for (const mnist::Progress& p : chunks) {
    char line[320];
    std::snprintf(
        line, sizeof line,
        "{\"epoch\":%u,\"samples\":%u,\"loss\":%.17g,\"accuracy\":%.17g,"
        "\"dispatches\":%llu,\"submissions\":%llu,\"waits\":%llu}\n",
        p.epoch, p.done, p.loss, p.accuracy, static_cast<unsigned long long>(p.dispatches),
        static_cast<unsigned long long>(p.submissions), static_cast<unsigned long long>(p.waits));
    out += line;
  }
  return out;
}

Result<> infer(mnist::Trainer& trainer, const mnist::Dataset& data, const RunOptions& options) {
  uint32_t count = std::min(options.digits, data.test.count());
  TS_TRY_ASSIGN(digits, mnist::sample(data.test, count, options.train.seed + 2, "digit"));
  std::vector<mnist::Prediction> predictions = trainer.predict(digits);
  std::filesystem::path file = std::filesystem::path(options.out) / "digits.png";
  TS_TRY(mnist::draw_digits(digits, predictions, file));
  std::printf("\n%s\nwrote %s\n", mnist::digits_as_text(digits, predictions, 5).c_str(),
              file.c_str());
  return Ok{};
}

// Ctrl-C, asked for between chunks: no handler interrupts anything. A second one ends the program.
class Interrupt {
 public:
  // Before the first thread is made, so that all of them leave the signal to this one.
  Interrupt() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }
  bool came() {
    constexpr timespec kNow{};
    if (sigtimedwait(&signals_, nullptr, &kNow) != SIGINT) return false;
    pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
    return true;
  }

 private:
  sigset_t signals_;
};

tinsmith::Device open_device(const RunOptions& options) {
  return tinsmith::Device(options.device,
                          {.threads = options.threads,
                           .cache_folder = tinsmith::devices::cache_folder(std::getenv),
                           .validation = options.validation});
}

Result<> write_results(const RunOptions& options, const std::vector<mnist::EpochReport>& reports,
                       const std::vector<mnist::Progress>& chunks) {
  std::filesystem::path out(options.out);
  TS_TRY(tinsmith::write_file(out / "history.jsonl", history(reports)));
  TS_TRY(tinsmith::write_file(out / "curve.jsonl", curve(chunks)));
  if (reports.empty()) return Ok{};
  char title[96];
  std::snprintf(title, sizeof title, "MNIST: test accuracy %.2f %% after %u epochs",
                100 * reports.back().test_accuracy, reports.back().epoch);
  TS_TRY(mnist::draw_curves(reports, title, out / "curves.png"));
  std::printf("\n%s", mnist::curves_as_text(reports).c_str());
  return Ok{};
}

Result<> train(const RunOptions& options) {
  Interrupt interrupt;
  TS_TRY_ASSIGN(data, mnist::read_subset(options.data));
  tinsmith::Package package(options.package);
  tinsmith::Device device = open_device(options);
  mnist::Trainer trainer(device, package, data);
  std::printf("%s (%s)\non %s\n%llu parameters, batches of %u, %u training and %u test digits\n",
              options.package.c_str(), package.targets(), device.info().name,
              static_cast<unsigned long long>(trainer.parameter_count()), options.train.batch,
              data.train.count(), data.test.count());

  std::filesystem::path out(options.out);
  std::filesystem::path file = out / "checkpoint.bin";
  if (options.resume) {
    TS_TRY_ASSIGN(checkpoint, mnist::read_checkpoint(file));
    if (checkpoint.place.epoch > options.train.epochs)
      return Failure{file.string() + ": has " + std::to_string(checkpoint.place.epoch - 1) +
                     " epochs behind it; more of them (--epochs) give --resume something to do"};
    trainer.restore(checkpoint, options.train);
  } else {
    trainer.begin(options.train);
  }

  bool terminal = isatty(STDERR_FILENO) != 0;
  std::vector<mnist::EpochReport> reports;
  std::vector<mnist::Progress> chunks;
  Result<> saved = Ok{};
  mnist::End end = trainer.train({
      .after_chunk =
          [&](const mnist::Progress& progress) {
            chunks.push_back(progress);
            if (terminal) show_progress(progress);
            return saved && !interrupt.came();
          },
      .after_epoch =
          [&](const mnist::EpochReport& report) {
            reports.push_back(report);
            show_epoch(report, terminal);
            saved = mnist::write_checkpoint(trainer.checkpoint(), file);
          },
  });
  TS_TRY(saved);
  if (end == mnist::End::Stopped) TS_TRY(mnist::write_checkpoint(trainer.checkpoint(), file));
  if (end == mnist::End::LossThreshold)
    std::printf("stopped: the loss is below %g\n", options.train.loss_threshold);
  TS_TRY(write_results(options, reports, chunks));
  if (end == mnist::End::Stopped) {
    std::printf("stopped; --resume goes on from %s\n", file.c_str());
    return Ok{};
  }
  TS_TRY(infer(trainer, data, options));
  std::printf("wrote %s and %s\ntest accuracy %.4f\n", (out / "curves.png").c_str(), file.c_str(),
              reports.back().test_accuracy);
  return Ok{};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"MNIST through Tinsmith packages"};
  app.require_subcommand(1);

  PrepareOptions prepare_options;
  CLI::App* prepare_command = app.add_subcommand("prepare", "draw a subset of the digits");
  prepare_command->add_option("--from", prepare_options.from, "folder with the IDX files")
      ->required();
  prepare_command->add_option("--train", prepare_options.train, "training digits");
  prepare_command->add_option("--test", prepare_options.test, "test digits");
  prepare_command->add_option("--seed", prepare_options.seed, "which digits are drawn");
  prepare_command->add_option("-o,--out", prepare_options.out, "file to write");

  RunOptions run;
  CLI::App* train_command = app.add_subcommand("train", "train, then recognise random digits");
  train_command
      ->add_option("--package", run.package,
                   "package of examples/mnist.py, or the bundle of its Metal libraries")
      ->required();
  train_command->add_option("--data", run.data, "file made by prepare");
  train_command->add_option("-o,--out", run.out, "folder for checkpoint and pictures");
  train_command->add_option("--device", run.device, "cpu, vulkan, or vulkan:PART-OF-ITS-NAME")
      ->capture_default_str();
  train_command->add_option("--threads", run.threads,
                            "of the cpu device; 1 gives the same numbers bit by bit each time");
  train_command->add_option("--epochs", run.train.epochs, "those before a checkpoint included")
      ->check(CLI::Range(1, 10000));
  train_command->add_option("--batch", run.train.batch, "digits a step")
      ->check(CLI::PositiveNumber);
  train_command->add_option("--rate", run.train.rate, "learning rate")->check(CLI::PositiveNumber);
  train_command->add_option("--decay", run.train.decay, "of the learning rate from epoch to epoch")
      ->check(CLI::Range(0.01, 1.0));
  train_command->add_option("--loss-threshold", run.train.loss_threshold,
                            "stop once the training loss of an epoch is below this");
  train_command->add_option("--seed", run.train.seed, "of weights, order and shown digits");
  train_command->add_option("--digits", run.digits, "how many digits to recognise at the end")
      ->check(CLI::Range(1, 1024));
  train_command->add_flag("--resume", run.resume,
                          "go on from where the checkpoint in the out folder was made");
  train_command->add_flag("--validation", run.validation, "with Vulkan's validation layer");
  CLI11_PARSE(app, argc, argv);

  try {
    Result<> done = prepare_command->parsed() ? prepare(prepare_options) : train(run);
    if (done) return 0;
    std::fprintf(stderr, "mnist: %s\n", done.failure().what.c_str());
    return done.failure().blame == tinsmith::Blame::Input ? 1 : 3;
  } catch (const tinsmith::Error& error) {
    std::fprintf(stderr, "mnist: %s\n", error.what());
    return error.status();
  } catch (const tinsmith::InternalError& error) {
    std::fprintf(stderr, "mnist: a bug of ours: %s\n", error.what());
    return 70;
  }
}
