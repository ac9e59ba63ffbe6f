import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from '../shared/icons.tsx';
import { type Camera, type CameraList, cameraApi } from './camera-api.ts';
import type { CameraEditorProps } from './camera-editor.tsx';
import { useLate } from './late.ts';
import { useOverview, usePage } from './page.ts';
import { Badge, Card } from './parts.tsx';
import { PrivacyNotice } from './privacy-notice.tsx';

/** The cameras: what each of them counts, the way to set one up, and the notice that hangs beside them. */
export function Cameras(): JSX.Element | null {
  const { desk } = usePage();
  const hasCameras = useOverview().devices.some(({ role }) => role === 'camera');
  if (!hasCameras || !desk.mayManage.value) return null;
  return <CameraCard />;
}

function CameraCard(): JSX.Element {
  const list = useSignal<CameraList | undefined>(undefined);
  const chosen = useSignal<string | undefined>(undefined);
  const said = useSignal('');
  const load = async (): Promise<void> => {
    const answer = await cameraApi.cameras();
    if (answer.kind === 'ok') list.value = answer.value;
  };
  useEffect(() => void load(), []);
  const open = (id: string) => {
    chosen.value = id;
    said.value = '';
  };
  const camera = list.value?.cameras.find(({ id }) => id === chosen.value);
  return (
    <Card id="cameras" title="Cameras">
      <p class="note">
        People are counted, nobody is recognised, and no picture is kept. <a href="/shop/privacy">What shoppers are told</a>
      </p>
      {list.value?.cameras.length === 0 ? (
        <p class="note">No camera is looked through by this agent. Add one under “cameras” in the configuration.</p>
      ) : null}
      <ul class="camera-list">
        {list.value?.cameras.map((one) => (
          <CameraLine key={one.id} camera={one} isOpen={one.id === chosen.value} onOpen={() => open(one.id)} />
        ))}
      </ul>
      {said.value === '' ? null : (
        <p class="strip tone-good" role="status">
          <Icon name="ok" /> {said.value}
        </p>
      )}
      {camera === undefined || list.value === undefined ? null : (
        <Editor
          key={camera.id}
          camera={camera}
          isWritable={list.value.isWritable}
          onClose={(saved) => {
            chosen.value = undefined;
            said.value = saved ? `${camera.name} is saved in the configuration, and in use.` : '';
            if (saved) void load();
          }}
        />
      )}
      <PrivacyNotice />
    </Card>
  );
}

function CameraLine(props: { readonly camera: Camera; readonly isOpen: boolean; readonly onOpen: () => void }): JSX.Element {
  const { camera } = props;
  const { zones, problems } = useOverview();
  const problem = problems.find(({ id }) => id === `camera:${camera.id}`);
  const place =
    camera.floor === undefined
      ? `counts in ${zones.find(({ id }) => id === camera.zone)?.name ?? camera.zone}`
      : 'places people on the plan';
  const extras = [
    count(camera.entrances.length, 'entrance'),
    count(camera.queues.length, 'queue'),
    count(camera.shelves.length, 'shelf', 'shelves'),
    count(camera.masks.length, 'part blacked out', 'parts blacked out'),
  ].filter((part) => part !== '');
  return (
    <li class="camera-line">
      <span>
        <strong>{camera.name}</strong> <span class="note">{[place, ...extras].join(', ')}</span>
      </span>
      {camera.isQuiet ? <Badge tone="calm">Quiet hours, no pictures</Badge> : null}
      {problem === undefined ? null : <Badge tone="warn">{problem.sentence.replace(/^camera [^:]+: /, '')}</Badge>}
      <button type="button" class="button small" aria-expanded={props.isOpen} onClick={props.onOpen}>
        Set up<span class="visually-hidden"> {camera.name}</span>
      </button>
    </li>
  );
}

function count(number: number, one: string, many = `${one}s`): string {
  return number === 0 ? '' : `${number} ${number === 1 ? one : many}`;
}

/** Drawing in pictures is a large part of the page's code and rarely needed, so it comes on its own. */
function Editor(props: CameraEditorProps): JSX.Element {
  const late = useLate(() => import('./camera-editor.tsx'));
  if (late.kind === 'loading') return <p role="status">One moment…</p>;
  if (late.kind === 'failed') return <p class="note">This part of the page could not be loaded. Load the page again.</p>;
  return <late.module.CameraEditor {...props} />;
}
