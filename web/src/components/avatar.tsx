/** Avatar stands for a person or an organisation by the first letter of its name: pictures from elsewhere are not loaded. */
export function Avatar({ name }: { name: string }) {
  return (
    <span
      aria-hidden
      className="inline-flex size-6 shrink-0 items-center justify-center rounded-full bg-accent-page font-semibold text-accent text-xs uppercase"
    >
      {Array.from(name.trim())[0] ?? '?'}
    </span>
  );
}
