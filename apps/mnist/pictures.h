// SPDX-License-Identifier: Apache-2.0
// The two PNGs of a run, drawn with cairo, and the same as text for the terminal.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "trainer.h"

namespace mnist {

// A sheet of digits, each with its prediction, confidence and, where that is wrong, the truth in
// red.
tinsmith::Result<> draw_digits(const Digits& digits, const std::vector<Prediction>& predictions,
                               const std::filesystem::path& file);
// Loss and accuracy over the epochs, training and test.
tinsmith::Result<> draw_curves(const std::vector<EpochReport>& reports, const std::string& title,
                               const std::filesystem::path& file);

std::string digits_as_text(const Digits& digits, const std::vector<Prediction>& predictions,
                           uint32_t shown);
std::string curves_as_text(const std::vector<EpochReport>& reports);

}  // namespace mnist
