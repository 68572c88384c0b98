import { createFileRoute } from '@tanstack/react-router';
import { queueQuery } from '@/api/queries/platform';
import { readJobFilter } from '@/features/platform/job-filter';
import { QueuePage } from '@/features/platform/queue-page';

export const Route = createFileRoute('/platform/queue')({
  validateSearch: readJobFilter,
  loader: ({ context }) => context.queryClient.ensureQueryData(queueQuery()),
  component: Queue,
});

function Queue() {
  const navigate = Route.useNavigate();
  return <QueuePage filter={Route.useSearch()} onFilter={(search) => void navigate({ search, replace: true })} />;
}
