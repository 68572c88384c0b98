import { useState } from 'react';

/** usePreference is a choice that this browser remembers. */
export function usePreference(key: string, otherwise: boolean): [boolean, (value: boolean) => void] {
  const [value, setValue] = useState(() => {
    try {
      return (localStorage.getItem(key) ?? String(otherwise)) === 'true';
    } catch {
      return otherwise;
    }
  });

  const set = (next: boolean) => {
    setValue(next);
    try {
      localStorage.setItem(key, String(next));
    } catch {
      // A browser that keeps nothing keeps it for this page alone.
    }
  };

  return [value, set];
}
