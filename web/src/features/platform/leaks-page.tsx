import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import { leakLooksQuery, leaksQuery } from '@/api/queries/platform';
import { Card } from '@/components/card';
import { Empty } from '@/components/empty';
import { Page } from '@/components/page';
import { plural } from '@/lib/units';
import { LeakKinds } from './leak-kinds';
import { LeakLooks } from './leak-looks';
import { LeakTable } from './leak-table';
import { ListAnswer } from './list-answer';
import { Outdated } from './outdated';

/** LeaksPage lists what is there although nothing needs it, and says how well was looked for it. */
export function LeaksPage() {
  const leaks = useSuspenseQuery(leaksQuery());
  const looks = useQuery(leakLooksQuery());
  const { items, kinds, next_cursor: more } = leaks.data;
  const untold = Math.max(0, ...kinds.map((kind) => kind.untold));

  return (
    <Page
      title="Leaks"
      text="VMs, addresses, images and snapshots that are there although nothing needs them. The list is normally empty: what nobody needs is removed within minutes, and only what has stayed for five stands here."
    >
      <Outdated queries={[leaks, looks]} />
      <Card flush title={items.length > 0 ? `Found${more ? ', the first of them' : ''}` : undefined}>
        {items.length > 0 ? (
          <LeakTable leaks={items} />
        ) : (
          <Empty icon={ShieldCheck} title="Nothing is left over">
            {untold === 0
              ? 'Every place was looked through, and all that is there is needed.'
              : `Nothing that anybody knows of: ${plural(untold, 'place does not tell', 'places do not tell')} what is there.`}
          </Empty>
        )}
      </Card>
      <LeakKinds kinds={kinds} />
      <Card flush title="Where was looked" text="Nodes look every minute, workers in the registry and in the database every few minutes.">
        <ListAnswer query={looks} what="places" empty={<Empty icon={ShieldCheck} title="No place to look" />}>
          {(places) => <LeakLooks places={places} />}
        </ListAnswer>
      </Card>
    </Page>
  );
}
