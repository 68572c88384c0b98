import type { ReactNode } from 'react';

type Props = {
  title: ReactNode;
  /** tab is the title of the browser's tab where the page's own is more than text. */
  tab?: string;
  text?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
};

/** Page is the main part of a page: its one heading, its actions and what stands below. */
export function Page({ title, tab, text, actions, children }: Props) {
  return (
    <div className="mx-auto w-full max-w-6xl px-4 py-6 sm:px-6">
      <title>{`${tab ?? (typeof title === 'string' ? title : 'Dashboard')} · Zeitwork`}</title>
      <div className="mb-5 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
          {text && <p className="mt-1 max-w-prose text-quiet">{text}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      <div className="space-y-4">{children}</div>
    </div>
  );
}
