import type { Schemas } from '@/api/client';
import { RecordList } from './record-list';

type Props = { domain: Schemas['Domain']; looked: Schemas['DomainRecords'] | undefined; failed: boolean };

/** DomainRecords says which DNS records a domain needs: one that proves whose it is, and those that bring visitors. */
export function DomainRecords({ domain, looked, failed }: Props) {
  const records = domain.records ?? [];
  const proofs = records.filter(({ proof }) => proof);
  const others = records.filter(({ proof }) => !proof);

  return (
    <div className="space-y-4">
      {proofs.length > 0 && (
        <div className="space-y-2">
          <h4 className="font-medium">
            {proofs.length === 1 ? 'This record proves that the domain is yours' : 'One of these proves that the domain is yours'}
          </h4>
          <RecordList records={proofs} looked={looked} failed={failed} />
        </div>
      )}
      {others.length > 0 && (
        <div className="space-y-2">
          <h4 className="font-medium">{others.length === 1 ? 'This one brings visitors' : 'These bring visitors'}</h4>
          <RecordList records={others} looked={looked} failed={failed} />
        </div>
      )}
      {records.some(({ type }) => type === 'ALIAS') && (
        <p className="text-quiet text-sm">
          ALIAS is what DNS providers call ALIAS, ANAME or a flattened CNAME: for names that cannot have a CNAME.
        </p>
      )}
    </div>
  );
}
