// The truth about an emulated path as a file: a line of comma-separated values for each packet, and
// for each copy that a link made, in the order in which they left or ended.
#pragma once

#include "base/error.hpp"
#include "emulator/carrier.hpp"

#include <cstdio>
#include <memory>
#include <string>

namespace wyn::emulator {

class TruthLog {
public:
    // The names of the columns are its first line. All times are nanoseconds since the first packet
    // of the run. `due_ns` is when the model let the packet go, `departed_ns` when it was written
    // into the device, which is later by what this machine was late.
    static Result<TruthLog> create(const std::string& file);

    // `payload` is the beginning of a UDP datagram's, in hexadecimal digits, as it was sent.
    void add(std::string_view way, const Carrier::Departure& departure, link::WorldTime departed);
    // Everything is in the file, or it is said that it is not.
    Result<void> finish();

private:
    struct Closer {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    using File = std::unique_ptr<std::FILE, Closer>;
    TruthLog(std::string name, File file) : name_{std::move(name)}, file_{std::move(file)} {}

    std::string name_;
    File file_;
};

} // namespace wyn::emulator
