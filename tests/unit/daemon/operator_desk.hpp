// A daemon that only writes down what it is asked to do.
#pragma once

#include "daemon/operations.hpp"

#include <string>
#include <vector>

namespace wyn::test {

struct Desk final : daemon::Operations {
    status::Status status() const override { return now; }
    std::expected<daemon::Reloaded, config::Problems> reload() override {
        done.emplace_back("reload");
        return reloaded;
    }
    void drain(bool on) override { done.emplace_back(on ? "drain" : "drain undone"); }
    bool end_session(std::uint64_t id, std::uint32_t uid) override {
        done.push_back("end " + std::to_string(id) + " for " + std::to_string(uid));
        return id == 23;
    }
    void set_log_level(settings::LogLevel level) override {
        done.push_back("log " + std::string{settings::print(level)});
    }

    status::Status now;
    std::expected<daemon::Reloaded, config::Problems> reloaded;
    std::vector<std::string> done;
};

} // namespace wyn::test
