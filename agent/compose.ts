import { join } from 'node:path';
import type { Logger } from 'pino';
import type { LoadedConfig } from '../config/load.ts';
import { ListenError } from '../devices/transports/listen-error.ts';
import { ResponseScorer } from '../models/policy/response/response-scorer.ts';
import { actsOf } from './compose-acts.ts';
import { createBluetooth } from './compose-bluetooth.ts';
import { createCameraPort } from './compose-camera-port.ts';
import { cameraOfFrame, createCameras } from './compose-cameras.ts';
import { createDevicePort } from './compose-device-port.ts';
import { createTransport } from './compose-devices.ts';
import { createGate } from './compose-gate.ts';
import { httpPorts, httpSettings } from './compose-http.ts';
import { createInsight } from './compose-insight.ts';
import { gaugesOf } from './compose-metrics.ts';
import { createModels } from './compose-models.ts';
import { createPolicyDesk } from './compose-policy.ts';
import { createCloudLink } from './compose-sync.ts';
import { startTimers } from './compose-timers.ts';
import { createPhoneTokens } from './compose-tokens.ts';
import type { Input } from './core/input.ts';
import { localTime } from './core/local-time.ts';
import { fail, ok, type Result } from './core/result.ts';
import { DeviceAccess } from './device-access.ts';
import { createHttpServer } from './http/server.ts';
import { LiveDevices } from './live-devices.ts';
import { packageVersion } from './package-root.ts';
import { Pairing } from './pairing.ts';
import { responseFile } from './response-file.ts';
import { ResponseSource } from './response-source.ts';
import { cached } from './runtime/cached.ts';
import { StoreClock, systemClock } from './runtime/clock.ts';
import { Counters } from './runtime/counters.ts';
import { Feed } from './runtime/feed.ts';
import { offerKeyFrom } from './runtime/key-file.ts';
import { Loop } from './runtime/loop.ts';
import { createMetrics } from './runtime/metrics.ts';
import { OfferCodes } from './runtime/offer-codes.ts';
import { oneTimeCode } from './runtime/one-time-code.ts';
import { policyFindings } from './runtime/policy-checks.ts';
import type { Finding } from './runtime/problems.ts';
import { Recent } from './runtime/recent.ts';
import { recover } from './runtime/recovery.ts';
import { Snapshots } from './runtime/snapshots.ts';
import { Status } from './runtime/status.ts';
import { Timers } from './runtime/timers.ts';
import { UnknownDevices } from './runtime/unknown-devices.ts';
import { openStore } from './store/store.ts';

/** Why the agent cannot start: one line and what to do. */
export interface StartError {
  readonly message: string;
  readonly hint: string;
}

export interface AgentOptions {
  readonly log: Logger;
  /** The program that looks at pictures, by default the installed one. */
  readonly visionProgram?: string;
  /** The program that runs models from elsewhere, by default the installed one. */
  readonly modelProgram?: string;
}

/** A running agent. */
export interface Agent {
  readonly httpUrl: string;
  readonly mqttPort: number;
  /** The one-time code for the first manager, while there is none. */
  readonly setupCode: string | undefined;
  /** Issues a device's credentials; used for the simulated devices of the sample store. */
  issueCredentials(device: string): string;
  /**
   * Takes over zones, fixtures, products, devices, tags, mappings, campaigns and policy of a changed configuration, while phones and devices stay
   * connected. Settings of the process itself wait for a restart.
   */
  reload(changed: LoadedConfig): Promise<void>;
  /** Acknowledges and writes what is under way, takes a snapshot, closes everything. */
  stop(): Promise<void>;
}

/** Log entries looked at after a start to recognise redeliveries. */
const REMEMBERED_ROWS = 50_000;
const MINUTE_MS = 60_000;

/** Builds and starts everything a store needs, in order; the only place that knows every part. */
export async function startAgent(
  loaded: LoadedConfig,
  { log, visionProgram, modelProgram }: AgentOptions,
): Promise<Result<Agent, StartError>> {
  const { config, store: map, secrets } = loaded;
  const opened = openStore({
    dir: config.data.dir,
    quotaBytes: config.data.quota,
    nowMs: systemClock.wallMs(),
    retention: retentionOf(config.data.retention),
  });
  if (!opened.ok) return fail(opened.error);
  const store = opened.value;
  const startFindings: Finding[] = [];
  if (store.recovery !== undefined) {
    log.error({ corruptFile: store.recovery.corruptFile }, store.recovery.sentence);
    startFindings.push({
      id: 'restored',
      severity: 'warning',
      sentence: store.recovery.sentence,
      hint: `The damaged file was kept as ${store.recovery.corruptFile}`,
    });
  }

  const aggregateSettings = { minVisits: config.sync.minVisits, timeZone: map.timeZone };
  const recovered = recover(store.journal, aggregateSettings);
  log.info({ replayed: recovered.replayed, seq: store.journal.lastSeq() }, 'State is read back from the log');
  const clock = new StoreClock(systemClock, recovered.state.nowMs);
  const startedAtMs = clock.nowMs();
  const counters = new Counters();
  const recent = new Recent(startedAtMs);
  const feed = new Feed();
  const time = localTime(map.timeZone);
  const minuteOfDay = (atMs: number) => time.minuteOfDay(atMs);

  const models = createModels(config, {
    store,
    counters,
    log,
    minuteOfDay,
    nowMs: () => clock.nowMs(),
    state: () => loop.state,
    submit: (input) => submit(input),
    program: modelProgram,
    configFile: loaded.file,
  });
  await models.start();

  const response = new ResponseSource(responseFile(config.data.dir), (sentence) => log.info(sentence));
  response.look();

  const devices = new LiveDevices(config);
  const unknownDevices = new UnknownDevices();
  const pairing = new Pairing({ devices, unknown: unknownDevices, nowMs: () => clock.nowMs() });
  const guest = (clientId: string) => pairing.admit(clientId);
  const access = new DeviceAccess(store.devices);
  const transport = createTransport(config, { secrets, devices, credentials: store.devices, access, clock: systemClock, guest });
  const loop = new Loop({
    state: recovered.state,
    aggregate: recovered.aggregate,
    aggregateSettings,
    journal: store.journal,
    scorer: new ResponseScorer(models.scorer, () => response.model()),
    counters,
    nowMs: () => clock.nowMs(),
    monotonicMs: systemClock.monotonicMs,
    act: (acts) => carryOut(acts),
    recover: () => recover(store.journal, aggregateSettings),
    onCommitted(turn) {
      const compiled = loop.state.store;
      if (compiled !== undefined) for (const row of turn.rows) recent.note(row, compiled, turn.atMs);
      models.committed(turn);
      snapshots.committed(turn);
    },
    onFull: () => snapshots.takeForRoom(clock.nowMs()),
    onTrouble(trouble, detail) {
      if (trouble !== 'none') log.error({ trouble }, detail);
      status.noteTrouble(trouble, detail);
    },
  });
  const snapshots = new Snapshots(store.journal, {
    current: () => ({ state: loop.state, aggregate: loop.aggregate }),
    onError: (error) => log.error({ err: error }, 'Cannot write a snapshot; the log is kept until one succeeds'),
  });
  const codes = new OfferCodes({
    storeId: map.storeId,
    privateKeyPem: offerKeyFrom(join(config.data.dir, 'keys/offer-signing.pem')),
    offers: () => offersIn(loop),
  });

  const carryOut = actsOf({ storeId: map.storeId, devices, transport, feed, counters, log, nowMs: () => clock.nowMs() });

  const submit = async (input: Input): Promise<void> => {
    const outcome = await loop.submit(input);
    if (outcome.kind !== 'committed') throw new Error(`Cannot record "${input.kind}": ${outcome.kind}`);
  };
  // The log must know the store before the first message can be placed in it.
  if (JSON.stringify(recovered.state.store?.map) !== JSON.stringify(map)) await submit({ kind: 'store.configured', store: map });
  if (!recovered.state.clockTrusted) await submit({ kind: 'clock.trust', trusted: true });

  // An erasure that a crash left half done is finished now: the snapshot without the visit lets its log entries go.
  if (store.journal.pendingForgets().count > 0) snapshots.take(clock.nowMs());

  const cloud = createCloudLink(config, {
    secrets,
    outbox: store.outbox,
    epoch: store.outbox.epoch(),
    campaignsVersion: loop.state.remote.version,
    submit,
  });
  const outcomes = cached(MINUTE_MS / 6, { monotonicMs: systemClock.monotonicMs, read: () => store.outcomes.sumsSince(0) });
  const status = new Status({
    state: () => loop.state,
    nowMs: () => clock.nowMs(),
    startedAtMs,
    version: packageVersion(),
    shopUrl: `${(config.http.publicUrl ?? '').replace(/\/$/, '')}/shop`,
    counters,
    recent,
    clockTrusted: () => clock.trusted,
    transport: () => transport.status(),
    cloud() {
      const { state, sentence, lastUploadAtMs, backlogBatches, backlogBytes } = cloud.uploader.status();
      return { state, sentence, lastUploadAtMs, backlogBatches, backlogBytes };
    },
    model: () => models.scorer.status(),
    disk: () => store.database.usage(),
    outcomes,
    startFindings,
    moreFindings: () => [
      ...models.findings(),
      ...cameras.findings(),
      ...bluetooth.findings(),
      ...policyFindings(loop.state),
      ...response.findings(),
    ],
    onProblems({ began, ended }) {
      for (const { sentence, hint } of began) log.warn({ hint }, sentence);
      for (const { sentence } of ended) log.info(`Cleared: ${sentence}`);
    },
  });

  const tokens = createPhoneTokens({ loop, counters, dataDir: config.data.dir });
  const gate = createGate({ loop, devices, counters, codes, tokens, store, unknownDevices, nowMs: () => clock.nowMs() });
  for (const { input } of store.journal.read(Math.max(0, store.journal.lastSeq() - REMEMBERED_ROWS))) {
    if (input.kind === 'reading') gate.seen(input.reading);
  }

  const cameras = createCameras({
    loaded,
    nowMs: () => clock.nowMs(),
    counters,
    receive: (message) => gate.receive(message, () => undefined),
    program: visionProgram,
  });
  const bluetooth = createBluetooth({
    config,
    secrets,
    devices,
    counters,
    nowMs: () => clock.nowMs(),
    knowsToken: (token) => tokens.visitOf(token, clock.nowMs()) !== undefined,
    receive: (message) => gate.receive(message, () => undefined),
  });
  const reload = async (changed: LoadedConfig): Promise<void> => {
    // The place comes first: a device may write as soon as its adapter knows it.
    await submit({ kind: 'store.configured', store: changed.store });
    devices.replace(changed.config);
    unknownDevices.forget((device) => devices.hasPlace(device));
    cameraPort.changed(changed);
  };
  const cameraPort = createCameraPort({ loaded, cameras, loop, store, nowMs: () => clock.nowMs(), use: reload });

  const devicePort = createDevicePort({ loaded, loop, store, pairing, use: reload, disconnect: (id) => transport.disconnect?.(id) });

  let setupCode = store.managers.isSetUp() ? undefined : oneTimeCode();
  const policy = createPolicyDesk({ loaded, loop, store, response, nowMs: () => clock.nowMs(), monotonicMs: systemClock.monotonicMs });
  const http = createHttpServer({
    settings: httpSettings(loaded),
    ports: httpPorts({
      loop,
      store,
      map,
      codes,
      phones: { grant: (visit) => tokens.grant(visit, clock.nowMs()) },
      feed,
      status,
      unknownDevices,
      counters,
      nowMs: () => clock.nowMs(),
      monotonicMs: systemClock.monotonicMs,
      metrics: createMetrics(counters, gaugesOf({ loop, feed, transport, cloud, store, status })),
      readiness: {
        checks: () => [
          { name: 'database', ready: true, sentence: 'The database is open' },
          { name: 'devices', ready: isUp(transport.status().state), sentence: transport.status().sentence },
          {
            name: 'clock',
            ready: clock.trusted,
            sentence: clock.trusted ? 'The clock is steady' : 'The clock jumped and is not trusted yet',
          },
        ],
      },
      cameras: cameraPort,
      models: models.desk,
      policy: policy.ports,
      insight: createInsight({ loaded, loop, store, nowMs: () => clock.nowMs() }),
      devices: devicePort,
      setupCode: {
        current() {
          if (store.managers.isSetUp()) setupCode = undefined;
          return setupCode;
        },
      },
      defects: { report: ({ route, error }) => log.error({ err: error, route }, 'A request failed inside the agent') },
    }),
  });

  const timers = new Timers((name, error) => log.error({ err: error, timer: name }, 'A regular task failed and will be tried again'));
  async function abandon(error: StartError): Promise<Result<never, StartError>> {
    timers.stop();
    cameras.stop();
    await http.stop();
    await transport.stop();
    await loop.stop();
    await models.close();
    store.close(systemClock.wallMs());
    return fail(error);
  }

  const listening = await http.start();
  if (!listening.ok) return abandon(listening.error);
  try {
    await transport.start((message, settle) => {
      if (pairing.take(message)) return settle('done');
      const camera = cameraOfFrame(map.storeId, message.topic);
      // A picture is looked at and forgotten: it never comes near what is written.
      if (camera !== undefined && cameras.take(camera, message.payload)) return settle('done');
      gate.receive(message, settle);
    });
  } catch (error) {
    if (error instanceof ListenError)
      return abandon({
        message: error.message,
        hint: `Set ${error.setting} in the configuration or ${error.environment} in the environment`,
      });
    throw error;
  }
  cloud.start();
  bluetooth.start();
  cameras.start();
  models.startTimers(timers);
  policy.startTimers(timers);
  startTimers(timers, {
    loop,
    clock,
    status,
    store,
    transport,
    submit,
    log,
    storeId: map.storeId,
    startedAtMs,
    access,
    hasDashboard: config.mqtt.url !== undefined,
  });

  let stopped: Promise<void> | undefined;
  return ok({
    httpUrl: listening.value.url,
    mqttPort: 'port' in transport && typeof transport.port === 'function' ? Number(transport.port()) : 0,
    setupCode,
    issueCredentials: (device) => store.devices.issue(device, systemClock.wallMs()),
    reload,
    stop() {
      stopped ??= (async () => {
        timers.stop();
        cameras.stop();
        await bluetooth.stop();
        // First no more comes in, then what is inside is written, then the readers go.
        await transport.stop();
        await loop.stop();
        await cloud.stop();
        await http.stop();
        snapshots.take(clock.nowMs());
        await models.close();
        store.close(systemClock.wallMs());
      })();
      return stopped;
    },
  });
}

function* offersIn(loop: Loop) {
  for (const { offer } of loop.state.offers.values()) yield offer;
}

function isUp(state: string): boolean {
  return state === 'listening' || state === 'connected';
}

function retentionOf(retention: LoadedConfig['config']['data']['retention']) {
  return {
    logMs: retention.log,
    decisionsMs: retention.decisions,
    salesMs: retention.sales,
    auditMs: retention.audit,
    quarantineMs: retention.quarantine,
  };
}
