import { useEffect, useRef, useState } from 'react';

/**
 * useTyped is the text of an input whose value the address has: it changes at once, and is told once it has settled. What the address says counts where it was
 * changed from elsewhere.
 */
export function useTyped(value: string, onChange: (value: string) => void, milliseconds = 300): [string, (text: string) => void] {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const [told, setTold] = useState(value);
  const tell = useRef(onChange);
  tell.current = onChange;

  if (value !== seen) {
    setSeen(value);
    // What was told comes back later, when more may have been typed.
    if (value !== told) {
      setTold(value);
      setText(value);
    }
  }

  useEffect(() => {
    const settled = text.trim();
    if (settled === told) return;
    const timer = setTimeout(() => {
      setTold(settled);
      tell.current(settled);
    }, milliseconds);
    return () => clearTimeout(timer);
  }, [text, told, milliseconds]);

  return [text, setText];
}
