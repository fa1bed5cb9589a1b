// The identity of each kind of event: MESSAGE_ID in the journal, never reused. What each of them
// means to an operator is told in systemd/wyndrvrd.catalog.
#pragma once

#include <array>
#include <string_view>

namespace wyn::journal {

namespace id {

inline constexpr std::string_view listening = "3caf4feea21b418d8a4cb5e8a2048a6b";
inline constexpr std::string_view stopping = "694081b8a1a349888b53da7ebc1ba57a";
inline constexpr std::string_view session_admitted = "b0488c1176da4fee8707262aa6f9f600";
inline constexpr std::string_view session_opened = "4e9ae27e05a6467fb7a4bdcc6a5752d1";
inline constexpr std::string_view test_done = "736a832c7d744f86bd16310bcc79a080";
inline constexpr std::string_view session_ended = "be0d2cd6326c42ccb24484eaf153f13b";
inline constexpr std::string_view session_end_asked = "047a942402d2469a985e21c243a3356a";
inline constexpr std::string_view client_refused = "d0c449b8cce148c38d4c8fe65d3bf5c9";
inline constexpr std::string_view worker_failed = "0613dff1ae1b4ce6b8fc2f0fab08b30f";
inline constexpr std::string_view trouble = "76e32e69a37144c4af62b8eda86ede55";
inline constexpr std::string_view reloaded = "280a861aea02495bb8837928fba62eb3";
inline constexpr std::string_view reload_failed = "7ff23f4fafac4b37a6a409e06ffd8f2c";
inline constexpr std::string_view draining = "9ed7dcc726b94047a7bbea2b1bec49b6";
inline constexpr std::string_view drain_ended = "c45947f74a274f3c8e2a18ed4cbfde8e";
inline constexpr std::string_view log_level_changed = "63c1f700e99643c980f48c0c7f75669c";
inline constexpr std::string_view messages_lost = "047686b2e5fb4a5f916ef822bba74492";
inline constexpr std::string_view suppressed = "2786e0d7bfcd436884c2260a7bc07710";

} // namespace id

// A kind of event, and what programs and people call it.
struct EventKind {
    std::string_view id;
    std::string_view name;
};

inline constexpr std::array<EventKind, 17> event_kinds{{
    {id::listening, "listening"},
    {id::stopping, "stopping"},
    {id::session_admitted, "session_admitted"},
    {id::session_opened, "session_opened"},
    {id::test_done, "test_done"},
    {id::session_ended, "session_ended"},
    {id::session_end_asked, "session_end_asked"},
    {id::client_refused, "client_refused"},
    {id::worker_failed, "worker_failed"},
    {id::trouble, "trouble"},
    {id::reloaded, "reloaded"},
    {id::reload_failed, "reload_failed"},
    {id::draining, "draining"},
    {id::drain_ended, "drain_ended"},
    {id::log_level_changed, "log_level_changed"},
    {id::messages_lost, "messages_lost"},
    {id::suppressed, "suppressed"},
}};

// Empty for an id that is none of ours.
constexpr std::string_view name_of(std::string_view id) {
    for (const EventKind& kind : event_kinds)
        if (kind.id == id) return kind.name;
    return {};
}

} // namespace wyn::journal
