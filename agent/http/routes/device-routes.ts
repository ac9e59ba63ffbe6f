import type { DeviceChanged } from '../../core/device-setup.ts';
import type { HttpContext } from '../context.ts';
import { problem } from '../problem.ts';
import { type Answer, defineRoute, json, type Route } from '../route.ts';
import { DeviceChangedView, DeviceParams, ListeningView, PlaceBody, PlaceChoicesView } from '../schemas/devices.ts';

/** How managers place a device that was heard, give it a new password, and take it out again. */
export function deviceRoutes({ ports: { devices } }: HttpContext): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/device-choices',
      policy: 'manager',
      group: 'manager',
      summary: 'The adapters, zones, fixtures and slots that a new device may have',
      responses: { 200: { description: 'What there is to choose from', schema: PlaceChoicesView } },
      handle: () => json(200, devices.choices()),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/store/devices/listen',
      policy: 'manager',
      group: 'manager',
      summary: 'Let devices without a password connect for ten minutes, only to be looked at',
      responses: { 200: { description: 'Until when; null where the broker is not the agent’s', schema: ListeningView } },
      handle: ({ caller }) => json(200, { untilMs: devices.listen(caller.name) ?? null } satisfies ListeningView),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/store/devices',
      policy: 'manager',
      group: 'manager',
      summary: 'Write a device into the configuration, use it at once, and make its password',
      body: PlaceBody,
      responses: { 200: { description: 'How it signs in, shown once; or the lines to write by hand', schema: DeviceChangedView } },
      handle: async ({ body, caller }) => answerOf(await devices.place(body, caller.name)),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v1/store/devices/:id',
      policy: 'manager',
      group: 'manager',
      summary: 'Take a device out of the configuration, and its password away',
      params: DeviceParams,
      responses: { 200: { description: 'Gone, or what to take out by hand', schema: DeviceChangedView } },
      handle: async ({ params, caller }) => answerOf(await devices.remove(params.id, caller.name)),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/store/devices/:id/credentials',
      policy: 'manager',
      group: 'manager',
      summary: 'Make a new password for a device; the old one stops working',
      params: DeviceParams,
      responses: { 200: { description: 'How it signs in, shown once', schema: DeviceChangedView } },
      handle: ({ params, caller }) => answerOf(devices.reissue(params.id, caller.name)),
    }),
  ];
}

function answerOf(changed: DeviceChanged): Answer {
  switch (changed.kind) {
    case 'unknown-device':
      return problem('unknown-device');
    case 'invalid':
      return problem('device-not-right', {
        detail: changed.problems.slice(0, 3).join(' '),
        errors: changed.problems.slice(0, 10).map((message) => ({ field: 'device', message: message.slice(0, 200) })),
      });
    case 'done':
    case 'not-written':
      return json(200, changed);
  }
}
