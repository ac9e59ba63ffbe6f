import { describe, expect, it } from 'vitest';
import { type ConnectionTrace, describeEnd } from '../../../devices/transports/connection-end.ts';

const TRACE: ConnectionTrace = {
  address: 'mqtt://store:1883',
  clientId: 'endcap-demo',
  error: undefined,
  hasReached: true,
  wasAccepted: false,
  takenOver: false,
};

const withCode = (code: string | number) => Object.assign(new Error('technical'), { code });

describe('the end of a connection', () => {
  it.each<[string, Partial<ConnectionTrace>, string, RegExp]>([
    ['nothing listens', { error: withCode('ECONNREFUSED'), hasReached: false }, 'unreachable', /nothing listens there; check that it runs/],
    ['no such host', { error: withCode('ENOTFOUND'), hasReached: false }, 'unreachable', /no such host/],
    ['no answer to the connect packet', { error: new Error('connack timeout') }, 'unreachable', /connack timeout/],
    ['wrong password, 3.1.1', { error: withCode(4) }, 'refused', /user name or password/],
    ['wrong password, 5', { error: withCode(135) }, 'refused', /user name or password/],
    ['bad client id', { error: withCode(133) }, 'refused', /store\.id/],
    ['no such version, 3.1.1', { error: withCode(1) }, 'version', /version of MQTT/],
    ['no such version, 5', { error: withCode(132) }, 'version', /version of MQTT/],
    ['busy', { error: withCode(137) }, 'unreachable', /not available now/],
    ['any other refusal', { error: withCode(151) }, 'refused', /code 151/],
    ['a certificate of nobody we know', { error: withCode('DEPTH_ZERO_SELF_SIGNED_CERT') }, 'refused', /mqtt\.caFile/],
    ['a silent close before anything', {}, 'hung-up', /without saying why/],
    ['a close after it was good', { wasAccepted: true }, 'lost', /was lost$/],
    ['a reset after it was good', { wasAccepted: true, error: withCode('ECONNRESET') }, 'lost', /the other side reset it/],
    ['somebody else took the session', { wasAccepted: true, takenOver: true }, 'refused', /client id "endcap-demo"/],
  ])('%s', (_name, seen, kind, sentence) => {
    const end = describeEnd({ ...TRACE, ...seen });
    expect(end.kind).toBe(kind);
    expect(end.sentence).toMatch(sentence);
  });
});
