import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openStore } from '../../agent/store/store.ts';
import { NATIVE_EVENTS, NATIVE_STATE, READING_BODIES } from '../../devices/adapters/native-schemas.ts';
import { AGENT_STATE } from '../../devices/channels/agent-status.ts';
import { DISPLAY_COMMANDS } from '../../devices/channels/display.ts';
import { STAFF_ALERT } from '../../devices/channels/staff.ts';
import { childMessageSchema } from '../../models/vision/wire.ts';
import { ackSchema, batchBodySchema } from '../../sync/protocol.ts';
import { openSqlite } from '../../sync/sqlite-driver.ts';
import { startTestServer } from '../support/http-server.ts';

/** As text a picture of a person's face, however small, is longer than this. */
const LONGEST_TEXT = 1_024;
/** The beginning of a JPEG as text, and then some. */
const PICTURE_TEXT = `/9j/4AAQSkZJRgABAQ${'A'.repeat(3_000)}`;
const PICTURE_NAME = /image|jpe?g|\bpng|photo|thumb|\bcrop|embedding|\bface|frame|pixels|snapshotdata|base64/i;

interface Node {
  readonly [key: string]: unknown;
}

interface Found {
  readonly path: string;
  readonly node: Node;
}

/** Every part of a schema, with where it is. */
function* walk(node: unknown, path: string): Generator<Found> {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) yield { path, node: node as Node };
  for (const [key, inner] of Object.entries(node)) yield* walk(inner, `${path}.${key}`);
}

function partsOf(name: string, schema: z.ZodType): readonly Found[] {
  return [...walk(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), name)];
}

/** Texts in which the text of a picture would fit. */
function roomyTexts(parts: readonly Found[]): readonly string[] {
  return parts.flatMap(({ path, node }) => {
    if (node['type'] !== 'string' || 'enum' in node || 'const' in node) return [];
    const { maxLength, pattern, allOf } = node as { maxLength?: number; pattern?: string; allOf?: readonly { pattern?: string }[] };
    if (maxLength !== undefined && maxLength <= LONGEST_TEXT) return [];
    const patterns = [pattern, ...(allOf ?? []).map((one) => one.pattern)].filter((one) => one !== undefined);
    if (patterns.some((one) => !new RegExp(one, 'u').test(PICTURE_TEXT))) return [];
    return [path];
  });
}

/** Parts that take bytes or anything at all. */
function openParts(parts: readonly Found[]): readonly string[] {
  return parts.flatMap(({ path, node }) => {
    if ('contentEncoding' in node || node['format'] === 'binary' || node['format'] === 'byte') return [path];
    return Object.keys(node).length === 0 && !path.endsWith('.properties') ? [path] : [];
  });
}

/** Fields whose name says picture and whose value is text. */
function pictureNames(parts: readonly Found[]): readonly string[] {
  return parts
    .filter(({ path, node }) => node['type'] === 'string' && PICTURE_NAME.test(path.split('.').at(-1) ?? ''))
    .map(({ path }) => path);
}

const INTO_THE_LOG = { ...prefixed('event', NATIVE_EVENTS), ...prefixed('reading', READING_BODIES), state: NATIVE_STATE };
const TO_THE_CLOUD = { batch: batchBodySchema, ack: ackSchema };
const OUT_OVER_MQTT = { ...prefixed('display', DISPLAY_COMMANDS), alert: STAFF_ALERT, agent: AGENT_STATE };

function prefixed(name: string, schemas: Readonly<Record<string, z.ZodType>>): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [`${name} ${key}`, schema]));
}

describe('no message can carry a picture', () => {
  it.each(Object.entries({ ...INTO_THE_LOG, ...TO_THE_CLOUD, child: childMessageSchema }))('%s', (name, schema) => {
    const parts = partsOf(name, schema as z.ZodType);
    expect(parts.length).toBeGreaterThan(1);
    expect([...openParts(parts), ...roomyTexts(parts), ...pictureNames(parts)]).toEqual([]);
  });

  it.each(Object.entries(OUT_OVER_MQTT))('%s', (name, schema) => {
    const parts = partsOf(name, schema);
    expect([...openParts(parts), ...pictureNames(parts)]).toEqual([]);
  });

  it('this test would find one', () => {
    const parts = (shape: z.ZodRawShape) => partsOf('x', z.object(shape));
    expect(roomyTexts(parts({ note: z.string() }))).toHaveLength(1);
    expect(roomyTexts(parts({ note: z.string().max(64) }))).toEqual([]);
    expect(roomyTexts(parts({ note: z.string().regex(/^[A-Za-z0-9+/=]+$/) }))).toHaveLength(1);
    expect(openParts(parts({ data: z.unknown() }))).toHaveLength(1);
    expect(openParts(parts({ data: z.instanceof(Uint8Array) }))).toHaveLength(1);
    expect(pictureNames(parts({ thumbnail: z.string().max(9) }))).toHaveLength(1);
  });
});

describe('no answer over HTTP holds a picture', () => {
  it("but the manager's live look", async () => {
    const server = await startTestServer();
    try {
      const routes = server.server.routes();
      const pictures = routes.flatMap((route) =>
        Object.values(route.responses).flatMap(({ type }) =>
          type !== undefined && /^(image|video|application\/octet)/.test(type)
            ? [`${route.policy} ${route.method} ${route.path} ${type}`]
            : [],
        ),
      );
      expect(pictures.sort()).toEqual([
        'manager GET /api/v1/store/cameras/:id/picture image/jpeg',
        // Drawn from a text: the code that leads to the shop page.
        'viewer GET /api/v1/store/qr image/svg+xml',
      ]);
      const named = routes.flatMap((route) =>
        Object.values(route.responses).flatMap(({ schema }) =>
          schema === undefined ? [] : pictureNames(partsOf(`${route.method} ${route.path}`, schema)),
        ),
      );
      expect(named).toEqual([]);
    } finally {
      await server.stop();
    }
  });
});

describe('the database', () => {
  it('has no column for bytes, and none named for a picture', () => {
    const dir = mkdtempSync(join(tmpdir(), 'endcap-columns-'));
    try {
      const opened = openStore({ dir, quotaBytes: 1e9, nowMs: Date.now(), retention: RETENTION });
      if (!opened.ok) throw new Error(opened.error.message);
      opened.value.close(Date.now());
      const columns = columnsOf(dir);
      expect(columns.length).toBeGreaterThan(50);
      expect(columns.filter(({ type }) => /BLOB|^$/i.test(type))).toEqual([]);
      expect(columns.filter(({ name }) => PICTURE_NAME.test(name))).toEqual([]);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

const DAY = 86_400_000;
const RETENTION = { logMs: DAY, decisionsMs: DAY, salesMs: DAY, auditMs: DAY, quarantineMs: DAY };

function columnsOf(dir: string): readonly { readonly table: string; readonly name: string; readonly type: string }[] {
  const database = openSqlite(join(dir, 'core.db'), { readonly: true, fileMustExist: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all() as {
      name: string;
    }[];
    return tables.flatMap(({ name: table }) =>
      (database.prepare(`PRAGMA table_info("${table}")`).all() as { name: string; type: string }[]).map(({ name, type }) => ({
        table,
        name,
        type,
      })),
    );
  } finally {
    database.close();
  }
}
