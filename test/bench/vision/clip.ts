import { spawnSync } from 'node:child_process';
import { JpegStream } from '../../../devices/transports/cameras/jpeg-stream.ts';
import { dataFile } from './detectors.ts';

/** The clip of one person at a time: when somebody is there, in seconds, told by eye at one picture a second. */
export const ONE_BY_ONE = {
  path: 'video/one-by-one-person-detection.mp4',
  present: [
    [6, 19],
    [23, 44],
    [50, 69],
    [75, 86],
    [92, 119],
    [124, 135],
  ],
  people: 6,
  seconds: 139,
} as const;

/** Pictures of a clip at a rate, scaled; `undefined` where the clip or ffmpeg is missing. */
export function clipFrames(path: string, options: { readonly rate: number; readonly size?: string }): readonly Buffer[] | undefined {
  const file = dataFile(path);
  if (file === undefined) return undefined;
  const filter = [`fps=${options.rate}`, ...(options.size === undefined ? [] : [`scale=${options.size}`])].join(',');
  const words = [
    '-nostdin',
    '-loglevel',
    'error',
    '-threads',
    '1',
    '-i',
    file,
    '-vf',
    filter,
    '-c:v',
    'mjpeg',
    '-q:v',
    '4',
    '-f',
    'image2pipe',
    'pipe:1',
  ];
  const { stdout, status } = spawnSync('ffmpeg', words, { maxBuffer: 512 * 1024 * 1024 });
  return status === 0 ? new JpegStream().push(stdout) : undefined;
}
