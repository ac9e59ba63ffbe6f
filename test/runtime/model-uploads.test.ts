import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelUploads, UPLOAD_LIMITS } from '../../agent/runtime/model-uploads.ts';
import type { ModelManifest } from '../../models/manifest.ts';
import { signManifest } from '../../models/manifest-signature.ts';
import { smallArtifact } from '../models/onnx-fixture.ts';
import { tempDir } from '../store/support.ts';

const ARTIFACT = smallArtifact();
const MODEL = Buffer.from(ARTIFACT.onnx);
const KEYS = generateKeyPairSync('ed25519');
const PRIVATE = KEYS.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const SIGNED = signManifest(ARTIFACT.manifest, PRIVATE);

function uploadsIn(data: string, signatures = { trustedKeys: [] as string[], required: false }): ModelUploads {
  let ids = 0;
  return new ModelUploads({ dir: join(data, 'models'), signatures, newId: () => `${++ids}`.padStart(32, '0') });
}

/** Sends both files in pieces; what the last piece was answered. */
function send(uploads: ModelUploads, manifest: Partial<ModelManifest> | string = {}, model: Buffer = MODEL) {
  const text = Buffer.from(typeof manifest === 'string' ? manifest : JSON.stringify({ ...ARTIFACT.manifest, ...manifest }));
  const begun = uploads.begin({ manifestBytes: text.length, modelBytes: model.length });
  if ('kind' in begun) return { id: '', last: begun };
  for (const [file, bytes] of [
    ['manifest', text],
    ['model', model],
  ] as const) {
    for (let at = 0; at < bytes.length; at += 5_000) {
      const last = uploads.part(begun.upload, { file, at, base64: bytes.subarray(at, at + 5_000).toString('base64') });
      if ('kind' in last || last.isComplete) return { id: begun.upload, last };
    }
  }
  throw new Error('It was never complete');
}

describe('a model that is handed in in pieces', () => {
  it('is taken whole, byte for byte, into the folder of the models and nowhere else', () => {
    const data = tempDir();
    const uploads = uploadsIn(data);
    const { id, last } = send(uploads);
    expect(last).toEqual({ isComplete: true });
    const model = uploads.take(id);
    expect(model).toEqual({
      name: `purchase-intent@${ARTIFACT.manifest.sha256.slice(0, 12)}`,
      source: 'staged',
      sha256: ARTIFACT.manifest.sha256,
    });
    expect(readdirSync(data)).toEqual(['models']);
    expect(readdirSync(join(data, 'models'))).toEqual([ARTIFACT.manifest.sha256.slice(0, 12)]);
    expect(readFileSync(join(data, 'models', ARTIFACT.manifest.sha256.slice(0, 12), ARTIFACT.manifest.file)).equals(MODEL)).toBe(true);
    expect(uploads.take(id)).toBeUndefined();
  });

  it.each([
    ['a manifest of 1 MB and a byte', { manifestBytes: 1_000_001, modelBytes: 1 }, 'The manifest has 1.0 MB, and at most 1.0 MB are taken'],
    ['a model of 100 MB', { manifestBytes: 1, modelBytes: 100_000_000 }, 'The model has 100.0 MB, and at most 67.1 MB are taken'],
  ])('%s is refused before anything is sent, with the limit', (_, sizes, sentence) => {
    const data = tempDir();
    expect(uploadsIn(data).begin(sizes)).toEqual({ kind: 'too-large', sentence });
    expect(readdirSync(data)).toEqual([]);
    expect(UPLOAD_LIMITS.modelBytes).toBeGreaterThan(60_000_000);
  });

  it.each<readonly [string, Partial<ModelManifest> | string, RegExp]>([
    ['is no JSON', 'MZ\u0000\u0001 not a manifest', /^Cannot read the model's manifest: it is not JSON/],
    ['names a path', { file: '../../store.yaml' }, /^Cannot read the model's manifest: file: /],
    ['declares who somebody is', { purpose: 'Says how old a shopper is, and the gender' }, /is about who a shopper is$/],
    ['is of another model', { bytes: 7 }, /^This is not the model that the manifest describes/],
    ['would be overwritten by its model', { file: 'manifest.json' }, /^This is not the model that the manifest describes/],
    ['has fields that nobody knows', { ...ARTIFACT.manifest, extra: 1 } as Partial<ModelManifest>, /^Cannot read the model's manifest/],
  ])('a manifest that %s is refused before a byte of the model is written', (_, manifest, sentence) => {
    const data = tempDir();
    const { last } = send(uploadsIn(data), manifest);
    expect(last).toEqual({ kind: 'refused', sentence: expect.stringMatching(sentence), hint: expect.any(String) });
    expect(existsSync(join(data, 'models')) ? readdirSync(join(data, 'models')) : []).toEqual([]);
  });

  it('another model than the one that the manifest describes is refused at its last byte, and removed', () => {
    const data = tempDir();
    const uploads = uploadsIn(data);
    const other = Buffer.from(MODEL);
    other[100] = (other[100] ?? 0) ^ 1;
    const { id, last } = send(uploads, {}, other);
    expect(last).toMatchObject({ kind: 'refused', sentence: expect.stringMatching(/^This is not the model/) });
    expect(uploads.manifestOf(id)).toBeUndefined();
    expect(readdirSync(join(data, 'models'))).toEqual([]);
  });

  it.each<readonly [string, ModelManifest, boolean]>([
    ['not signed', ARTIFACT.manifest, false],
    ['signed by somebody else', signManifest(ARTIFACT.manifest, otherKey()), false],
    ['changed after it was signed', { ...SIGNED, version: 'another' }, false],
    ['signed with a trusted key', SIGNED, true],
  ])('in a store that asks for signatures, one that is %s is judged by that rule', (_, manifest, isTaken) => {
    const uploads = uploadsIn(tempDir(), { trustedKeys: [SIGNED.signature?.key ?? ''], required: true });
    expect('isComplete' in send(uploads, JSON.stringify(manifest)).last).toBe(isTaken);
  });

  it.each([
    ['the model before its manifest', { file: 'model', at: 0 }],
    ['a piece twice', { file: 'manifest', at: 3 }],
    ['more than was said', { file: 'manifest', at: 0, base64: Buffer.alloc(90).toString('base64') }],
  ] as const)('%s ends it', (_, part) => {
    const uploads = uploadsIn(tempDir());
    const begun = uploads.begin({ manifestBytes: 40, modelBytes: 40 });
    if ('kind' in begun) throw new Error(begun.kind);
    const piece = { base64: Buffer.alloc(20).toString('base64'), ...part };
    expect(uploads.part(begun.upload, piece)).toMatchObject({ kind: 'refused', sentence: 'The files did not arrive in order' });
    expect(uploads.part(begun.upload, piece)).toEqual({ kind: 'unknown-upload' });
  });

  it('gives way to the next one, and what a killed agent left behind is removed', () => {
    const data = tempDir();
    mkdirSync(join(data, 'models/.upload-old'), { recursive: true });
    writeFileSync(join(data, 'models/.upload-old/half.onnx'), 'half');
    mkdirSync(join(data, 'models/0123456789ab'));
    const uploads = uploadsIn(data);
    uploads.clean();
    expect(readdirSync(join(data, 'models'))).toEqual(['0123456789ab']);
    const { id } = send(uploads);
    const second = send(uploads);
    expect(uploads.manifestOf(id)).toBeUndefined();
    expect(readdirSync(join(data, 'models'))).toEqual([`.upload-${second.id}`, '0123456789ab']);
  });
});

function otherKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
