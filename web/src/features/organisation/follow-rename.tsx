import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { Schemas } from '@/api/client';
import { organisationsQuery } from '@/api/queries/session';
import { renamedPath } from './renamed-path';

/**
 * FollowRename has the page follow when the organisation gets another name or slug, here or in another tab: the same page, with all that was typed, by the
 * new address.
 */
export function FollowRename({ organisation }: { organisation: Schemas['Organisation'] }) {
  const navigate = useNavigate();
  const router = useRouter();
  const { data } = useQuery(organisationsQuery());
  const now = data?.items?.find(({ id }) => id === organisation.id);
  const slug = now?.slug ?? organisation.slug;
  const name = now?.name ?? organisation.name;

  useEffect(() => {
    if (slug !== organisation.slug) {
      const { pathname, hash } = router.state.location;
      void navigate({ to: renamedPath(pathname, slug), search: true, hash, replace: true, ignoreBlocker: true, resetScroll: false });
    } else if (name !== organisation.name) {
      // What stands in the context of the pages is otherwise made anew with the next navigation alone.
      void router.invalidate();
    }
  }, [slug, name, organisation.slug, organisation.name, navigate, router]);

  return null;
}
