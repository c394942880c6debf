/** Light, dark, or as the system says. The choice is kept in this browser; charts follow by `useDark`. */
import { useSyncExternalStore } from 'react';

/** The reader's choice. */
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'swath-theme';
const system = matchMedia('(prefers-color-scheme: dark)');
const watchers = new Set<() => void>();

function isTheme(value: string | null): value is Theme {
  return value === 'system' || value === 'light' || value === 'dark';
}

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return isTheme(value) ? value : 'system';
}

let current = stored();

function apply(): void {
  document.documentElement.style.colorScheme = current === 'system' ? 'light dark' : current;
  for (const watcher of watchers) watcher();
}

apply();
system.addEventListener('change', apply);

/** Sets and keeps the choice. */
export function chooseTheme(theme: Theme): void {
  current = theme;
  localStorage.setItem(KEY, theme);
  apply();
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** The choice. */
export function useTheme(): Theme {
  return useSyncExternalStore(watch, () => current);
}

/** Whether the page is dark now. */
export function useDark(): boolean {
  return useSyncExternalStore(watch, () => (current === 'system' ? system.matches : current === 'dark'));
}
