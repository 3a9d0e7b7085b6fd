// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "dataset.h"
#include "devices/devices.h"
#include "pictures.h"
#include "support/check.h"
#include "support/files.h"
#include "trainer.h"

namespace mnist {

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
  TrainOptions train;
  uint32_t digits = 32, threads = 0;
  bool resume = false, validation = false;
};

Result<> prepare(const PrepareOptions& options) {
  TS_TRY_ASSIGN(all, read_idx_folder(options.from));
  Dataset subset;
  TS_TRY_ASSIGN(train, sample(all.train, options.train, options.seed, "training"));
  TS_TRY_ASSIGN(test, sample(all.test, options.test, options.seed + 1, "test"));
  subset.train = std::move(train);
  subset.test = std::move(test);
  TS_TRY(write_subset(subset, options.out));
  std::printf("wrote %s: %u training and %u test digits of %u and %u, seed %llu\n",
              options.out.c_str(), options.train, options.test, all.train.count(), all.test.count(),
              static_cast<unsigned long long>(options.seed));
  return Ok{};
}

void show_progress(const Progress& p) {
  constexpr int kWidth = 30;
  int filled = static_cast<int>(uint64_t{p.done} * kWidth / p.total);
  std::string bar = std::string(static_cast<size_t>(filled), '=') +
                    std::string(static_cast<size_t>(kWidth - filled), ' ');
  std::fprintf(stderr, "\repoch %2u [%s] %6u/%u  loss %.4f  %.0f samples/s ", p.epoch, bar.c_str(),
               p.done, p.total, p.loss, p.samples_per_second);
}

void show_epoch(const EpochReport& r, bool terminal) {
  if (terminal) std::fprintf(stderr, "\r\033[K");
  std::printf(
      "epoch %2u  loss %.4f  accuracy %.2f %%   test loss %.4f  accuracy %.2f %%   "
      "%.1f s, %.0f samples/s\n",
      r.epoch, r.train_loss, 100 * r.train_accuracy, r.test_loss, 100 * r.test_accuracy, r.seconds,
      r.samples_per_second);
  std::fflush(stdout);
}

// Numbers with all their digits: whoever compares two runs must see a difference in the last bit.
std::string history(const std::vector<EpochReport>& reports) {
  std::string out;
  for (const EpochReport& r : reports) {
    char line[320];
    std::snprintf(line, sizeof line,
                  "{\"epoch\":%u,\"train_loss\":%.17g,\"train_accuracy\":%.17g,"
                  "\"test_loss\":%.17g,\"test_accuracy\":%.17g,\"seconds\":%.3f}\n",
                  r.epoch, r.train_loss, r.train_accuracy, r.test_loss, r.test_accuracy, r.seconds);
    out += line;
  }
  return out;
}

std::string curve(const std::vector<Progress>& chunks) {
  std::string out;
  for (const Progress& p : chunks) {
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

Result<> infer(Trainer& trainer, const Dataset& data, const RunOptions& options) {
  uint32_t count = std::min(options.digits, data.test.count());
  TS_TRY_ASSIGN(digits, sample(data.test, count, options.train.seed + 2, "digit"));
  std::vector<Prediction> predictions = trainer.predict(digits);
  std::filesystem::path file = std::filesystem::path(options.out) / "digits.png";
  TS_TRY(draw_digits(digits, predictions, file));
  std::printf("\n%s\nwrote %s\n", digits_as_text(digits, predictions, 5).c_str(), file.c_str());
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

Result<> write_results(const RunOptions& options, const std::vector<EpochReport>& reports,
                       const std::vector<Progress>& chunks) {
  std::filesystem::path out(options.out);
  TS_TRY(tinsmith::write_file(out / "history.jsonl", history(reports)));
  TS_TRY(tinsmith::write_file(out / "curve.jsonl", curve(chunks)));
  if (reports.empty()) return Ok{};
  char title[96];
  std::snprintf(title, sizeof title, "MNIST: test accuracy %.2f %% after %u epochs",
                100 * reports.back().test_accuracy, reports.back().epoch);
  TS_TRY(draw_curves(reports, title, out / "curves.png"));
  std::printf("\n%s", curves_as_text(reports).c_str());
  return Ok{};
}

Result<> train(const RunOptions& options) {
  Interrupt interrupt;
  TS_TRY_ASSIGN(data, read_subset(options.data));
  tinsmith::Package package(options.package);
  tinsmith::Device device = open_device(options);
  Trainer trainer(device, package, data);
  std::printf("%s (%s)\non %s\n%llu parameters, batches of %u, %u training and %u test digits\n",
              options.package.c_str(), package.targets(), device.info().name,
              static_cast<unsigned long long>(trainer.parameter_count()), options.train.batch,
              data.train.count(), data.test.count());

  std::filesystem::path out(options.out);
  std::filesystem::path file = out / "checkpoint.bin";
  if (options.resume) {
    TS_TRY_ASSIGN(checkpoint, read_checkpoint(file));
    if (checkpoint.place.epoch > options.train.epochs)
      return Failure{file.string() + ": has " + std::to_string(checkpoint.place.epoch - 1) +
                     " epochs behind it; more of them (--epochs) give --resume something to do"};
    trainer.restore(checkpoint, options.train);
  } else {
    trainer.begin(options.train);
  }

  bool terminal = isatty(STDERR_FILENO) != 0;
  std::vector<EpochReport> reports;
  std::vector<Progress> chunks;
  Result<> saved = Ok{};
  End end = trainer.train({
      .after_chunk =
          [&](const Progress& progress) {
            chunks.push_back(progress);
            if (terminal) show_progress(progress);
            return saved && !interrupt.came();
          },
      .after_epoch =
          [&](const EpochReport& report) {
            reports.push_back(report);
            show_epoch(report, terminal);
            saved = write_checkpoint(trainer.checkpoint(), file);
          },
  });
  TS_TRY(saved);
  if (end == End::Stopped) TS_TRY(write_checkpoint(trainer.checkpoint(), file));
  if (end == End::LossThreshold)
    std::printf("stopped: the loss is below %g\n", options.train.loss_threshold);
  TS_TRY(write_results(options, reports, chunks));
  if (end == End::Stopped) {
    std::printf("stopped; --resume goes on from %s\n", file.c_str());
    return Ok{};
  }
  TS_TRY(infer(trainer, data, options));
  std::printf("wrote %s and %s\ntest accuracy %.4f\n", (out / "curves.png").c_str(), file.c_str(),
              reports.back().test_accuracy);
  return Ok{};
}

CLI::App* add_prepare(CLI::App& app, PrepareOptions& options) {
  CLI::App* command = app.add_subcommand("prepare", "draw a subset of the digits");
  command->add_option("--from", options.from, "folder with the IDX files")->required();
  command->add_option("--train", options.train, "training digits");
  command->add_option("--test", options.test, "test digits");
  command->add_option("--seed", options.seed, "which digits are drawn");
  command->add_option("-o,--out", options.out, "file to write");
  return command;
}

void add_train(CLI::App& app, RunOptions& options) {
  CLI::App* command = app.add_subcommand("train", "train, then recognise random digits");
  command
      ->add_option("--package", options.package,
                   "package of examples/mnist.py, or the bundle of its Metal libraries")
      ->required();
  command->add_option("--data", options.data, "file made by prepare");
  command->add_option("-o,--out", options.out, "folder for checkpoint and pictures");
  command->add_option("--device", options.device, "cpu, vulkan, or vulkan:PART-OF-ITS-NAME")
      ->capture_default_str();
  command->add_option("--threads", options.threads,
                      "of the cpu device; 1 gives the same numbers bit by bit each time");
  command->add_option("--epochs", options.train.epochs, "those before a checkpoint included")
      ->check(CLI::Range(1, 10000));
  command->add_option("--batch", options.train.batch, "digits a step")->check(CLI::PositiveNumber);
  command->add_option("--rate", options.train.rate, "learning rate")->check(CLI::PositiveNumber);
  command->add_option("--decay", options.train.decay, "of the learning rate from epoch to epoch")
      ->check(CLI::Range(0.01, 1.0));
  command->add_option("--loss-threshold", options.train.loss_threshold,
                      "stop once the training loss of an epoch is below this");
  command->add_option("--seed", options.train.seed, "of weights, order and shown digits");
  command->add_option("--digits", options.digits, "how many digits to recognise at the end")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--resume", options.resume,
                    "go on from where the checkpoint in the out folder was made");
  command->add_flag("--validation", options.validation, "with Vulkan's validation layer");
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App app{"MNIST through Tinsmith packages"};
  app.require_subcommand(1);
  PrepareOptions prepare_options;
  RunOptions train_options;
  CLI::App* prepare_command = add_prepare(app, prepare_options);
  add_train(app, train_options);
  CLI11_PARSE(app, argc, argv);

  try {
    Result<> done = prepare_command->parsed() ? prepare(prepare_options) : train(train_options);
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

}  // namespace mnist
