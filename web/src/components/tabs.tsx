import { Link, type LinkProps } from '@tanstack/react-router';
import { useCurrentInView } from '@/lib/use-current-in-view';

export type Tab = { name: string; to: LinkProps['to']; params?: Record<string, string>; exact?: boolean };

/** Tabs lead to the pages of one thing, each with an address of its own. */
export function Tabs({ label, tabs }: { label: string; tabs: Tab[] }) {
  const list = useCurrentInView();

  return (
    <nav ref={list} aria-label={label} className="-mb-px flex gap-1 overflow-x-auto">
      {tabs.map((tab) => (
        <Link
          key={tab.name}
          to={tab.to}
          params={tab.params as never}
          activeOptions={{ exact: tab.exact ?? false, includeSearch: false }}
          className="shrink-0 border-transparent border-b-2 px-2 py-2 text-quiet no-underline outline-offset-[-2px] hover:text-text aria-[current=page]:border-text aria-[current=page]:font-medium aria-[current=page]:text-text"
        >
          {tab.name}
        </Link>
      ))}
    </nav>
  );
}
