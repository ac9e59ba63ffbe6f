import { FfmpegSource } from './ffmpeg-source.ts';
import { FolderSource } from './folder-source.ts';
import type { FrameSource } from './frame-source.ts';
import { HttpSource } from './http-source.ts';

/** Forms of a camera's source, as they are written in a configuration. */
export const SOURCE_FORMS =
  'an http(s) address (snapshot or MJPEG), an rtsp(s) address, folder:PATH of JPEG pictures, file:PATH of a video, or mqtt';

/** Whether a text names a source. */
export function isSource(text: string): boolean {
  return text === 'mqtt' || /^(?:folder|file):./.test(text) || (/^(?:https?|rtsps?):\/\/./.test(text) && URL.canParse(text));
}

/** Opens a source; `undefined` for `mqtt`, whose pictures come with the other messages. Paths are absolute by then. */
export function openSource(source: string, rate: number): FrameSource | undefined {
  if (source === 'mqtt') return undefined;
  if (source.startsWith('folder:')) return new FolderSource(source.slice('folder:'.length), 1_000 / rate);
  if (source.startsWith('file:')) return new FfmpegSource(source.slice('file:'.length), rate);
  if (/^rtsps?:/.test(source)) return new FfmpegSource(source, rate);
  return new HttpSource(source, 1_000 / rate);
}
