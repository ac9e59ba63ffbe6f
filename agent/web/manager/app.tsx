import type { JSX } from 'preact';
import { Banner } from './banner.tsx';
import { Baskets } from './baskets.tsx';
import { Cameras } from './cameras.tsx';
import { Campaigns } from './campaigns.tsx';
import { Channels } from './channels.tsx';
import { Decisions } from './decisions.tsx';
import { Devices } from './devices.tsx';
import { Experiments } from './experiments.tsx';
import { Fairness } from './fairness.tsx';
import { Figures, Funnel, Withheld } from './figures.tsx';
import { FloorPlan } from './floor-plan.tsx';
import { SetUp, SignIn } from './forms.tsx';
import { Header } from './header.tsx';
import { HourChart } from './hour-chart.tsx';
import { Learnt } from './learnt.tsx';
import { ModelCard } from './model-card.tsx';
import { Money } from './money.tsx';
import { usePage } from './page.ts';
import { Posters } from './posters.tsx';
import { Quarantine } from './quarantine.tsx';
import { Cloud, Machine, Recent, Traffic } from './system.tsx';
import { FloorTraffic } from './traffic.tsx';
import { UnknownDevices } from './unknown-devices.tsx';
import { Arrival, View } from './view.tsx';

/** The manager page: set up, sign in, or the desk. */
export function ManagerApp(): JSX.Element {
  const { desk } = usePage();
  switch (desk.stage.value) {
    case 'loading':
      return <Wait sentence="One moment…" />;
    case 'unreachable':
      return <Unreachable />;
    case 'set-up':
      return <SetUp />;
    case 'sign-in':
      return <SignIn />;
    case 'desk':
      return <DeskPage />;
  }
}

function Wait(props: { readonly sentence: string }): JSX.Element {
  return (
    <main id="main" class="gate" tabIndex={-1}>
      <h1 class="visually-hidden">Endcap</h1>
      <p role="status">{props.sentence}</p>
    </main>
  );
}

function Unreachable(): JSX.Element {
  const { desk } = usePage();
  return (
    <main id="main" class="gate" tabIndex={-1}>
      <div class="gate-box">
        <h1>The agent does not answer</h1>
        <p class="lead">Check that its computer is on and in the same network, then try again.</p>
        <button type="button" class="button primary" onClick={() => void desk.start()}>
          Try again
        </button>
      </div>
    </main>
  );
}

/** The answer first, on every view; then the day, and what it is made of, a view at a time. */
function DeskPage(): JSX.Element {
  const { desk } = usePage();
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Header />
      {desk.overview.value === undefined ? (
        <main id="main" class="gate" tabIndex={-1}>
          <h1 class="visually-hidden">Endcap</h1>
          <p role="status">Waiting for the first news of the store…</p>
        </main>
      ) : (
        <main id="main" class="desk" tabIndex={-1}>
          <Banner />
          <View id="today">
            <Figures />
            <FloorPlan />
            <Funnel />
            <Money />
            <Withheld />
            <HourChart />
            <Recent />
            <FloorTraffic />
          </View>
          <View id="offers">
            <Campaigns />
            <Learnt />
            <Channels />
            <Baskets />
            <Experiments />
          </View>
          <View id="decisions">
            <Decisions />
            <ModelCard />
            <Fairness />
          </View>
          <View id="devices">
            <Devices />
            <UnknownDevices />
            <Cameras />
            <Quarantine />
          </View>
          <View id="computer">
            <Machine />
            <Traffic />
            <Cloud />
          </View>
          <View id="codes">
            <Posters />
          </View>
          <Arrival />
        </main>
      )}
    </>
  );
}
