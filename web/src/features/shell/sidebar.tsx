import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { sessionQuery } from '@/api/queries/session';
import { organisationPlaces, type Place, platformPlaces } from './places';

/** Sidebar leads to the pages of the organisation, and operators to those of the platform. */
export function Sidebar({ organisation }: { organisation?: Schemas['Organisation'] }) {
  const { data: session } = useQuery(sessionQuery());

  return (
    <nav aria-label="Pages" className="min-h-0 overflow-y-auto px-2 pb-4">
      {organisation && <Places base={`/o/${organisation.slug}`} places={organisationPlaces} />}
      {session?.user.operator && (
        <>
          <h2 className="mt-5 mb-1 px-2 font-medium text-quiet text-sm">Platform</h2>
          <Places base="/platform" places={platformPlaces} />
        </>
      )}
    </nav>
  );
}

function Places({ base, places }: { base: string; places: Place[] }) {
  return (
    <ul className="space-y-px">
      {places.map(({ name, icon: Icon, path, exact }) => (
        <li key={name}>
          <Link
            to={base + path}
            activeOptions={{ exact: exact ?? false }}
            className="flex h-8 items-center gap-2.5 rounded-md px-2 text-soft no-underline hover:bg-hover aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-text"
          >
            <Icon aria-hidden className="size-4 text-quiet" />
            {name}
          </Link>
        </li>
      ))}
    </ul>
  );
}
