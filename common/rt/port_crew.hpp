// The three placed ports of one connection, on either side.
#pragma once

#include "rt/placed_worker.hpp"

#include <array>

namespace wyn::rt {

class PortCrew {
public:
    struct Member {
        session::PortSetup setup;
        net::Fd socket;
    };
    using OnNews = std::move_only_function<void(session::PortRole, const session::PortNews&)>;
    // `how` is a sentence: "killed by signal 9 (Killed)", "hangs".
    using OnLost = std::move_only_function<void(session::PortRole, std::string_view how)>;

    // Places a worker for each member and hands it its socket. The functions are called from
    // `here`, and must not destroy the crew. A lost port is told once.
    static Result<std::unique_ptr<PortCrew>> place(Loop& here, Placement where,
                                                   const std::string& program,
                                                   std::array<Member, 3> members, OnNews on_news,
                                                   OnLost on_lost);

    void order(session::PortRole role, const session::PortOrder& order);

    // Ports that have told nothing for `patience` are lost. To be called a few times per
    // `patience`; a call that comes late finds nobody hanging.
    void check_signs_of_life(MonoTime now, Duration patience);

private:
    PortCrew(MonoTime now, OnNews on_news, OnLost on_lost)
        : on_news_{std::move(on_news)}, on_lost_{std::move(on_lost)}, hang_check_{now} {}
    void on_readable(session::PortRole role);
    void lost(session::PortRole role, std::string_view how);

    OnNews on_news_;
    OnLost on_lost_;
    std::array<std::unique_ptr<PlacedWorker>, 3> workers_;
    std::array<bool, 3> lost_{};
    HangCheck hang_check_;
};

} // namespace wyn::rt
