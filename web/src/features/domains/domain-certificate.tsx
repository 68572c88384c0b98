import { Lock } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { Notice } from '@/components/notice';
import { Time } from '@/components/time';

const words = {
  ordering: 'Its certificate is being ordered',
  active: 'Its certificate is good',
  expiring: 'Its certificate expires soon',
  failed: 'It has no good certificate',
} as const;

/** DomainCertificate tells how the certificate of a domain stands with which edges end TLS, and what keeps it from being ordered. */
export function DomainCertificate({ domain }: { domain: Schemas['Domain'] }) {
  const certificate = domain.certificate;
  if (!certificate) return null;

  return (
    <>
      <p className="mt-0.5 flex items-center gap-1.5 text-quiet text-sm">
        <Lock aria-hidden className="size-3.5 shrink-0" />
        <span className="min-w-0 wrap-anywhere">
          {words[certificate.state]}
          {certificate.not_after && (
            <>
              {certificate.state === 'failed' ? ', and expired' : ' until'} <Time at={certificate.not_after} />
            </>
          )}
          {certificate.source === 'uploaded' && '; it was uploaded'}
          {domain.https === 'redirect' && '; http leads to https'}
        </span>
      </p>
      {certificate.message && <Notice tone={certificate.state === 'failed' ? 'bad' : 'warn'}>{certificate.message}</Notice>}
    </>
  );
}
