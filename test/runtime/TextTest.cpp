// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names and JSON in messages.
#include "core/Text.h"
#include "core/Report.h"

#include <gtest/gtest.h>

using namespace hcr;

TEST(Text, DemanglesOnlyWhatIsMangled) {
  EXPECT_EQ(demangle("_Z4stepi"), "step(int)");
  EXPECT_EQ(demangle("step"), "step");
  EXPECT_EQ(demangle("_Z"), "_Z");
}

TEST(Text, JsonIsOneLineOfValidText) {
  EXPECT_EQ(quoteJson("a\"b\\c\n\t"), "\"a\\\"b\\\\c\\n\\u0009\"");
  EXPECT_EQ(quoteJson("\xc3\xa4"), "\"\xc3\xa4\"");
  // A lone byte of a file name in another encoding.
  EXPECT_EQ(quoteJson("\xe4x"), "\"\\u00e4x\"");
  EXPECT_EQ(quoteJson("\xf0\x9f"), "\"\\u00f0\\u009f\"");
}

TEST(Text, FlatNamesAreOneComponentOfBoundedLength) {
  EXPECT_EQ(flatten("src/a.cpp"), "src~a.cpp");
  std::string Long(400, 'd'), Other = Long;
  Other[0] = 'e';
  EXPECT_LT(flatten(Long).size(), 230u);
  EXPECT_NE(flatten(Long), flatten(Other));
}

TEST(Text, ReportSaysWhatAbiSays) {
  Report R;
  R.Result = Outcome::Reloaded;
  R.Generation = 3;
  R.Notes = {"n"};
  R.Modules.push_back({"src/a.cpp", {"step(World&)"}, 1, 0, 1, 20480});
  std::string Text = R.json();
  EXPECT_NE(Text.find("\"generation\": 3, \"result\": \"reloaded\", "
                      "\"message\": \"\", \"notes\": [\"n\"], \"modules\": "
                      "[{\"name\": \"src/a.cpp\", \"functions\": "
                      "[\"step(World&)\"], \"added\": 1, \"removed\": 0, "
                      "\"changed\": 1, \"bytes\": 20480}], \"phases_ns\": "
                      "{\"find\": 0, "),
            std::string::npos)
      << Text;
}
