import { createFileRoute, useLocation, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Card } from '@/components/card';
import { Page } from '@/components/page';
import { lineHash, parseLineHash } from '@/features/log/line-hash';
import { LogViewer } from '@/features/log/log-viewer';
import { MemorySource } from '@/features/log/memory-source';
import { growingLog, hostileLog, largeLog, lostLog, refusedLog } from '@/features/log/sample-logs';

const names = ['large', 'hostile', 'growing', 'lost', 'refused', 'empty'] as const;

type Sample = (typeof names)[number];

// The first load of every page has the names alone; the samples come with this one.
const samples: Record<Sample, () => MemorySource> = {
  large: () => largeLog(100_000),
  hostile: hostileLog,
  growing: growingLog,
  lost: lostLog,
  refused: refusedLog,
  empty: () => new MemorySource(),
};

// The states of the log viewer, without a platform: for pictures and measures.
export const Route = createFileRoute('/components/log')({
  validateSearch: (search): { of: Sample } => ({ of: names.find((name) => name === search.of) ?? 'hostile' }),
  component: LogSamples,
});

function LogSamples() {
  const { of }: { of: Sample } = Route.useSearch();
  const source = useMemo(() => samples[of](), [of]);
  const hash = useLocation({ select: (location) => location.hash });
  const selected = useMemo(() => parseLineHash(hash), [hash]);
  const navigate = useNavigate();

  return (
    <main>
      <Page title="A log">
        <Card title={of} flush>
          <LogViewer
            key={of}
            label="Build log"
            source={source}
            grows={of === 'growing' || of === 'lost'}
            selected={selected}
            onSelect={(range) => void navigate({ to: '.', search: true, hash: lineHash(range), replace: true, resetScroll: false })}
            fileName="sample.log"
            empty="Nothing was written."
          />
        </Card>
      </Page>
    </main>
  );
}
