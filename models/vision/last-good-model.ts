import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseVisionManifest } from './vision-manifest.ts';

/** Keeps a copy of each customer's model that has worked, so that it can stand in when its next version does not. */
export class LastGoodModel {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Manifest of the copy that was kept of what stood at a path, when it is another one than stands there now; at most one. */
  manifestFor(path: string): readonly string[] {
    const kept = join(this.#place(path), 'manifest.json');
    return existsSync(kept) ? [kept] : [];
  }

  /** Keeps a copy of a model that has worked. A disk that does not take it costs the copy, not the model. */
  keep(path: string): void {
    try {
      const text = readFileSync(path, 'utf8');
      const place = this.#place(path);
      const kept = join(place, 'manifest.json');
      if (existsSync(kept) && readFileSync(kept, 'utf8') === text) return;
      const manifest = parseVisionManifest(text);
      if (!manifest.ok) return;
      const fresh = `${place}.new`;
      rmSync(fresh, { recursive: true, force: true });
      mkdirSync(fresh, { recursive: true });
      copyFileSync(join(dirname(path), manifest.value.file), join(fresh, manifest.value.file));
      writeFileSync(join(fresh, 'manifest.json'), text);
      rmSync(place, { recursive: true, force: true });
      renameSync(fresh, place);
    } catch {
      // It is a spare part; what it is a spare of works.
    }
  }

  #place(path: string): string {
    return join(this.#folder, createHash('sha256').update(path).digest('hex').slice(0, 16));
  }
}
