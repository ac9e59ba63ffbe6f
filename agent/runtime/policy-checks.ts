import { allTracks } from '../core/experiments/manage.ts';
import type { State } from '../core/state.ts';
import type { Finding } from './problems.ts';

/** Campaigns and experiments that stopped by themselves: somebody should know, and decide. */
export function policyFindings(state: Readonly<State>): readonly Finding[] {
  const names = new Map((state.store?.campaigns ?? []).map(({ id, name }) => [id, name]));
  const campaigns = [...state.guards].flatMap(([id, { stopped }]): Finding[] =>
    stopped === undefined || !names.has(id)
      ? []
      : [
          {
            id: `campaign-stopped:${id}`,
            severity: 'warning',
            sentence: `The campaign "${names.get(id)}" stopped by itself: ${stopped.sentence}`,
            hint: 'Change it, or resume it under "Campaigns": it is then judged by what it does from now on',
          },
        ],
  );
  const experiments = allTracks(state).flatMap((track): Finding[] => {
    if (track.status === 'broken') {
      return [
        {
          id: `experiment-broken:${track.plan.id}`,
          severity: 'warning',
          sentence: `The experiment "${track.plan.name}" was stopped: its visits were not dealt out as intended, so its figures say nothing`,
          hint: 'Look for what keeps visits of one variant from being counted, then begin it anew',
        },
      ];
    }
    if (track.status !== 'stopped' || track.stoppedBy !== 'guardrail') return [];
    return [
      {
        id: `experiment-stopped:${track.plan.id}`,
        severity: 'warning',
        sentence: `The experiment "${track.plan.name}" stopped by itself. ${track.sentence}`,
        hint: 'Everybody gets its first variant again; begin it anew under "Experiments" if you want to try once more',
      },
    ];
  });
  return [...campaigns, ...experiments];
}
