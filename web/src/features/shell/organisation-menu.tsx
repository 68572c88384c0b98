import { useQuery } from '@tanstack/react-query';
import { Check, ChevronsUpDown, Plus } from 'lucide-react';
import { Suspense, useState } from 'react';
import type { Schemas } from '@/api/client';
import { organisationsQuery } from '@/api/queries/session';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { Menu, MenuHeading, MenuItem, MenuLink, MenuSeparator } from '@/components/menu';
import { lazyPart } from '@/lib/lazy-part';

const CreateOrganisation = lazyPart(() => import('@/features/organisation/create-organisation'));

/** OrganisationMenu names the organisation whose pages are shown, and leads to the user's others. */
export function OrganisationMenu({ organisation }: { organisation?: Schemas['Organisation'] }) {
  const { data } = useQuery(organisationsQuery());
  const [creating, setCreating] = useState(false);
  const name = organisation?.name || organisation?.slug || 'Zeitwork';

  return (
    <>
      <Menu
        align="start"
        trigger={
          <Button look="quiet" className="w-full max-w-full justify-start px-2 text-text">
            <Avatar name={name} />
            <span className="min-w-0 flex-1 truncate text-left">
              <bdi>{name}</bdi>
            </span>
            <ChevronsUpDown aria-hidden className="text-quiet" />
          </Button>
        }
      >
        <MenuHeading>Organisations</MenuHeading>
        {data?.items?.map((each) => (
          <MenuLink key={each.id} to={`/o/${each.slug}`} icon={each.id === organisation?.id ? Check : undefined}>
            <bdi>{each.name || each.slug}</bdi>
          </MenuLink>
        ))}
        <MenuSeparator />
        <MenuItem icon={Plus} onSelect={() => setCreating(true)}>
          New organisation
        </MenuItem>
      </Menu>
      {creating && (
        <Suspense>
          <CreateOrganisation open={creating} onOpenChange={setCreating} />
        </Suspense>
      )}
    </>
  );
}
