// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "world.h"

#include "fish.h"
#include "jellyfish.h"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

static void everybodySwims(World &Sea) {
  for (auto &Each : Sea.Creatures) {
    Each->swim(Sea);
    ++Each->Age;
  }
}

static void bubblesRise(World &Sea) {
  for (Bubble &Each : Sea.Bubbles) {
    Each.Y -= 0.25 + Each.Radius * 0.15;
    Each.X += (Sea.random() - 0.5) * 0.4;
  }
  auto Burst = [](const Bubble &Each) { return Each.Y < 1; };
  Sea.Bubbles.erase(
      std::remove_if(Sea.Bubbles.begin(), Sea.Bubbles.end(), Burst),
      Sea.Bubbles.end());
}

static void somebodyBreathes(World &Sea) {
  if (Sea.random() > 0.15)
    return;
  const auto Who = static_cast<std::size_t>(
      Sea.random() * static_cast<double>(Sea.Creatures.size()));
  const Creature &Lucky = *Sea.Creatures[Who];
  Sea.Bubbles.push_back({Lucky.X, Lucky.Y - 2, 0.6 + Sea.random()});
}

static void everybodyIsCounted(World &Sea) {
  Sea.Census["fish"] = Sea.Census["jellyfish"] = 0;
  for (const auto &Each : Sea.Creatures)
    ++Sea.Census[Each->kind()];
  Sea.Census["bubbles"] = static_cast<int>(Sea.Bubbles.size());
}

static std::unique_ptr<Creature> newFish(World &Sea, int Id) {
  static const char *const Names[] = {"Amber", "Basil",  "Clove",  "Dill",
                                      "Elder", "Fennel", "Ginger", "Hazel"};
  static const Rgb Colours[] = {
      {255, 132, 40}, {255, 206, 60}, {240, 84, 92}, {120, 220, 255}};
  double Speed = (0.25 + Sea.random() * 0.4) * (Id % 2 ? 1 : -1);
  double X = 8 + Sea.random() * (Sea.Width - 16);
  double Y = 8 + Sea.random() * (Sea.Height - 22);
  return std::make_unique<Fish>(Id, Names[Id % 8], X, Y, Colours[Id % 4],
                                Speed);
}

World::World(int Width, int Height) : Width(Width), Height(Height) {
  int Id = 0;
  for (int Count = Width / 9; Count > 0; --Count, ++Id)
    Creatures.push_back(newFish(*this, Id));
  for (int Count = Width / 36; Count > 0; --Count, ++Id)
    Creatures.push_back(
        std::make_unique<Jellyfish>(Id, "Nettle", 10 + random() * (Width - 20),
                                    10 + random() * (Height - 26)));
  Rules = {everybodySwims, bubblesRise, somebodyBreathes, everybodyIsCounted};
}

void World::step() {
  ++Tick;
  for (Rule &Each : Rules)
    Each(*this);
}

double World::random() {
  Seed ^= Seed << 13;
  Seed ^= Seed >> 17;
  Seed ^= Seed << 5;
  return Seed / 4294967296.0;
}

std::string World::status(Rgb Surface) const {
  const Creature &Eldest = *Creatures.front();
  char Text[160];
  std::snprintf(Text, sizeof Text,
                "process %d  tick %ld  eldest %s: age %ld, length %.1f  "
                "surface %.0f/%.0f/%.0f\n",
                getpid(), Tick, Eldest.Name.c_str(), Eldest.Age,
                Eldest.length(), Surface.R, Surface.G, Surface.B);
  std::string Lines = Text;
  for (const auto &[Kind, Count] : Census)
    Lines += Kind + " " + std::to_string(Count) + "  ";
  return Lines;
}
