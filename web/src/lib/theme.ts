import { useSyncExternalStore } from 'react';

const key = 'zeitwork.theme';

export type Theme = 'system' | 'light' | 'dark';

export const themes: { value: Theme; name: string }[] = [
  { value: 'system', name: 'As the system' },
  { value: 'light', name: 'Light' },
  { value: 'dark', name: 'Dark' },
];

const listeners = new Set<() => void>();

// Another page of this browser has chosen a theme, or has emptied what the browser keeps.
window.addEventListener('storage', (event) => {
  if (event.key === key || event.key === null) show(themeOf(event.newValue));
});

/** useTheme is the theme that the user has chosen in this browser, wherever that was done. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, chosenTheme);
}

/** chosenTheme is the theme that the user has chosen in this browser. public/theme.js reads the same key before the page is drawn. */
export function chosenTheme(): Theme {
  return themeOf(document.documentElement.dataset.theme);
}

export function chooseTheme(theme: Theme): void {
  show(theme);

  try {
    localStorage.setItem(key, theme);
  } catch {
    // A browser that keeps nothing keeps the theme for this page alone.
  }
}

function show(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function themeOf(text: string | null | undefined): Theme {
  return text === 'light' || text === 'dark' ? text : 'system';
}
