import { CornerDownRight, Ellipsis, RefreshCw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { Button } from '@/components/button';
import { Confirm } from '@/components/confirm';
import { GuardedButton } from '@/components/guarded-button';
import { Menu, MenuItem } from '@/components/menu';
import { Notice } from '@/components/notice';
import { Tag } from '@/components/tag';
import { DomainCertificate } from './domain-certificate';
import { DomainRecords } from './domain-records';
import { DomainState } from './domain-state';
import { DomainTimes } from './domain-times';
import { RedirectDialog } from './redirect-dialog';
import { isUnproven, useDomainRecords } from './use-domain-records';
import { useDomains } from './use-domains';

type Props = {
  domain: Schemas['Domain'];
  environment: Schemas['Environment'] | undefined;
  /** others are the domains of the same environment. */
  others: Schemas['Domain'][];
  reason: string | undefined;
};

/** DomainRow is one domain: whether it answers, and the DNS records that it needs. */
export function DomainRow({ domain, environment, others, reason }: Props) {
  const [asking, setAsking] = useState<'delete' | 'redirect'>();
  const { check, remove } = useDomains(domain.project_id);
  const path = { params: { path: { domain_id: domain.id } } };
  const isCustom = domain.kind === 'custom';
  const unproven = isUnproven(domain);
  const [open, setOpen] = useState(unproven);
  const looked = useDomainRecords(domain, unproven || open);
  const isWild = domain.hostname.startsWith('*');

  return (
    <li className="space-y-3 border-line border-b px-4 py-4 last:border-b-0 sm:px-5">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-56">
          <h3 className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
            {domain.state === 'claimed' || isWild ? (
              <bdi className="wrap-anywhere">{domain.hostname}</bdi>
            ) : (
              <a href={`//${domain.hostname}`} className="wrap-anywhere hover:underline">
                <bdi>{domain.hostname}</bdi>
              </a>
            )}
            <Tag>{environment?.kind === 'preview' ? `Preview ${environment.slug}` : 'Production'}</Tag>
            {!isCustom && <Tag>Generated</Tag>}
          </h3>
          {domain.redirect_to && (
            <p className="mt-0.5 flex items-center gap-1.5 text-quiet text-sm">
              <CornerDownRight aria-hidden className="size-3.5 shrink-0" />
              <span className="min-w-0 wrap-anywhere">
                Sends visitors on to <bdi>{domain.redirect_to}</bdi>
              </span>
            </p>
          )}
          {isCustom && <DomainTimes domain={domain} lookedAt={looked.data?.looked_at} />}
          <DomainCertificate domain={domain} />
        </div>
        <div className="flex shrink-0 items-center gap-2">
          <DomainState state={domain.state} />
          {isCustom && (
            <>
              <GuardedButton reason={reason} size="small" busy={check.isPending} onClick={() => check.mutate(path)}>
                {!check.isPending && <RefreshCw aria-hidden />}
                Check now
              </GuardedButton>
              <Menu
                trigger={
                  <Button look="quiet" size="small" square aria-label={`Actions for ${domain.hostname}`}>
                    <Ellipsis aria-hidden />
                  </Button>
                }
              >
                <MenuItem icon={CornerDownRight} disabled={reason !== undefined} hint={reason} onSelect={() => setAsking('redirect')}>
                  Send visitors on
                </MenuItem>
                <MenuItem icon={Trash2} danger disabled={reason !== undefined} hint={reason} onSelect={() => setAsking('delete')}>
                  Remove
                </MenuItem>
              </Menu>
            </>
          )}
        </div>
      </div>
      {check.error && (
        <Notice tone="bad" live>
          {asProblem(check.error).message}
        </Notice>
      )}
      {domain.message && <Notice tone={domain.state === 'failing' ? 'bad' : 'warn'}>{domain.message}</Notice>}
      {isCustom && (
        <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)} className="group">
          <summary className="w-fit rounded text-quiet text-sm hover:text-text">DNS records</summary>
          <div className="space-y-3 pt-3">
            <DomainRecords domain={domain} looked={looked.data} failed={looked.isError} />
            {unproven && (
              <p className="text-quiet text-sm">
                While you see this page they are looked at again every 15 seconds. What name servers say of a record may be old: it takes as
                long as its TTL until all of them know a new one.
              </p>
            )}
            {looked.error && <Notice tone="warn">What stands in the DNS is not known now. {asProblem(looked.error).message}</Notice>}
          </div>
        </details>
      )}
      {asking === 'redirect' && <RedirectDialog domain={domain} others={others} onClose={() => setAsking(undefined)} />}
      <Confirm
        open={asking === 'delete'}
        onOpenChange={() => setAsking(undefined)}
        title={`Remove ${domain.hostname}?`}
        action="Remove the domain"
        danger
        onConfirm={() => remove.mutateAsync(path)}
      >
        The project stops answering on it at once. Whoever adds it next, you too, needs a new proof in the DNS.
      </Confirm>
    </li>
  );
}
