import { useQuery } from '@tanstack/react-query';
import { Hammer, Plus } from 'lucide-react';
import { useState } from 'react';
import { buildersQuery } from '@/api/queries/platform';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { Empty } from '@/components/empty';
import { Page } from '@/components/page';
import { AddBuilder } from './add-builder';
import { BuilderRow } from './builder-row';
import { ListAnswer } from './list-answer';
import { Outdated } from './outdated';

/** BuildersPage lists the workers, each with the BuildKit that it builds with. */
export function BuildersPage() {
  const query = useQuery(buildersQuery());
  const [adding, setAdding] = useState(false);
  const button = (
    <Button look="main" onClick={() => setAdding(true)}>
      <Plus aria-hidden />
      Add a builder
    </Button>
  );

  return (
    <Page
      title="Builders"
      text="The workers, which run the steps of deployments, each with the BuildKit that it builds with."
      actions={query.data?.items.length !== 0 && button}
    >
      <Outdated queries={[query]} />
      <Card flush>
        <ListAnswer
          query={query}
          what="builders"
          empty={
            <Empty icon={Hammer} title="No worker" actions={button}>
              Nothing is built or deployed without one. It is here as soon as it is started and reaches the database.
            </Empty>
          }
        >
          {(builders) => (
            <ul className="divide-y divide-line">
              {builders
                .toSorted((a, b) => Number(b.in_touch) - Number(a.in_touch))
                .map((builder) => (
                  <BuilderRow key={builder.id} builder={builder} />
                ))}
            </ul>
          )}
        </ListAnswer>
      </Card>
      <AddBuilder open={adding} onOpenChange={setAdding} />
    </Page>
  );
}
