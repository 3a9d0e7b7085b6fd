// SPDX-License-Identifier: Apache-2.0
#include "pictures.h"

#include <cairo.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <span>

#include "support/files.h"

namespace mnist {

using tinsmith::Failure;
using tinsmith::Ok;
using tinsmith::Result;

namespace {

struct Colour {
  double r, g, b;
};
constexpr Colour kInk{0.13, 0.15, 0.18}, kFaint{0.85, 0.87, 0.90}, kRight{0.10, 0.50, 0.25},
    kWrong{0.80, 0.15, 0.15}, kTrain{0.16, 0.42, 0.75}, kTest{0.90, 0.50, 0.10};

// A white canvas in device pixels.
class Canvas {
 public:
  Canvas(int width, int height)
      : surface_(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height)),
        cr_(cairo_create(surface_.get())) {
    cairo_set_source_rgb(cr_.get(), 1, 1, 1);
    cairo_paint(cr_.get());
  }

  cairo_t* cr() { return cr_.get(); }
  void colour(Colour c) { cairo_set_source_rgb(cr_.get(), c.r, c.g, c.b); }

  // align: 0 left, 0.5 centred, 1 right of x. `y` is the baseline.
  void text(double x, double y, double size, Colour c, const std::string& s, double align = 0,
            bool bold = false) {
    cairo_select_font_face(cr_.get(), "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr_.get(), size);
    cairo_text_extents_t extents;
    cairo_text_extents(cr_.get(), s.c_str(), &extents);
    colour(c);
    cairo_move_to(cr_.get(), x - align * extents.x_advance, y);
    cairo_show_text(cr_.get(), s.c_str());
  }

  Result<> write(const std::filesystem::path& file) {
    cairo_surface_flush(surface_.get());
    std::vector<std::byte> png;
    auto append = [](void* closure, const unsigned char* data, unsigned int size) {
      auto bytes = std::as_bytes(std::span(data, size));
      auto* out = static_cast<std::vector<std::byte>*>(closure);
      out->insert(out->end(), bytes.begin(), bytes.end());
      return CAIRO_STATUS_SUCCESS;
    };
    cairo_status_t status = cairo_surface_write_to_png_stream(surface_.get(), append, &png);
    if (status != CAIRO_STATUS_SUCCESS)
      return Failure{file.string() + ": " + cairo_status_to_string(status), tinsmith::Blame::World};
    return tinsmith::write_file(file, png);
  }

 private:
  struct Release {
    void operator()(cairo_surface_t* s) const { cairo_surface_destroy(s); }
    void operator()(cairo_t* c) const { cairo_destroy(c); }
  };
  std::unique_ptr<cairo_surface_t, Release> surface_;
  std::unique_ptr<cairo_t, Release> cr_;
};

std::string number(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

// One digit at (x, y), black on white, `scale` pixels a pixel.
void draw_digit(Canvas& canvas, const float* pixels, double x, double y, double scale) {
  for (uint32_t row = 0; row < kSide; ++row)
    for (uint32_t column = 0; column < kSide; ++column) {
      double ink = 1.0 - static_cast<double>(pixels[row * kSide + column]);
      cairo_set_source_rgb(canvas.cr(), ink, ink, ink);
      cairo_rectangle(canvas.cr(), x + column * scale, y + row * scale, scale, scale);
      cairo_fill(canvas.cr());
    }
  canvas.colour(kFaint);
  cairo_set_line_width(canvas.cr(), 1);
  cairo_rectangle(canvas.cr(), x - 0.5, y - 0.5, kSide * scale + 1, kSide * scale + 1);
  cairo_stroke(canvas.cr());
}

// Round numbers about a fifth of `range` apart.
double tick_step(double range) {
  double power = std::pow(10.0, std::floor(std::log10(range / 5)));
  for (double factor : {1.0, 2.0, 5.0})
    if (range / (power * factor) <= 6) return power * factor;
  return power * 10;
}

struct Plot {
  double left, top, width, height, low, high;
  size_t epochs;
  double x(size_t i) const {
    return left +
           (epochs == 1 ? 0.5 : static_cast<double>(i) / static_cast<double>(epochs - 1)) * width;
  }
  double y(double v) const {
    return top + height * (1 - (std::clamp(v, low, high) - low) / (high - low));
  }
};

void draw_axes(Canvas& canvas, const Plot& plot, const std::string& title, const char* format,
               double unit) {
  canvas.text(plot.left, plot.top - 14, 15, kInk, title, 0, true);
  double step = tick_step(plot.high - plot.low);
  cairo_set_line_width(canvas.cr(), 1);
  for (double v = std::ceil(plot.low / step) * step; v <= plot.high + step / 1e3; v += step) {
    canvas.colour(kFaint);
    cairo_move_to(canvas.cr(), plot.left, plot.y(v));
    cairo_rel_line_to(canvas.cr(), plot.width, 0);
    cairo_stroke(canvas.cr());
    canvas.text(plot.left - 8, plot.y(v) + 4, 12, kInk, number(format, v * unit), 1);
  }
  size_t every = std::max<size_t>(1, (plot.epochs + 9) / 10);
  for (size_t i = 0; i < plot.epochs; i += every)
    canvas.text(plot.x(i), plot.top + plot.height + 18, 12, kInk, std::to_string(i + 1), 0.5);
  canvas.text(plot.left + plot.width / 2, plot.top + plot.height + 36, 12, kInk, "epoch", 0.5);
}

void draw_line(Canvas& canvas, const Plot& plot, const std::vector<double>& values, Colour colour,
               const char* name, int row) {
  canvas.colour(colour);
  cairo_new_path(canvas.cr());  // text leaves a current point behind
  cairo_set_line_width(canvas.cr(), 2);
  for (size_t i = 0; i < values.size(); ++i)
    cairo_line_to(canvas.cr(), plot.x(i), plot.y(values[i]));
  cairo_stroke(canvas.cr());
  for (size_t i = 0; i < values.size(); ++i) {
    cairo_arc(canvas.cr(), plot.x(i), plot.y(values[i]), 3, 0, 2 * M_PI);
    cairo_fill(canvas.cr());
  }
  canvas.text(plot.left + plot.width - (row == 0 ? 48 : 0), plot.top - 14, 13, colour, name, 1,
              true);
}

std::vector<double> column(const std::vector<EpochReport>& reports, double EpochReport::*member) {
  std::vector<double> out;
  for (const EpochReport& r : reports) out.push_back(r.*member);
  return out;
}

}  // namespace

Result<> draw_digits(const Digits& digits, const std::vector<Prediction>& predictions,
                     const std::filesystem::path& file) {
  constexpr int kColumns = 8, kCell = 134, kTop = 50;
  constexpr double kScale = 4;  // whole pixels: no seams
  int rows = static_cast<int>((digits.count() + kColumns - 1) / kColumns);
  Canvas canvas(kColumns * kCell + 16, kTop + rows * (kCell + 22) + 8);
  size_t right = 0;
  for (size_t i = 0; i < predictions.size(); ++i) right += predictions[i].digit == digits.labels[i];
  canvas.text(16, 32, 17, kInk,
              std::to_string(right) + " of " + std::to_string(predictions.size()) +
                  " random test digits recognised",
              0, true);
  for (size_t i = 0; i < predictions.size(); ++i) {
    double x = 16 + static_cast<double>(i % kColumns) * kCell;
    double y = kTop + static_cast<double>(i / kColumns) * (kCell + 22);
    draw_digit(canvas, digits.images.data() + i * kPixels, x, y, kScale);
    bool good = predictions[i].digit == digits.labels[i];
    std::string label = std::to_string(predictions[i].digit) +
                        number("  %.1f %%", 100 * static_cast<double>(predictions[i].confidence));
    if (!good) label += "  is " + std::to_string(digits.labels[i]);
    canvas.text(x, y + kSide * kScale + 18, 13, good ? kRight : kWrong, label, 0, !good);
  }
  return canvas.write(file);
}

Result<> draw_curves(const std::vector<EpochReport>& reports, const std::string& title,
                     const std::filesystem::path& file) {
  Canvas canvas(960, 400);
  canvas.text(24, 34, 18, kInk, title, 0, true);
  auto train_loss = column(reports, &EpochReport::train_loss);
  auto test_loss = column(reports, &EpochReport::test_loss);
  double high = 1.05 * std::max(std::ranges::max(train_loss), std::ranges::max(test_loss));
  Plot loss{70, 90, 370, 240, 0, std::max(high, 1e-6), reports.size()};
  draw_axes(canvas, loss, "cross-entropy", "%.2g", 1);
  draw_line(canvas, loss, train_loss, kTrain, "training", 0);
  draw_line(canvas, loss, test_loss, kTest, "test", 1);

  auto train_right = column(reports, &EpochReport::train_accuracy);
  auto test_right = column(reports, &EpochReport::test_accuracy);
  double low = std::min(std::ranges::min(train_right), std::ranges::min(test_right));
  Plot accuracy{550,           90, 370, 240, std::max(0.0, std::floor(low * 20 - 0.2) / 20), 1,
                reports.size()};
  draw_axes(canvas, accuracy, "accuracy", "%.3g %%", 100);
  draw_line(canvas, accuracy, train_right, kTrain, "training", 0);
  draw_line(canvas, accuracy, test_right, kTest, "test", 1);
  return canvas.write(file);
}

std::string digits_as_text(const Digits& digits, const std::vector<Prediction>& predictions,
                           uint32_t shown) {
  constexpr std::string_view kShades = " .:-=+*#%@";
  shown = std::min(shown, digits.count());
  std::string out;
  for (uint32_t row = 2; row < kSide - 2; row += 2) {  // two pixel rows a line: letters are tall
    for (uint32_t d = 0; d < shown; ++d) {
      const float* pixels = digits.images.data() + size_t{d} * kPixels;
      for (uint32_t column = 3; column < kSide - 3; ++column) {
        float ink = (pixels[row * kSide + column] + pixels[(row + 1) * kSide + column]) / 2;
        out += kShades[std::min<size_t>(9, static_cast<size_t>(ink * 10))];
      }
      out += ' ';
    }
    out += '\n';
  }
  for (uint32_t d = 0; d < shown; ++d) {
    bool good = predictions[d].digit == digits.labels[d];
    std::string label = std::to_string(predictions[d].digit) +
                        number(" (%.1f %%)", 100 * static_cast<double>(predictions[d].confidence)) +
                        (good ? "" : " not " + std::to_string(digits.labels[d]));
    label.resize(kSide - 5, ' ');
    out += label;
  }
  return out + "\n";
}

std::string curves_as_text(const std::vector<EpochReport>& reports) {
  double high = 0;
  for (const EpochReport& r : reports) high = std::max({high, r.train_loss, r.test_loss});
  std::string out =
      "epoch   loss (training #, test o)                    accuracy: training, test\n";
  for (const EpochReport& r : reports) {
    constexpr size_t kWidth = 40;
    std::string bar(kWidth + 1, ' ');
    auto at = [&](double v) {
      return static_cast<size_t>(std::lround(v / std::max(high, 1e-9) * kWidth));
    };
    std::fill_n(bar.begin(), at(r.train_loss), '#');
    bar[at(r.test_loss)] = 'o';
    char line[160];
    std::snprintf(line, sizeof line, "%5u   %s %7.4f %7.4f   %6.2f %% %6.2f %%\n", r.epoch,
                  bar.c_str(), r.train_loss, r.test_loss, 100 * r.train_accuracy,
                  100 * r.test_accuracy);
    out += line;
  }
  return out;
}

}  // namespace mnist
