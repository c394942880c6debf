/** The routes: own pages under `/-/`, a project's pages under `/{team}/{project}/`, in the shape of the links wandb prints. */
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import type { QueryClient } from '@tanstack/react-query';
import { RequestError } from '../api/problem.js';
import { callerQuery } from '../api/session.js';
import { Layout } from './layout.js';
import {
  compareSearch,
  costSearch,
  loginSearch,
  submitSearch,
  sweepListSearch,
  sweepSearch,
  trialSearch,
} from './search.js';
import { Failed, Loading } from './views.js';

const root = createRootRouteWithContext<{ readonly client: QueryClient }>()();

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: loginSearch,
  component: lazyRouteComponent(() => import('../login/login-page.js'), 'LoginPage'),
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  component: Layout,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.client.ensureQueryData(callerQuery);
    } catch (error) {
      if (!(error instanceof RequestError) || !error.isSignedOut) throw error;
      redirect({ to: '/login', search: location.href === '/' ? {} : { next: location.href }, throw: true });
    }
  },
});

const home = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  beforeLoad: () => {
    redirect({ to: '/$team/$project/sweeps', params: { team: 'default', project: 'default' }, throw: true });
  },
});

const project = createRoute({ getParentRoute: () => signedIn, path: '$team/$project' });

const projectHome = createRoute({
  getParentRoute: () => project,
  path: '/',
  beforeLoad: ({ params }) => {
    redirect({ to: '/$team/$project/sweeps', params, throw: true });
  },
});

const sweeps = createRoute({
  getParentRoute: () => project,
  path: 'sweeps',
  validateSearch: sweepListSearch,
  component: lazyRouteComponent(() => import('../sweeps/sweep-list-page.js'), 'SweepListPage'),
});

const sweep = createRoute({
  getParentRoute: () => project,
  path: 'sweeps/$sweepId',
  validateSearch: sweepSearch,
  component: lazyRouteComponent(() => import('../sweeps/sweep-page.js'), 'SweepPage'),
});

const submit = createRoute({
  getParentRoute: () => project,
  path: 'sweeps/new',
  validateSearch: submitSearch,
  component: lazyRouteComponent(() => import('../submit/submit-page.js'), 'SubmitPage'),
});

const trial = createRoute({
  getParentRoute: () => project,
  path: 'sweeps/$sweepId/trials/$number',
  validateSearch: trialSearch,
  component: lazyRouteComponent(() => import('../trials/trial-page.js'), 'TrialPage'),
});

const run = createRoute({
  getParentRoute: () => project,
  path: 'runs/$runId',
  component: lazyRouteComponent(() => import('../trials/run-page.js'), 'RunPage'),
});

const compare = createRoute({
  getParentRoute: () => project,
  path: 'compare',
  validateSearch: compareSearch,
  component: lazyRouteComponent(() => import('../trials/compare-page.js'), 'ComparePage'),
});

const pools = createRoute({
  getParentRoute: () => signedIn,
  path: '/-/pools',
  component: lazyRouteComponent(() => import('../fleet/pools-page.js'), 'PoolsPage'),
});

const cost = createRoute({
  getParentRoute: () => signedIn,
  path: '/-/cost',
  validateSearch: costSearch,
  component: lazyRouteComponent(() => import('../money/cost-page.js'), 'CostPage'),
});

const records = createRoute({
  getParentRoute: () => signedIn,
  path: '/-/cost/records',
  validateSearch: costSearch,
  component: lazyRouteComponent(() => import('../money/records-page.js'), 'RecordsPage'),
});

const statement = createRoute({
  getParentRoute: () => signedIn,
  path: '/-/cost/statement',
  validateSearch: costSearch,
  component: lazyRouteComponent(() => import('../money/statement-page.js'), 'StatementPage'),
});

const budget = createRoute({
  getParentRoute: () => signedIn,
  path: '/-/cost/budgets/$budgetId',
  component: lazyRouteComponent(() => import('../money/budget-page.js'), 'BudgetPage'),
});

const tree = root.addChildren([
  login,
  signedIn.addChildren([
    home,
    pools,
    cost,
    records,
    statement,
    budget,
    project.addChildren([projectHome, sweeps, submit, sweep, trial, run, compare]),
  ]),
]);

/** The router. */
export function createAppRouter(client: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { client },
    defaultPreload: 'intent',
    defaultPendingComponent: () => <Loading rows={8} />,
    defaultErrorComponent: ({ error, reset }) => <Failed error={toError(error)} retry={reset} />,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function NotFound() {
  return (
    <main className="page">
      <h1>There is no such page</h1>
      <p>
        <a href="/">Go to the sweeps</a>
      </p>
    </main>
  );
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
