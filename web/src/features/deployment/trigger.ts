import type { Schemas } from '@/api/client';

const words: Record<Schemas['Deployment']['trigger'], string> = {
  push: 'by a push',
  manual: 'by hand',
  redeploy: 'as a redeploy',
  rollback: 'as a rollback',
  promote: 'as a promotion',
  restore: 'with its project, which was restored',
};

/** triggerWords says what started a deployment, to stand after "from main" and the like. */
export function triggerWords(trigger: Schemas['Deployment']['trigger']): string {
  return words[trigger];
}
