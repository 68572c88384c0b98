import type { Schemas } from '@/api/client';
import { CopyButton } from '@/components/copy-button';
import { Time } from '@/components/time';
import { RecordState } from './record-state';

type Props = {
  records: Schemas['DNSRecord'][];
  /** looked is what stands in the DNS; undefined where it was not asked yet. */
  looked: Schemas['DomainRecords'] | undefined;
  /** failed tells whether the platform could not say what stands there. */
  failed: boolean;
};

const most = 5;

/** RecordList is DNS records to be made, each with what stands there now, and when that was looked at. */
export function RecordList({ records, looked, failed }: Props) {
  return (
    <ul className="overflow-clip rounded-md border border-line">
      {records.map((record) => {
        const found = looked?.records.find((each) => each.type === record.type && each.name === record.name && each.value === record.value);
        // Without a CNAME record no visitors come, whatever else proves the domain.
        const isNeeded = !(record.proof && record.type === 'TXT' && looked?.proven);

        return (
          <li key={`${record.type} ${record.name} ${record.value}`} className="border-line border-b px-3 py-2 last:border-b-0">
            <dl className="grid gap-x-4 sm:grid-cols-[4rem_minmax(0,2fr)_minmax(0,3fr)]">
              <Part name="Type" text={record.type} />
              <Part name="Name" text={record.name} copy />
              <Part name="Expected value" text={record.value} copy />
            </dl>
            <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
              <span role="status">
                <RecordState found={found} isNeeded={isNeeded} failed={failed} />
              </span>
              {found?.answered && !found.ok && <Found found={found.found} />}
              {looked && (
                <span className="text-quiet">
                  Looked <Time at={looked.looked_at} />
                </span>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function Part({ name, text, copy = false }: { name: string; text: string; copy?: boolean }) {
  return (
    <div className="min-w-0">
      <dt className="text-quiet text-xs">{name}</dt>
      <dd className="flex min-h-7 min-w-0 items-center gap-1">
        <bdi className="min-w-0 font-mono text-sm wrap-anywhere">{text}</bdi>
        {copy && <CopyButton text={text} what={`the ${name.toLowerCase()} ${text}`} />}
      </dd>
    </div>
  );
}

function Found({ found }: { found: string[] }) {
  if (found.length === 0) return <span className="text-quiet">Found: nothing.</span>;

  return (
    <span className="min-w-0 text-quiet wrap-anywhere">
      Found: <bdi className="font-mono">{found.slice(0, most).join(', ').slice(0, 500)}</bdi>
      {found.length > most && ` and ${found.length - most} more`}
    </span>
  );
}
