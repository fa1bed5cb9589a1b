// What a handle shares with the loop: a function that may be switched off at any moment, also while
// it runs, and that is not called again from then on.
#pragma once

#include <functional>
#include <memory>
#include <utility>

namespace wyn::rt {

template <typename... Arguments>
class Registration : public std::enable_shared_from_this<Registration<Arguments...>> {
public:
    using Function = std::move_only_function<void(Arguments...)>;

    explicit Registration(Function function) : function_{std::move(function)} {}

    void call(Arguments... arguments) {
        if (!alive_) return;
        running_ = true;
        function_(arguments...);
        running_ = false;
        if (!alive_) function_ = nullptr;
    }

    // The captures go now, or when the function returns if it is running.
    void end() {
        alive_ = false;
        if (!running_) function_ = nullptr;
    }

private:
    Function function_;
    bool alive_ = true;
    bool running_ = false;
};

} // namespace wyn::rt
