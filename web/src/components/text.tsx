import { cn } from '@/lib/cn';

const longest = 300;

/** Text shows a text that somebody else wrote: a name, a branch, a message. Its direction stays inside it, what is too long is cut, and nothing becomes
 * "(empty)". The whole of it shows on hover. */
export function Text({ text, empty = '(empty)', className }: { text: string | undefined; empty?: string; className?: string }) {
  const visible = text?.trim();
  if (!visible) return <span className="text-quiet italic">{empty}</span>;

  const cut = visible.length > longest ? `${visible.slice(0, longest)}…` : visible;

  return (
    <bdi title={cut === visible ? undefined : visible.slice(0, 10 * longest)} className={cn('wrap-anywhere', className)}>
      {cut}
    </bdi>
  );
}
