import { CircleAlert, Unplug } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { State } from '@/components/state';
import { Table, Td, Th } from '@/components/table';
import { Text } from '@/components/text';
import { Time } from '@/components/time';
import { leakKinds, leakNames, placeName } from './leak-words';

/** LeakLooks says when each place was last looked through for each kind, and why it was not where nobody could. */
export function LeakLooks({ places }: { places: Schemas['LeakPlace'][] }) {
  return (
    <Table label="Where was looked, and when">
      <thead>
        <tr>
          <Th>Place</Th>
          {leakKinds.map((kind) => (
            <Th key={kind}>{leakNames[kind].several}</Th>
          ))}
        </tr>
      </thead>
      <tbody>
        {places.map((place) => (
          <tr key={place.node_id ?? 'platform'}>
            <Td className="min-w-36">
              <span className="font-medium">{placeName(place)}</span>
              {!place.in_touch && (
                <p className="mt-1">
                  <State tone="bad" icon={Unplug} word="Out of touch" />
                </p>
              )}
            </Td>
            <Looks looks={place.looks} />
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function Looks({ looks }: { looks: Schemas['LeakLook'][] }) {
  const [first] = looks;

  // A place that tells nothing says so once.
  if (first?.problem && looks.every((look) => look.problem === first.problem && !look.looked_at)) {
    return (
      <Td colSpan={leakKinds.length}>
        <Look look={first} />
      </Td>
    );
  }

  return leakKinds.map((kind) => {
    const look = looks.find((each) => each.kind === kind);
    return (
      <Td key={kind} className="min-w-32">
        {look ? <Look look={look} /> : <span className="text-quiet">has none</span>}
      </Td>
    );
  });
}

function Look({ look }: { look: Schemas['LeakLook'] }) {
  return (
    <>
      {look.looked_at && <Time at={look.looked_at} />}
      {look.looked_at && look.found > 0 && <p className="text-quiet text-sm">{look.found} found</p>}
      {look.problem && (
        <div>
          <State tone="warn" icon={CircleAlert} word={look.looked_at ? 'Not since' : 'Does not tell'} bare />
          <p className="text-soft text-sm">
            <Text text={look.problem} />
          </p>
        </div>
      )}
      {!look.looked_at && !look.problem && <span className="text-quiet">never</span>}
    </>
  );
}
