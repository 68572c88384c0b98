/** AuditSearch is what the log is narrowed to, as it stands in the page's address. */
export type AuditSearch = {
  /** actor is the id of who did something, or `platform` for what nobody asked for. */
  actor?: string;
  subject?: string;
  /** action is how the actions begin, such as `project.`. */
  action?: string;
  /** from and to are days in the user's zone, such as 2026-01-31; both belong to it. */
  from?: string;
  to?: string;
};

const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const actor = new RegExp(`${id.source}|^platform$`);
const day = /^\d{4}-\d{2}-\d{2}$/;
const beginning = /^[a-z_]+\.$/;

/** readSearch takes from an address what is a filter, and passes over what is not. */
export function readSearch(search: Record<string, unknown>): AuditSearch {
  const take = (name: string, pattern: RegExp) => {
    const value = search[name];
    return typeof value === 'string' && pattern.test(value) ? { [name]: value } : {};
  };

  return {
    ...take('actor', actor),
    ...take('subject', id),
    ...take('action', beginning),
    ...take('from', day),
    ...take('to', day),
  };
}

/** midnight is when a day of the user's zone begins, some days later; undefined where there is no such day. */
export function midnight(text: string | undefined, daysLater = 0): string | undefined {
  const [year, month, date] = (text ?? '').split('-').map(Number);
  if (!year || !month || !date) return undefined;

  const begins = new Date(year, month - 1, date + daysLater);
  return Number.isNaN(begins.getTime()) ? undefined : begins.toISOString();
}

/** actionGroups are what actions are about, by how their names begin. */
export const actionGroups: { value: string; name: string }[] = [
  { value: '', name: 'All actions' },
  { value: 'deployment.', name: 'Deployments' },
  { value: 'project.', name: 'Projects' },
  { value: 'environment_variable.', name: 'Variables' },
  { value: 'domain.', name: 'Domains' },
  { value: 'environment.', name: 'Previews' },
  { value: 'repository_access.', name: 'Access to repositories' },
  { value: 'github_installation.', name: 'GitHub accounts' },
  { value: 'member.', name: 'Members' },
  { value: 'invitation.', name: 'Invitations' },
  { value: 'token.', name: 'Tokens' },
  { value: 'notification_channel.', name: 'Notifications' },
  { value: 'organisation.', name: 'Organisation' },
  { value: 'quota.', name: 'Limits' },
];

/** platformActionGroups are those that there are on the whole platform. */
export const platformActionGroups: typeof actionGroups = [
  ...actionGroups,
  { value: 'node.', name: 'Nodes' },
  { value: 'edge.', name: 'Edges' },
  { value: 'user.', name: 'Users' },
  { value: 'operator.', name: 'Operators signing in' },
  { value: 'session.', name: 'Sessions' },
  { value: 'github_app.', name: 'GitHub App' },
];
