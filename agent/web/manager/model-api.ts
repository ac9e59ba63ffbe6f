import type { ModelPart, ModelUpload, ModelWork } from '../../core/models-overview.ts';
import { type Answer, request } from '../shared/request.ts';

/** The two files of a model, as somebody chose them. */
export interface ModelFiles {
  readonly manifest: File;
  readonly model: File;
}

/** Asks for a piece of work on models. A model is checked in a process of its own, which takes a few seconds. */
export function askOfModels(work: ModelWork): Promise<Answer<{ readonly sentence: string }>> {
  return request('/api/v1/store/model/work', { method: 'POST', body: work, timeoutMs: 60_000 });
}

/** Sends both files in pieces, the manifest first; gives the name of the upload. `progress` is told the share that has arrived. */
export async function sendModel({ manifest, model }: ModelFiles, progress: (share: number) => void): Promise<Answer<string>> {
  const sizes = { manifestBytes: manifest.size, modelBytes: model.size };
  const begun = await request<ModelUpload>('/api/v1/store/model/uploads', { method: 'POST', body: sizes });
  if (begun.kind !== 'ok') return begun;
  const { upload, partBytes } = begun.value;
  let sent = 0;
  for (const [name, file] of [
    ['manifest', manifest],
    ['model', model],
  ] as const) {
    for (let at = 0; at < file.size; at += partBytes) {
      const body: ModelPart = { file: name, at, base64: await base64Of(file.slice(at, at + partBytes)) };
      const taken = await request<unknown>(`/api/v1/store/model/uploads/${upload}`, { method: 'POST', body, timeoutMs: 30_000 });
      if (taken.kind !== 'ok') return taken;
      sent += Math.min(partBytes, file.size - at);
      progress(sent / (manifest.size + model.size));
    }
  }
  return { kind: 'ok', value: upload, serverAtMs: undefined };
}

/** The browser's own way to base64: behind the comma of a data URL. */
function base64Of(piece: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '');
    reader.onerror = () => reject(new Error('Cannot read the file'));
    reader.readAsDataURL(piece);
  });
}

/** What to tell whoever asked. */
export function wordsOf(answer: Answer<unknown>): { readonly sentence: string; readonly hint: string } {
  if (answer.kind === 'refused') return { sentence: answer.sentence, hint: answer.hint };
  return { sentence: 'The agent did not answer.', hint: 'Check that its computer is on, then try again.' };
}
