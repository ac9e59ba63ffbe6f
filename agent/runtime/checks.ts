import type { TransportStatus } from '../../devices/transports/transport.ts';
import type { CloudOverview } from '../core/overview.ts';
import type { State } from '../core/state.ts';
import type { TimestampMs } from '../core/units.ts';
import { healthFindings } from './health-findings.ts';
import type { Finding } from './problems.ts';
import { stockFindings } from './stock-checks.ts';

/** What the checks look at; all of it is known without I/O. */
export interface CheckSubjects {
  readonly state: Readonly<State>;
  readonly nowMs: TimestampMs;
  readonly startedAtMs: TimestampMs;
  readonly clockTrusted: boolean;
  readonly transport: TransportStatus;
  readonly cloud: CloudOverview;
  readonly model: { readonly state: 'live' | 'fallback'; readonly sentence: string };
  readonly disk: { readonly usedBytes: number; readonly quotaBytes: number };
  readonly trouble: { readonly kind: 'disk-full' | 'disk-error' | 'none'; readonly detail: string };
  readonly shedLastMinute: number;
  readonly malformedLastHour: number;
  /** Devices that talk but have no place in the store, with how often. */
  readonly unplacedLastHour: number;
  /** What the start found: a restored backup, a refused model file. */
  readonly startFindings: readonly Finding[];
}

/** Everything that is wrong with the store now, in plain words. */
export function findProblems(subjects: CheckSubjects): readonly Finding[] {
  return [
    ...subjects.startFindings,
    ...diskFindings(subjects),
    ...clockFindings(subjects),
    ...transportFindings(subjects),
    ...healthFindings(subjects),
    ...stockFindings(subjects.state, subjects.nowMs),
    ...trafficFindings(subjects),
    ...modelFindings(subjects),
    ...cloudFindings(subjects),
  ];
}

function diskFindings({ trouble, disk }: CheckSubjects): readonly Finding[] {
  if (trouble.kind === 'disk-error') {
    return [
      {
        id: 'disk-error',
        severity: 'error',
        sentence: `Cannot write to the disk: ${trouble.detail}`,
        hint: 'Check the disk and its permissions; devices keep their messages and send them again',
      },
    ];
  }
  if (trouble.kind === 'disk-full') {
    return [
      {
        id: 'disk-full',
        severity: 'error',
        sentence: trouble.detail,
        hint: 'Free space or raise data.quotaBytes; offers, consents and redemptions are still kept',
      },
    ];
  }
  if (disk.usedBytes > 0.9 * disk.quotaBytes) {
    const percent = Math.round((100 * disk.usedBytes) / disk.quotaBytes);
    return [
      {
        id: 'disk-quota',
        severity: 'warning',
        sentence: `${percent} % of the disk quota is used`,
        hint: 'Raise data.quotaBytes, or shorten data.retention; sensor history is dropped first',
      },
    ];
  }
  return [];
}

function clockFindings({ clockTrusted }: CheckSubjects): readonly Finding[] {
  if (clockTrusted) return [];
  return [
    {
      id: 'clock',
      severity: 'error',
      sentence: 'The clock of this computer jumped; offers wait until it is steady for a minute',
      hint: 'Check the time service (NTP); a computer without a clock battery needs one',
    },
  ];
}

function transportFindings({ transport }: CheckSubjects): readonly Finding[] {
  if (transport.state === 'listening' || transport.state === 'connected') return [];
  return [
    {
      id: 'broker',
      severity: 'error',
      sentence: transport.sentence,
      hint: 'Devices cannot be heard until this works; see mqtt in the configuration',
    },
  ];
}

function trafficFindings({ shedLastMinute, malformedLastHour, unplacedLastHour }: CheckSubjects): readonly Finding[] {
  const findings: Finding[] = [];
  if (shedLastMinute > 0) {
    findings.push({
      id: 'overload',
      severity: 'warning',
      sentence: `Overloaded: ${shedLastMinute} sensor ${shedLastMinute === 1 ? 'reading was' : 'readings were'} dropped in the last minute`,
      hint: 'Find the device that sends too much, or lower its rate; shelf events and offers go first',
    });
  }
  if (malformedLastHour > 0) {
    findings.push({
      id: 'malformed',
      severity: 'warning',
      sentence: `${malformedLastHour} messages in the last hour could not be read`,
      hint: 'Look at the quarantine list: it says what was wrong in each',
    });
  }
  if (unplacedLastHour > 0) {
    findings.push({
      id: 'unplaced',
      severity: 'warning',
      sentence: `${unplacedLastHour} messages in the last hour came from devices or slots that the configuration does not know`,
      hint: 'Add the device under devices, or the slot under its fixture',
    });
  }
  return findings;
}

function modelFindings({ model }: CheckSubjects): readonly Finding[] {
  if (model.state === 'live') return [];
  return [
    {
      id: 'model',
      severity: 'warning',
      sentence: model.sentence,
      hint: 'Offers go on by rules; `endcap doctor` says what is wrong with the model',
    },
  ];
}

function cloudFindings({ cloud }: CheckSubjects): readonly Finding[] {
  if (cloud.state === 'refused') {
    // Somebody has to act, but the store itself lacks nothing.
    return [{ id: 'cloud', severity: 'warning', sentence: cloud.sentence, hint: 'Check sync.keyFile; nothing is lost meanwhile' }];
  }
  if (cloud.state === 'offline' && cloud.outageDaysLeft !== undefined && cloud.outageDaysLeft < 7) {
    return [
      {
        id: 'cloud',
        severity: 'warning',
        sentence: `No cloud; the disk holds ${Math.floor(cloud.outageDaysLeft)} more days`,
        hint: 'Check the internet connection',
      },
    ];
  }
  return [];
}
