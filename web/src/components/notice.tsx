import { CircleAlert, Info, type LucideIcon, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';

type Tone = 'busy' | 'warn' | 'bad';

const looks: Record<Tone, { icon: LucideIcon; box: string; ink: string }> = {
  busy: { icon: Info, box: 'bg-busy-page', ink: 'text-busy' },
  warn: { icon: TriangleAlert, box: 'bg-warn-page', ink: 'text-warn' },
  bad: { icon: CircleAlert, box: 'bg-bad-page', ink: 'text-bad' },
};

type Props = {
  tone?: Tone;
  title?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
  /** live has screen readers say it when it appears. */
  live?: boolean;
};

/** Notice says something that the user should know before going on. */
export function Notice({ tone = 'busy', title, actions, children, live = false }: Props) {
  const { icon: Icon, box, ink } = looks[tone];

  return (
    <div role={live ? (tone === 'bad' ? 'alert' : 'status') : undefined} className={cn('flex gap-3 rounded-lg px-4 py-3', box)}>
      <Icon aria-hidden className={cn('mt-0.5 size-4 shrink-0', ink)} />
      {/* Where there is little room what can be done stands below what is said. */}
      <div className="flex min-w-0 flex-1 flex-wrap items-start gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-60">
          {title && <p className={cn('font-semibold', ink)}>{title}</p>}
          {children && <div className={cn('wrap-anywhere text-soft', title ? 'mt-1' : '')}>{children}</div>}
        </div>
        {actions && <div className="flex shrink-0 items-center gap-2">{actions}</div>}
      </div>
    </div>
  );
}
