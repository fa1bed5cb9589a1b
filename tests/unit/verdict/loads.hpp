// Evidence to begin with, for tests that change one thing at a time.
#pragma once

#include "verdict/engine.hpp"
#include "verdict/rules.hpp"

#include <optional>

namespace wyn::test {

// A searched upload of 93.4 Mbit/s that filled its path with a queue of 12 ms. Everything is known
// and nothing is wrong.
verdict::Load sound_load(wire::Direction direction = wire::Direction::up);

// A load of which nothing is known but what arrived.
verdict::Load bare_load(wire::Direction direction = wire::Direction::up);

// A probe with nothing but this load.
verdict::Evidence probe_of(const verdict::Load& load);

// The verdict of such a probe.
verdict::Verdict verdict_of(const verdict::Load& load);
// What it finds with that code; nothing when it does not.
std::optional<verdict::Finding> found(const verdict::Load& load, verdict::Code code);
std::optional<verdict::Finding> found(const verdict::Evidence& evidence, verdict::Code code);

// Latency of others that rises from 10 ms by `added`, and varies by `spread` without load.
verdict::LoadLatency risen_by(Duration added, Duration spread = 500us);

} // namespace wyn::test
