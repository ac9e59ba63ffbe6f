import type { EventStreams } from './event-streams.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import type { OverviewFeed } from './overview-feed.ts';
import type { HttpPorts } from './ports.ts';
import type { Sessions } from './sessions.ts';
import type { HttpSettings } from './settings.ts';

/** What the routes are built from. */
export interface HttpContext {
  readonly settings: HttpSettings;
  readonly ports: HttpPorts;
  readonly streams: EventStreams;
  readonly sessions: Sessions;
  readonly gatekeeper: Gatekeeper;
  readonly overviewFeed: OverviewFeed;
}
