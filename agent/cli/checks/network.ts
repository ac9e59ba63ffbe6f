import { get as getPlainly } from 'node:http';
import { get as getSecurely } from 'node:https';
import { connect, createServer } from 'node:net';
import type { StoreConfig } from '../../../config/schema.ts';
import type { Finding } from './finding.ts';

/** Longest wait for anybody on the network. */
const PATIENCE_MS = 5_000;
const SILENCE = `no answer within ${PATIENCE_MS / 1_000} s`;

/** The port of the pages: free, or held by an agent that answers. */
export async function checkHttp({ http }: StoreConfig): Promise<{ readonly finding: Finding; readonly isRunning: boolean }> {
  const where = `${http.host}:${http.port}`;
  const state = await portState(http);
  if (state === 'free') {
    return { finding: { check: 'http', status: 'ok', sentence: `The port of the pages is free (${where})` }, isRunning: false };
  }
  if (state === 'taken' && (await answersAsAgent(http))) {
    return { finding: { check: 'http', status: 'ok', sentence: `An agent is running and serves the pages on ${where}` }, isRunning: true };
  }
  return { finding: { check: 'http', status: 'fail', ...portTrouble(state, where, 'http') }, isRunning: false };
}

/** The embedded broker's port, or whether the external broker can be reached. `isRunning`: an agent of this configuration is up. */
export async function checkBroker({ mqtt }: StoreConfig, isRunning: boolean): Promise<Finding> {
  if (mqtt.url !== undefined) {
    const { hostname, port, protocol } = new URL(mqtt.url);
    const where = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'mqtts:' ? 8883 : 1883) };
    const trouble = await reach(where);
    if (trouble === undefined) return { check: 'broker', status: 'ok', sentence: `The broker ${where.host}:${where.port} can be reached` };
    const hint = 'look at mqtt.url (ENDCAP_MQTT_URL) and at the broker itself; the agent starts without it and keeps trying';
    return { check: 'broker', status: 'fail', sentence: `The broker ${where.host}:${where.port} cannot be reached: ${trouble}`, hint };
  }
  const where = `${mqtt.host}:${mqtt.port}`;
  const state = await portState(mqtt);
  if (state === 'free') return { check: 'broker', status: 'ok', sentence: `The port of the embedded broker is free (${where})` };
  if (state === 'taken' && isRunning)
    return { check: 'broker', status: 'ok', sentence: `The running agent listens for devices on ${where}` };
  return { check: 'broker', status: 'fail', ...portTrouble(state, where, 'mqtt') };
}

/** Whether the hub answers; the store trades on without it, so that it never is a failure. */
export async function checkCloud({ sync }: StoreConfig): Promise<Finding> {
  if (sync.url === undefined) return { check: 'cloud', status: 'ok', sentence: 'No cloud is configured; everything stays in the store' };
  const hint = 'look at sync.url (ENDCAP_SYNC_URL) and the network; totals are kept and sent later';
  const { host } = new URL(sync.url);
  const answer = await statusOf(`${sync.url.replace(/\/$/, '')}/healthz`);
  if (answer === 200) return { check: 'cloud', status: 'ok', sentence: `The hub answers (${host})` };
  const trouble = typeof answer === 'number' ? `answers with status ${answer}` : `cannot be reached: ${answer}`;
  return { check: 'cloud', status: 'warn', sentence: `The hub ${host} ${trouble}`, hint };
}

type PortState = 'free' | 'taken' | 'forbidden' | 'no-such-address';

function portState({ host, port }: { readonly host: string; readonly port: number }): Promise<PortState> {
  if (port === 0) return Promise.resolve('free');
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'EADDRINUSE' ? 'taken' : error.code === 'EACCES' ? 'forbidden' : 'no-such-address');
    });
    server.listen({ host, port }, () => server.close(() => resolve('free')));
  });
}

function portTrouble(state: PortState, where: string, section: 'http' | 'mqtt'): { readonly sentence: string; readonly hint: string } {
  const variable = `ENDCAP_${section.toUpperCase()}`;
  switch (state) {
    case 'forbidden':
      return { sentence: `${where} needs more rights than this user has`, hint: `set ${section}.port (${variable}_PORT) to 1024 or more` };
    case 'no-such-address':
      return { sentence: `This machine has no address for ${where}`, hint: `set ${section}.host (${variable}_HOST)` };
    case 'free':
    case 'taken':
      return { sentence: `Another program uses ${where}`, hint: `stop it, or set ${section}.port (${variable}_PORT)` };
  }
}

async function answersAsAgent({ host, port, tls }: StoreConfig['http']): Promise<boolean> {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  if (tls !== undefined) return (await reach({ host: name.replace(/^\[|\]$/g, ''), port })) === undefined;
  return (await statusOf(`http://${name}:${port}/healthz`)) === 200;
}

/** HTTP status of a GET, or why there is none. Not `fetch`: its promise never settles when the peer hangs up at once. */
function statusOf(url: string): Promise<number | string> {
  return new Promise((resolve) => {
    const get = url.startsWith('https:') ? getSecurely : getPlainly;
    const request = get(url, { agent: false, timeout: PATIENCE_MS }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
      request.destroy();
    });
    request.once('timeout', () => request.destroy(new Error(SILENCE)));
    request.once('error', (error) => resolve(networkReason(error)));
  });
}

/** Why a TCP connection cannot be made, or `undefined` when it can. */
function reach(where: { readonly host: string; readonly port: number }): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ ...where, timeout: PATIENCE_MS });
    const end = (reason: string | undefined) => {
      socket.destroy();
      resolve(reason);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end(SILENCE));
    socket.once('error', (error) => end(networkReason(error)));
  });
}

function networkReason(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  const reasons: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nobody listens there',
    ENOTFOUND: 'there is no such name',
    EAI_AGAIN: 'names cannot be looked up now',
    EHOSTUNREACH: 'there is no way to it',
    ENETUNREACH: 'there is no network',
    ECONNRESET: 'it hung up',
  };
  return reasons[code] ?? error.message;
}
