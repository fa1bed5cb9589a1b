// How many callers of the control socket are served at a time, and whose: by their numeric user
// ids. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace wyn::daemon {

// Root and the daemon's own user have places of their own, which nobody else can take.
class CallerPlaces {
public:
    static constexpr std::size_t of_operator = 16;  // root, and the daemon's own user, each
    static constexpr std::size_t of_one_user = 8;   // any other
    static constexpr std::size_t of_all_users = 16; // all the others together

    explicit CallerPlaces(std::uint32_t own) : own_{own} {}

    // Who may also change what the daemon does.
    bool is_operator(std::uint32_t uid) const { return uid == 0 || uid == own_; }
    // False when there is no place for this user now.
    bool take(std::uint32_t uid);
    void give_back(std::uint32_t uid);

private:
    std::uint32_t own_;
    std::map<std::uint32_t, std::size_t> taken_; // by those who have any
    std::size_t by_users_ = 0;                   // of those who are no operators
};

} // namespace wyn::daemon
