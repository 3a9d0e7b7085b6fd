// SPDX-License-Identifier: Apache-2.0
// tin_device_*, tin_event_*: opening, submission, completion, pause.
#include <memory>

#include "api/entry.h"
#include "api/handles.h"
#include "api/open_device.h"

using namespace tinsmith;
using namespace tinsmith::api;

tin_status tin_device_open(const char* name, const tin_device_options* options,
                           tin_device** device) {
  return enter("tin_device_open", {{"device", device}}, [&]() -> Result<> {
    TS_TRY_ASSIGN(opened, open_device(name != nullptr ? name : "",
                                      options != nullptr ? *options : tin_device_options{}));
    const runtime::DeviceInfo& info = opened->info();
    const tin_device_info described{info.name.c_str(), info.driver.c_str(), info.is_gpu};
    *device = new tin_device{std::move(opened), described};
    return Ok{};
  });
}

void tin_device_close(tin_device* device) { delete device; }

const tin_device_info* tin_device_get_info(const tin_device* device) {
  if (require("tin_device_get_info", {{"device", device}}) != TIN_OK) return nullptr;
  return &device->info;
}

tin_counters tin_device_get_counters(const tin_device* device) {
  if (require("tin_device_get_counters", {{"device", device}}) != TIN_OK) return {};
  const runtime::Device::Counters counters = device->device->counters();
  return {counters.dispatches, counters.submissions, counters.waits, counters.barriers};
}

tin_status tin_device_submit(tin_device* device, tin_done done, void* context) {
  return enter("tin_device_submit", {{"device", device}}, device_of(device), [&]() -> Result<> {
    if (done == nullptr) return device->device->submit();
    return device->device->submit([done, context](const runtime::Completion& completion) {
      const Failure* failure = completion.failure;
      const tin_completion told{failure != nullptr ? status_of(*failure) : TIN_OK,
                                failure != nullptr ? failure->what.c_str() : "",
                                completion.device_seconds};
      done(context, &told);
    });
  });
}

tin_status tin_device_wait(tin_device* device) {
  return enter("tin_device_wait", {{"device", device}}, device_of(device),
               [&] { return device->device->wait(); });
}

tin_status tin_device_pause(tin_device* device) {
  return enter("tin_device_pause", {{"device", device}}, [&] { return device->device->pause(); });
}

tin_status tin_device_resume(tin_device* device) {
  return enter("tin_device_resume", {{"device", device}}, [&] { return device->device->resume(); });
}

tin_status tin_device_record_event(tin_device* device, tin_event** event) {
  const std::initializer_list<Required> required = {{"device", device}, {"event", event}};
  return enter("tin_device_record_event", required, device_of(device), [&]() -> Result<> {
    auto made = std::make_unique<tin_event>(tin_event{std::make_shared<EventState>()});
    TS_TRY(device->device->submit([state = made->state](const runtime::Completion& completion) {
      const std::lock_guard lock(state->mutex);
      if (completion.failure != nullptr) {
        state->status = status_of(*completion.failure);
        state->message = completion.failure->what;
        completion.heard = false;  // nobody has to ask the event
      }
      state->done = true;
      state->changed.notify_all();
    }));
    *event = made.release();
    return Ok{};
  });
}

bool tin_event_is_done(const tin_event* event) {
  if (require("tin_event_is_done", {{"event", event}}) != TIN_OK) return false;
  const std::lock_guard lock(event->state->mutex);
  return event->state->done;
}

tin_status tin_event_wait(const tin_event* event) {
  return enter("tin_event_wait", {{"event", event}}, [&]() -> tin_status {
    EventState& state = *event->state;
    std::unique_lock lock(state.mutex);
    state.changed.wait(lock, [&] { return state.done; });
    return state.status == TIN_OK ? TIN_OK : fail(state.status, state.message);
  });
}

void tin_event_close(tin_event* event) { delete event; }
