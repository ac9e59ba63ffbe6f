import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EmbeddedBroker } from '../../../devices/transports/embedded-broker.ts';
import { ExternalBroker } from '../../../devices/transports/external-broker.ts';
import type { ExternalTls } from '../../../devices/transports/external-settings.ts';
import { selfSignedCertificate } from '../../support/certificate.ts';
import { authenticate } from './broker-rig.ts';

const CLOCK = { wallMs: Date.now, monotonicMs: () => performance.now() };
const SERVER = selfSignedCertificate();

describe('TLS', () => {
  const closing: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const listen = async (clientCa?: string) => {
    const tls = { ...SERVER, ...(clientCa !== undefined && { clientCa }) };
    const broker = new EmbeddedBroker(
      { store: 'demo', host: '127.0.0.1', port: 0, tls },
      { authenticator: { authenticate }, clock: CLOCK },
    );
    closing.push(() => broker.stop());
    const heard: string[] = [];
    await broker.start(({ payload }, settle) => {
      heard.push(Buffer.from(payload).toString());
      settle('done');
    });
    return { broker, heard };
  };

  // Our two transports are each other's other side: one connects to the other with verified certificates.
  const dial = async (port: number, tls: ExternalTls, host = 'localhost') => {
    const transport = new ExternalBroker(
      {
        url: `mqtts://shelf-1:1-flehs@${host}:${port}`,
        clientId: 'secure',
        filters: ['endcap/v1/demo/shelf-1/set'],
        tls,
        limits: { firstBackoffMs: 10 },
      },
      { clock: CLOCK, random: Math.random },
    );
    closing.push(() => transport.stop());
    await transport.start((_message, settle) => settle('done'));
    return transport;
  };

  it('carries messages between a device and the broker when the certificate is trusted', async () => {
    const { broker, heard } = await listen();
    const device = await dial(broker.port(), { ca: SERVER.certificate });
    await vi.waitFor(() => expect(device.status().state).toBe('connected'), { timeout: 10_000 });
    await device.publish({ topic: 'endcap/v1/demo/shelf-1/event', payload: 'secret', qos: 1, retain: false });
    expect(heard).toEqual(['secret']);
    expect(broker.status().sentence).toContain('(TLS)');
  });

  it('is refused with a sentence when the certificate is of nobody we know', async () => {
    const { broker } = await listen();
    const device = await dial(broker.port(), {});
    await vi.waitFor(() => expect(device.status()).toMatchObject({ state: 'refused', sentence: expect.stringContaining('mqtt.caFile') }), {
      timeout: 10_000,
    });
    expect(broker.status().clients).toBe(0);
  });

  it('is required where it is configured: plain MQTT gets nowhere, and is counted', async () => {
    const { broker } = await listen();
    const socket = connectTcp({ port: broker.port(), host: '127.0.0.1' });
    socket.on('error', () => undefined);
    socket.write('\x10\x10\x00\x04MQTT\x04\x02\x00\x1e\x00\x04plain', 'latin1');
    await once(socket, 'close');
    expect(broker.status().refused).toEqual({ 'tls-failed': 1 });
  });

  it('lets in only devices with a certificate of the given authority, where one is configured', async () => {
    const known = selfSignedCertificate('device');
    const { broker } = await listen(known.certificate);
    const good = await dial(broker.port(), { ca: SERVER.certificate, certificate: known.certificate, key: known.key });
    await vi.waitFor(() => expect(good.status().state).toBe('connected'), { timeout: 10_000 });
    const stranger = await dial(broker.port(), { ca: SERVER.certificate });
    await vi.waitFor(() => expect(broker.status().refused['tls-failed']).toBeGreaterThan(0), { timeout: 10_000 });
    expect(stranger.status().state).not.toBe('connected');
  });
});
