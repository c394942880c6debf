/** Goes through system, light and dark. */
import { Monitor, Moon, Sun } from 'lucide-react';
import { chooseTheme, useTheme } from './theme.js';
import type { Theme } from './theme.js';

const next: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const icons = { system: Monitor, light: Sun, dark: Moon } as const;

/** The button; `t` does the same. */
export function ThemeSwitch() {
  const theme = useTheme();
  const Icon = icons[theme];
  const label = `Theme: ${theme}. Switch to ${next[theme]}`;
  return (
    <button type="button" className="icon-button" onClick={switchTheme} aria-label={label} title={label}>
      <Icon size={18} aria-hidden="true" />
    </button>
  );

  function switchTheme(): void {
    chooseTheme(next[theme]);
  }
}
