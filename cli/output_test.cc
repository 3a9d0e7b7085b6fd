// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include <gtest/gtest.h>

namespace tinsmith::cli {

TEST(Table, SetsNumbersToTheRightAndWordsToTheLeft) {
  Table table({"NAME", "BYTES", "NOTE"});
  table.add({"x", "4000", "a"});
  table.add({"loss", "4"});
  EXPECT_EQ(table.text(),
            "NAME  BYTES  NOTE\n"
            "x      4000  a\n"
            "loss      4\n");
}

TEST(Table, CountsCharactersAndNotBytes) {
  Table table({"A", "B"});
  table.add({"größe", "x"});
  EXPECT_EQ(table.text(), "A      B\ngröße  x\n");
}

}  // namespace tinsmith::cli
