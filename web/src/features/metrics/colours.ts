/** readColours resolves colour tokens for a canvas, which knows no CSS variables, as the theme has them now. */
export function readColours<Token extends string>(tokens: readonly Token[]): Record<Token, string> {
  const probe = document.createElement('span');
  probe.hidden = true;
  document.body.append(probe);

  try {
    return Object.fromEntries(
      tokens.map((token) => {
        probe.style.color = `var(--${token})`;
        return [token, getComputedStyle(probe).color];
      }),
    ) as Record<Token, string>;
  } finally {
    probe.remove();
  }
}

/** onThemeChange calls back when the user has chosen another theme, or the system has. It returns how to stop. */
export function onThemeChange(changed: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const chosen = new MutationObserver(changed);
  chosen.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  system.addEventListener('change', changed);

  return () => {
    chosen.disconnect();
    system.removeEventListener('change', changed);
  };
}

/** faded is a colour of which a share is left, for areas. */
export function faded(colour: string, share: number): string {
  return `color-mix(in srgb, ${colour} ${share * 100}%, transparent)`;
}

/** soft is a colour that stands back, and still differs from its ground as much as graphics must. */
export function soft(colour: string, ground: string): string {
  return `color-mix(in srgb, ${colour} 70%, ${ground})`;
}
