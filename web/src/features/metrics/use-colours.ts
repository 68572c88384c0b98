import { useEffect, useState } from 'react';
import { onThemeChange, readColours } from './colours';

const tokens = ['surface', 'line', 'quiet', 'text', 'edge', 'good', 'busy', 'warn', 'bad', 'accent', 'magenta', 'cyan'] as const;

export type Colours = Record<string, string>;

/** useColours is the colours that graphs are drawn with; it draws its component again when the theme changes. */
export function useColours(): Colours {
  const [colours, setColours] = useState<Colours>(() => readColours(tokens));
  useEffect(() => onThemeChange(() => setColours(readColours(tokens))), []);
  return colours;
}
