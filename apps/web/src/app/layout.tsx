/** The frame of the signed-in pages: where one can go, whether it is live, theme, and signing out. */
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { LogOut } from 'lucide-react';
import { signOut } from '../api/session.js';
import { timeZone } from '../format/time.js';
import { Keys } from './keys.js';
import { LiveProvider } from './live.js';
import { LivePill } from './live-pill.js';
import { ThemeSwitch } from './theme-switch.js';

/** Frame and page. */
export function Layout() {
  return (
    <LiveProvider>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <Header />
      <main id="main" className="page" tabIndex={-1}>
        <Outlet />
      </main>
      <footer className="footer muted">Times are in {timeZone}.</footer>
      <Keys />
    </LiveProvider>
  );
}

/** Team and project of the address, or those every installation has. */
export function useProject(): { readonly team: string; readonly project: string } {
  const { team = 'default', project = 'default' } = useParams({ strict: false });
  return { team, project };
}

function Header() {
  const params = useProject();
  return (
    <header className="header">
      <Link to="/$team/$project/sweeps" params={params} className="brand">
        Swath
      </Link>
      <nav aria-label="Main" className="nav">
        <Link to="/$team/$project/sweeps" params={params}>
          Sweeps
        </Link>
        <Link to="/-/pools">Pools &amp; nodes</Link>
        <Link to="/-/cost">Cost</Link>
      </nav>
      <span className="spacer" />
      <Link to="/$team/$project/sweeps/new" params={params} className="button primary">
        New sweep
      </Link>
      <LivePill />
      <ThemeSwitch />
      <SignOut />
    </header>
  );
}

function SignOut() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = async () => {
    await signOut();
    client.clear();
    await navigate({ to: '/login' });
  };
  return (
    <button
      type="button"
      className="icon-button"
      onClick={() => void leave()}
      aria-label="Sign out"
      title="Sign out"
    >
      <LogOut size={18} aria-hidden="true" />
    </button>
  );
}
