// The identity of each kind of event: MESSAGE_ID in the journal, never reused.
#pragma once

#include <string_view>

namespace wyn::journal::id {

inline constexpr std::string_view listening = "3caf4feea21b418d8a4cb5e8a2048a6b";
inline constexpr std::string_view stopping = "694081b8a1a349888b53da7ebc1ba57a";
inline constexpr std::string_view session_admitted = "b0488c1176da4fee8707262aa6f9f600";
inline constexpr std::string_view session_opened = "4e9ae27e05a6467fb7a4bdcc6a5752d1";
inline constexpr std::string_view test_done = "736a832c7d744f86bd16310bcc79a080";
inline constexpr std::string_view session_ended = "be0d2cd6326c42ccb24484eaf153f13b";
inline constexpr std::string_view client_refused = "d0c449b8cce148c38d4c8fe65d3bf5c9";
inline constexpr std::string_view worker_failed = "0613dff1ae1b4ce6b8fc2f0fab08b30f";
inline constexpr std::string_view trouble = "76e32e69a37144c4af62b8eda86ede55";

} // namespace wyn::journal::id
