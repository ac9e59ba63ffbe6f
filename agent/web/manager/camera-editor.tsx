import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from '../shared/icons.tsx';
import { type Camera, type CameraSaved, cameraApi, type Picture } from './camera-api.ts';
import { draftOf, drawingOf, firstFloor, project } from './camera-draft.ts';
import { CameraPicture } from './camera-picture.tsx';
import { CameraPlan } from './camera-plan.tsx';
import { ShapeList } from './camera-shapes.tsx';
import { useOverview, usePage } from './page.ts';
import { isInView } from './views.ts';

/** How often a new picture is asked for while somebody looks. */
const LOOK_EVERY_MS = 1_000;
const AGAIN_AFTER_MS = 2_500;

export interface CameraEditorProps {
  readonly camera: Camera;
  readonly isWritable: boolean;
  readonly onClose: (saved: boolean) => void;
}

/** Sets one camera up: four points of the floor on the picture and on the plan, and what is to be counted where. */
export function CameraEditor(props: CameraEditorProps): JSX.Element {
  const { camera } = props;
  const { plan, zones } = useOverview();
  const draft = useSignal(draftOf(camera));
  const projection = useComputed(() => project(draft.value.floor));
  const live = useLivePicture(camera);
  const saving = useSaving(camera, props.onClose);
  const { floor, zone } = draft.value;
  return (
    <div class="camera-editor">
      <p class="strip no-print">
        <Icon name="person" /> The picture is live and only for you: it is in this page’s memory until the next one, and it is written
        nowhere.
      </p>
      <fieldset class="camera-mode">
        <legend>Where the people in this picture are counted</legend>
        <label>
          <input
            type="radio"
            name="camera-mode"
            checked={floor === undefined}
            onChange={() => (draft.value = { ...draft.value, floor: undefined, zone: zone ?? zones[0]?.id })}
          />{' '}
          All in one zone
        </label>
        <label>
          <input
            type="radio"
            name="camera-mode"
            checked={floor !== undefined}
            onChange={() => (draft.value = { ...draft.value, floor: camera.floor ?? firstFloor(plan) })}
          />{' '}
          Wherever they stand on the plan
        </label>
        {floor === undefined ? (
          <span class="filter">
            <label for="camera-zone">Zone</label>
            <select id="camera-zone" value={zone} onChange={(event) => (draft.value = { ...draft.value, zone: event.currentTarget.value })}>
              {zones.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </span>
        ) : null}
      </fieldset>
      <div class="camera-panes">
        <fieldset>
          <legend>The picture</legend>
          <CameraPicture
            camera={camera}
            live={live.picture}
            aspect={live.aspect}
            draft={draft}
            projection={projection.value}
            zones={zones}
          />
          <p class="note" role="status">
            {live.picture === undefined ? 'Waiting for the first picture…' : live.picture.kind === 'none' ? live.picture.sentence : ' '}
          </p>
        </fieldset>
        <fieldset>
          <legend>The store plan</legend>
          <CameraPlan draft={draft} projection={projection.value} />
          {floor === undefined ? null : <FloorWords projection={projection.value} />}
        </fieldset>
      </div>
      <ShapeList draft={draft} />
      {saving.outcome === undefined ? null : <Outcome outcome={saving.outcome} />}
      <p class="actions">
        <button
          type="button"
          class="button primary"
          disabled={saving.isBusy || (floor !== undefined && projection.value === undefined)}
          onClick={() => void saving.save(drawingOf(draft.value))}
        >
          {props.isWritable ? 'Save and use' : 'Show the lines to paste'}
        </button>{' '}
        <button type="button" class="button" onClick={() => props.onClose(false)}>
          Close
        </button>
      </p>
    </div>
  );
}

function FloorWords(props: { readonly projection: ReturnType<typeof project> }): JSX.Element {
  if (props.projection === undefined) {
    return (
      <p class="strip tone-warn">
        <Icon name="warning" /> Three of the points lie on a line. Choose four corners that are far apart.
      </p>
    );
  }
  const { middle, worst } = props.projection.errorM;
  const isRough = worst > 1;
  return (
    <p class={`strip ${isRough ? 'tone-warn' : 'tone-good'}`}>
      <Icon name={isRough ? 'warning' : 'ok'} /> Feet are placed to about {metres(middle)} in the middle and {metres(worst)} at the edge.
      {isRough ? ' Points that are further apart make it better.' : ''} The grid has squares of a metre: it should lie flat on the floor.
    </p>
  );
}

function metres(value: number): string {
  if (value < 1) return `${Math.max(5, Math.round(value * 20) * 5)} cm`;
  return value < 10 ? `${value.toFixed(1)} m` : 'more than 10 m';
}

type Refused = { readonly kind: 'refused'; readonly sentence: string };

function Outcome(props: { readonly outcome: CameraSaved | Refused }): JSX.Element {
  const { outcome } = props;
  switch (outcome.kind) {
    case 'saved':
      return (
        <p class="strip tone-good" role="status">
          <Icon name="ok" /> Saved in the configuration, and in use.
        </p>
      );
    case 'refused':
      return (
        <p class="strip tone-bad" role="alert">
          <Icon name="error" /> {outcome.sentence}
        </p>
      );
    case 'not-written':
      return (
        <div role="alert">
          <p class="strip tone-warn">
            <Icon name="warning" /> {outcome.reason}. Put these lines in place of the camera’s own under “cameras”; they are used a second
            later.
          </p>
          <label for="camera-yaml" class="visually-hidden">
            Lines for the configuration
          </label>
          <textarea id="camera-yaml" class="camera-yaml" readOnly rows={10} value={outcome.yaml} />
        </div>
      );
  }
}

function useSaving(camera: Camera, onClose: CameraEditorProps['onClose']) {
  const { desk } = usePage();
  const outcome = useSignal<CameraSaved | Refused | undefined>(undefined);
  const isBusy = useSignal(false);
  return {
    outcome: outcome.value,
    isBusy: isBusy.value,
    save: async (drawing: ReturnType<typeof drawingOf>) => {
      isBusy.value = true;
      const answer = await cameraApi.save(camera.id, drawing);
      isBusy.value = false;
      if (answer.kind === 'ok') outcome.value = answer.value;
      else if (answer.kind === 'unreachable') outcome.value = { kind: 'refused', sentence: 'The agent did not answer. Try again.' };
      else outcome.value = { kind: 'refused', sentence: `${answer.sentence} ${answer.hint}` };
      if (answer.kind === 'refused' && answer.status === 401) void desk.start();
      if (answer.kind === 'ok' && answer.value.kind === 'saved') onClose(true);
    },
  };
}

/** Asks for one picture after the other while the page is in front and the cameras on it; the last one is dropped when the editor closes. */
function useLivePicture(camera: Camera): { readonly picture: Picture | undefined; readonly aspect: number } {
  const { place } = usePage();
  const picture = useSignal<Picture | undefined>(undefined);
  const aspect = useSignal(9 / 16);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const look = async (): Promise<void> => {
      if (document.visibilityState === 'visible' && isInView(place.peek(), 'devices')) {
        const next = await cameraApi.picture(camera.id);
        if (isOver) return;
        if (next.kind === 'picture') aspect.value = (await aspectOf(next.url, camera.rotate)) ?? aspect.value;
        picture.value = next;
      }
      if (!isOver) timer = setTimeout(() => void look(), picture.value?.kind === 'picture' ? LOOK_EVERY_MS : AGAIN_AFTER_MS);
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
      picture.value = undefined;
    };
  }, [camera.id]);
  return { picture: picture.value, aspect: aspect.value };
}

/** Height by width of a picture once it is turned upright. */
function aspectOf(url: string, rotate: Camera['rotate']): Promise<number | undefined> {
  return new Promise((resolve) => {
    const image = new Image();
    image.onload = () => {
      const aspect = image.naturalHeight / Math.max(1, image.naturalWidth);
      resolve(rotate === 90 || rotate === 270 ? 1 / aspect : aspect);
    };
    image.onerror = () => resolve(undefined);
    image.src = url;
  });
}
