import { describe, expect, it } from 'vitest';
import { AGENT_STATE, agentPresence, agentStateMessage } from '../../../devices/channels/agent-status.ts';
import { DISPLAY_COMMANDS, displayMessage } from '../../../devices/channels/display.ts';
import { STAFF_ALERT, staffAlertMessage } from '../../../devices/channels/staff.ts';

const AT_MS = Date.UTC(2026, 2, 1, 10, 0, 0, 123);

describe('a display', () => {
  it('is told what to show until when, and keeps it over a restart', () => {
    const show = { title: '20 % off', line: '"Brot" & Käse </script>', sku: 'A-1', untilMs: AT_MS };
    const message = displayMessage('demo', { device: 'label-7', fixture: 'f1', show });
    expect(message).toMatchObject({ topic: 'endcap/v1/demo/label-7/set', retain: true, qos: 1 });
    expect(DISPLAY_COMMANDS['display.show'].parse(JSON.parse(message.payload))).toEqual({
      kind: 'display.show',
      fixture: 'f1',
      title: show.title,
      line: show.line,
      sku: 'A-1',
      until: '2026-03-01T10:00:00.123Z',
    });
  });

  it('is told to show its usual content, in place of what it kept', () => {
    const message = displayMessage('demo', { device: 'label-7', fixture: 'f1', show: undefined });
    expect(message).toMatchObject({ topic: 'endcap/v1/demo/label-7/set', retain: true, qos: 1 });
    expect(DISPLAY_COMMANDS['display.clear'].parse(JSON.parse(message.payload))).toEqual({ kind: 'display.clear', fixture: 'f1' });
  });
});

describe('the staff', () => {
  it('gets an alert that is not kept for those who come later', () => {
    const message = staffAlertMessage('demo', { id: 'a1', atMs: AT_MS, severity: 'urgent', text: 'Freezer 2 is warm', fixture: 'f2' });
    expect(message).toMatchObject({ topic: 'endcap/v1/demo/staff/alert', retain: false, qos: 1 });
    expect(STAFF_ALERT.parse(JSON.parse(message.payload))).toEqual({
      id: 'a1',
      at: '2026-03-01T10:00:00.123Z',
      kind: 'staff.alert',
      severity: 'urgent',
      text: 'Freezer 2 is warm',
      fixture: 'f2',
    });
  });
});

describe('the agent', () => {
  it('says whether it is there and how it is, for those who come later too', () => {
    expect(agentPresence('demo')).toEqual({
      online: { topic: 'endcap/v1/demo/agent/availability', payload: 'online', retain: true, qos: 1 },
      offline: { topic: 'endcap/v1/demo/agent/availability', payload: 'offline', retain: true, qos: 1 },
    });
    const message = agentStateMessage('demo', { atMs: AT_MS, version: '0.1.0', uptimeMs: 5, level: 'ok', sentence: 'All is well' });
    expect(message).toMatchObject({ topic: 'endcap/v1/demo/agent/state', retain: true });
    expect(AGENT_STATE.parse(JSON.parse(message.payload))).toMatchObject({ at: '2026-03-01T10:00:00.123Z', level: 'ok' });
  });
});
