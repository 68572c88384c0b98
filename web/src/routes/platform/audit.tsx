import { createFileRoute } from '@tanstack/react-router';
import { readSearch } from '@/features/audit/filter';
import { PlatformAudit } from '@/features/platform/platform-audit';

export const Route = createFileRoute('/platform/audit')({ validateSearch: readSearch, component: Audit });

function Audit() {
  const navigate = Route.useNavigate();
  return <PlatformAudit search={Route.useSearch()} onSearch={(search) => void navigate({ search, replace: true })} />;
}
