// Which probes have reached the server, as ECHO tells it: from the newest one down, either a bit
// for each, or the lengths of the stretches that came and that did not, whichever reaches further
// back. A path that loses little is told whole in a few bytes, and one that loses every other probe
// still as far as there are bits.
#pragma once

#include "wire/layout.hpp"

#include <optional>

namespace wyn::wire {

// How a map is written. The numbers travel in ECHO.
enum class MapForm : std::uint8_t {
    bits = 0,    // bit i % 8 of byte i / 8 is the probe i numbers below the newest: 1, it came
    lengths = 1, // of the stretch that came, that did not, that came, ...; 7 bits a byte, the low
                 // ones first, bit 7: there are more; 0 or the end of the map: no more is told
};

struct ReceivedMap {
    std::uint32_t newest = 0; // the highest number that came, or below that of a sweep; 0: none
    MapForm form = MapForm::bits;
    std::uint8_t length = 0; // of `bytes`, as far as the message had room; 0..most_map_bytes
    std::array<std::uint8_t, most_map_bytes> bytes{}; // zeros behind `length`

    bool operator==(const ReceivedMap&) const = default;
};

// Consecutive numbers that all came, or all did not.
struct Stretch {
    std::uint32_t highest = 0;
    std::uint64_t count = 0; // from 1; not more than there are numbers down to 0
    bool came = false;
};

// Reads a map from the newest stretch down to the oldest number that it tells of. The map outlives
// it.
class StretchReader {
public:
    explicit StretchReader(const ReceivedMap& map)
        : map_{map}, left_{std::uint64_t{map.newest} + 1} {}
    // Nothing: that was all, or what follows makes no sense, which is_sound() tells.
    std::optional<Stretch> next();
    bool is_sound() const { return sound_; }

private:
    std::uint64_t count_bits();
    std::uint64_t read_length();
    bool bit(std::size_t place) const { return (map_.bytes[place / 8] >> place % 8 & 1) != 0; }

    const ReceivedMap& map_;
    std::uint64_t left_;    // numbers, down to 0
    std::size_t place_ = 0; // of the next bit, or byte
    bool came_ = true;      // of the next length
    bool sound_ = true;
};

// Writes stretches into a map, as lengths, from the newest down.
class StretchWriter {
public:
    // The map, of `newest` and with so many bytes of room, is empty at first and outlives this.
    explicit StretchWriter(ReceivedMap& map) : map_{map} { map.form = MapForm::lengths; }
    // The next one, at least 1 long; the first one came, and then they alternate. False: it does
    // not fit any more.
    bool add(std::uint64_t count);

private:
    ReceivedMap& map_;
    std::size_t place_ = 0;
};

} // namespace wyn::wire
