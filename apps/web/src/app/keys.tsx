/** Keys of the whole app, and the sheet that lists them. They do nothing while one types or holds a modifier. */
import { useEffect, useRef, useState } from 'react';
import { Dialog } from '@base-ui/react/dialog';
import { useNavigate } from '@tanstack/react-router';
import { useLive } from './live.js';
import { chooseTheme, useDark } from './theme.js';

const sheet = [
  ['?', 'Show this list'],
  ['/', 'Go to the filter of the page'],
  ['p', 'Pause live updates, or go on'],
  ['t', 'Switch between light and dark'],
  ['g s', 'Go to the sweeps'],
  ['g p', 'Go to pools and nodes'],
  ['g c', 'Go to cost'],
  ['n', 'Write a new sweep'],
] as const;

/** How long the second key of a pair may take, milliseconds. */
const PAIR_MS = 1_500;

/** Listens, and shows the sheet. */
export function Keys() {
  const [isOpen, setOpen] = useState(false);
  const press = useActions(() => setOpen(true));
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (press(event.key)) event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [press]);
  return (
    <Dialog.Root open={isOpen} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog">
          <Dialog.Title>Keys</Dialog.Title>
          <dl className="keys">
            {sheet.map(([key, does]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
          <Dialog.Close className="button">Close</Dialog.Close>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function useActions(showSheet: () => void): (key: string) => boolean {
  const { toggle } = useLive();
  const isDark = useDark();
  const navigate = useNavigate();
  const first = useRef({ key: '', at: 0 });
  const project = { team: 'default', project: 'default' };
  const actions: Readonly<Record<string, () => void>> = {
    '?': showSheet,
    '/': () => document.querySelector<HTMLElement>('[data-filter]')?.focus(),
    p: toggle,
    t: () => chooseTheme(isDark ? 'light' : 'dark'),
    'g s': () => void navigate({ to: '/$team/$project/sweeps', params: project }),
    'g p': () => void navigate({ to: '/-/pools' }),
    'g c': () => void navigate({ to: '/-/cost' }),
    n: () => void navigate({ to: '/$team/$project/sweeps/new', params: project }),
  };
  return (key) => {
    const pair = performance.now() - first.current.at < PAIR_MS ? `${first.current.key} ${key}` : key;
    first.current = { key, at: performance.now() };
    const action = actions[pair] ?? actions[key];
    action?.();
    return action !== undefined;
  };
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}
