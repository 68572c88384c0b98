import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { Table, Td, Th } from '@/components/table';
import { Text } from '@/components/text';
import { Time } from '@/components/time';
import { leakNames } from './leak-words';

/** LeakTable lists what is there although nothing needs it. */
export function LeakTable({ leaks }: { leaks: Schemas['Leak'][] }) {
  return (
    <Table label="Leaks">
      <thead>
        <tr>
          <Th>What</Th>
          <Th>Where</Th>
          <Th>What is left of it</Th>
          <Th>First seen</Th>
          <Th>Last seen</Th>
        </tr>
      </thead>
      <tbody>
        {leaks.map((leak) => (
          <tr key={leak.id}>
            <Td className="min-w-48">
              <span className="font-medium">{leakNames[leak.kind].one}</span>
              <p className="wrap-anywhere font-mono text-quiet text-sm">
                <Text text={leak.name} />
              </p>
            </Td>
            <Td className="min-w-28">
              {leak.node_id ? (
                <Link
                  to="/platform/nodes/$nodeId"
                  params={{ nodeId: leak.node_id }}
                  className="underline decoration-edge underline-offset-2"
                >
                  {leak.node_name}
                </Link>
              ) : (
                'the platform'
              )}
            </Td>
            <Td className="min-w-64">
              <Text text={leak.detail} />
            </Td>
            <Td>
              <Time at={leak.first_seen_at} />
            </Td>
            <Td>
              <Time at={leak.last_seen_at} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
