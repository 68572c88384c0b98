/** Kbd is a key, or several to be pressed together. */
export function Kbd({ keys }: { keys: string }) {
  return <kbd className="whitespace-nowrap rounded border border-line bg-page px-1.5 font-mono text-quiet text-xs">{keys}</kbd>;
}
