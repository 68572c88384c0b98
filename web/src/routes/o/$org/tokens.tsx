import { createFileRoute } from '@tanstack/react-router';
import { TokensPage } from '@/features/tokens/tokens-page';

export const Route = createFileRoute('/o/$org/tokens')({ component: Tokens });

function Tokens() {
  const { organisation } = Route.useRouteContext();
  return <TokensPage key={organisation.id} organisation={organisation} />;
}
