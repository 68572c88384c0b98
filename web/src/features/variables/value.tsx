/** Value is the value of a variable, or dots in its place. Its lines stay lines, and a long one scrolls. */
export function Value({ value, shown }: { value: string | undefined; shown: boolean }) {
  if (!shown || value === undefined) {
    return (
      <span className="font-mono text-quiet text-sm">
        <span aria-hidden>••••••••</span>
        <span className="sr-only">hidden</span>
      </span>
    );
  }
  if (value === '') return <span className="text-quiet italic">(empty)</span>;

  return (
    <bdi
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
      tabIndex={0}
      className="block max-h-32 min-w-0 overflow-y-auto whitespace-pre-wrap rounded bg-page px-2 py-1 font-mono text-sm wrap-anywhere"
    >
      {value}
    </bdi>
  );
}
