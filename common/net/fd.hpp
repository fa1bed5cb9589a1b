// A file descriptor with one owner.
#pragma once

#include "base/error.hpp"

#include <string_view>
#include <utility>

namespace wyn::net {

// Sole owner of one descriptor. It moves and never copies; a descriptor that is only borrowed is
// written `int`.
class Fd {
public:
    Fd() noexcept = default;
    explicit Fd(int raw) noexcept : raw_{raw} {}
    Fd(Fd&& other) noexcept : raw_{other.release()} {}
    Fd& operator=(Fd&& other) noexcept {
        Fd{std::move(other)}.swap(*this);
        return *this;
    }
    ~Fd();

    void swap(Fd& other) noexcept { std::swap(raw_, other.raw_); }
    [[nodiscard]] int get() const noexcept { return raw_; }
    [[nodiscard]] bool is_open() const noexcept { return raw_ >= 0; }
    [[nodiscard]] int release() noexcept { return std::exchange(raw_, -1); }

    // The way in from the kernel: `Fd::from_call(::eventfd(0, EFD_CLOEXEC), "eventfd")`. A negative
    // `returned` becomes the error of errno with the name of the call.
    static Result<Fd> from_call(int returned, std::string_view call);

private:
    int raw_ = -1;
};

// A second descriptor of the same open file, closed on exec and never one of 0, 1 and 2.
Result<Fd> duplicate(int fd);

} // namespace wyn::net
