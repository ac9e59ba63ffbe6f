import type { TrafficOverview } from '../../core/cameras/traffic-overview.ts';
import { type Answer, request } from '../shared/request.ts';

/** A point of the picture in [0, 1] from its top left corner, or of the plan in metres. */
export type Pair = readonly [number, number];

/** What is drawn into the picture of a camera. */
export interface CameraDrawing {
  readonly zone?: string | undefined;
  readonly floor?: readonly { readonly picture: Pair; readonly plan: Pair }[] | undefined;
  readonly entrances: readonly {
    readonly id: string;
    readonly zone?: string;
    readonly line: readonly [Pair, Pair];
    readonly inside: Pair;
  }[];
  readonly queues: readonly { readonly till: string; readonly name?: string; readonly area: readonly Pair[]; readonly alertAt: number }[];
  readonly shelves: readonly { readonly fixture: string; readonly polygon: readonly Pair[] }[];
  readonly masks: readonly (readonly Pair[])[];
}

/** A camera of the store. */
export interface Camera extends CameraDrawing {
  readonly id: string;
  readonly name: string;
  readonly rotate: 0 | 90 | 180 | 270;
  readonly rate: number;
  readonly quietHours: readonly { readonly from: string; readonly to: string }[];
  readonly isQuiet: boolean;
}

export interface CameraList {
  readonly cameras: readonly Camera[];
  readonly isWritable: boolean;
}

export type CameraSaved = { readonly kind: 'saved' } | { readonly kind: 'not-written'; readonly reason: string; readonly yaml: string };

/** The notice for shoppers in one language. */
export interface NoticeText {
  readonly language: string;
  readonly languages: readonly { readonly code: string; readonly name: string }[];
  readonly title: string;
  readonly lead: string;
  readonly parts: readonly { readonly heading: string; readonly lines: readonly string[] }[];
}

/** What the agent says of its cameras, and takes. */
export const cameraApi = {
  traffic: (): Promise<Answer<TrafficOverview>> => request('/api/v1/store/traffic'),
  cameras: (): Promise<Answer<CameraList>> => request('/api/v1/store/cameras'),
  save: (id: string, drawing: CameraDrawing): Promise<Answer<CameraSaved>> =>
    request(`/api/v1/store/cameras/${encodeURIComponent(id)}`, { method: 'POST', body: drawing }),
  notice: (language: string): Promise<Answer<NoticeText>> => request(`/api/v1/notice?lang=${encodeURIComponent(language)}`),
  picture,
};

/** A picture as an address that holds it, or why there is none; it lives in this page's memory only. */
export type Picture = { readonly kind: 'picture'; readonly url: string } | { readonly kind: 'none'; readonly sentence: string };

async function picture(id: string): Promise<Picture> {
  try {
    const response = await fetch(`/api/v1/store/cameras/${encodeURIComponent(id)}/picture`, {
      cache: 'no-store',
      credentials: 'same-origin',
      signal: AbortSignal.timeout(8_000),
    });
    if (response.ok) return { kind: 'picture', url: await dataUrl(await response.blob()) };
    const problem = (await response.json()) as { readonly title?: string; readonly hint?: string };
    return { kind: 'none', sentence: [problem.title, problem.hint].filter((part) => part !== undefined).join(' ') };
  } catch {
    return { kind: 'none', sentence: 'The agent did not answer.' };
  }
}

/** As text: the page's policy lets no other kind of address into a picture. */
function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(new Error('Cannot read the picture'));
    reader.readAsDataURL(blob);
  });
}
