// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// jsoncpp: reads, changes and writes documents, good ones and bad ones.
#include "driver.h"
#include <iostream>
#include <json/json.h>
#include <sstream>

static const char *const Documents[] = {
    R"({"name": "hot", "list": [1, -2, 3.5, 1e10, true, false, null], "deep": {"a": {"b": [[], {}]}}, "text": "\u00e9\n\t\"\\"})",
    R"([1, 2, /* comment */ 3, // another
       {"k": "v"}])",
    R"({"bad": [1, 2)",
    R"({"twice": 1, "twice": 2})",
    R"([18446744073709551615, -9223372036854775808, 0.1])",
    R"("\uD834\uDD1E")",
    "nul",
    "",
};

static void show(const Json::Value &V) {
  Json::StreamWriterBuilder B;
  for (const char *Indentation : {"", "  "}) {
    B["indentation"] = Indentation;
    B["precision"] = 6;
    std::cout << Json::writeString(B, V) << "\n";
  }
  std::cout << V.toStyledString() << V.type() << " " << V.size() << " "
            << V.empty() << "\n";
}

void workload() {
  for (const char *Text : Documents) {
    Json::CharReaderBuilder B;
    Json::Value V;
    std::string Errors;
    std::istringstream In(Text);
    bool Good = Json::parseFromStream(B, In, &V, &Errors);
    std::cout << Good << " " << Errors << "\n";
    if (!Good)
      continue;
    show(V);
    Json::Value Copy = V;
    std::cout << (Copy == V) << (Copy < V) << Copy.compare(V) << "\n";
    if (V.isObject()) {
      for (const std::string &Name : V.getMemberNames())
        std::cout << Name << " ";
      Copy["added"] = 42;
      Copy["added list"].append("x");
      Copy["added list"].append(Json::Value::minInt);
      Copy.removeMember("name");
      std::cout << Copy.get("none", "default").asString()
                << Copy.isMember("deep") << "\n";
      std::cout << Json::Path(".deep.a").resolve(V).toStyledString();
    } else if (V.isArray()) {
      for (const Json::Value &Item : V)
        if (Item.isNumeric())
          std::cout << Item.asDouble() << " " << Item.isInt() << Item.isUInt64()
                    << " ";
      Json::Value Removed;
      Copy.insert(1, "inserted");
      Copy.removeIndex(0, &Removed);
      std::cout << Removed.asString() << "\n";
    }
    show(Copy);
    try {
      std::cout << V.asInt() << "\n";
    } catch (const Json::Exception &E) {
      std::cout << "exception: " << E.what() << "\n";
    }
  }
  std::cout.flush();
}
