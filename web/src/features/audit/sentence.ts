import type { Schemas } from '@/api/client';

type Event = Schemas['AuditEvent'];
type Details = Record<string, unknown>;

/** word is a detail of an event as text; what is missing or of another kind is nothing. */
function word(details: Details, name: string): string {
  const value = Object.hasOwn(details, name) ? details[name] : undefined;
  if (Array.isArray(value)) return value.filter((each) => typeof each === 'string').join(', ');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

const named = (noun: string, name: string) => (name ? `${noun} ${name}` : `a ${noun}`);
const scoped = (scope: string) => (scope && scope !== 'all' ? ` for ${scope === 'preview' ? 'previews' : scope}` : '');

type Says = (word: (name: string) => string) => string;

const project: (verb: string) => Says = (verb) => (w) => `${verb} ${named('project', w('slug')).replace(/^project/, 'the project')}`;
const of = (slug: string) => (slug ? ` of ${slug}` : '');
const variable: (verb: string) => Says = (verb) => (w) => `${verb} ${w('name') || 'of a project'}${of(w('slug'))}${scoped(w('scope'))}`;
const token: (verb: string) => Says = (verb) => (w) => `${verb} ${w('token') ? `the token ${w('token')}` : 'a token'}`;

const channel: (verb: string) => Says = (verb) => (w) =>
  `${verb} ${w('name') ? `the notification channel ${w('name')}` : 'a notification channel'}`;

const parts = (w: (name: string) => string) =>
  ['created', 'replaced', 'deleted'].flatMap((part) => (w(part) ? [`${part} ${w(part)}`] : [])).join('; ');

/** says is what each action did, as what follows the name of who did it. */
const says: Record<Event['action'], Says> = {
  'deployment.approve': () => 'approved a pull request for deployment',
  'deployment.cancel': () => 'cancelled a deployment',
  'deployment.create': (w) => `started a deployment${of(w('commit').slice(0, 7))}${w('project') && ` to ${w('project')}`}`,
  'deployment.promote': () => 'promoted a preview to production',
  'deployment.rebalance': (w) =>
    `moved an instance${of(w('project'))} from ${w('from') || 'a node'} to ${w('to') || 'another one'}, ${w('reason')}`,
  'deployment.redeploy': () => 'deployed the same commit again',
  'deployment.restart': () => 'restarted what is live',
  'deployment.rollback': () => 'rolled back to an earlier deployment',
  'detection.create': () => 'had a repository looked at',
  'device_login.approve': () => 'let a command line sign in',
  'device_login.deny': () => 'refused a command line that wanted to sign in',
  'domain.certificate': (w) => `uploaded a certificate for ${w('hostname')}`,
  'domain.certificate_delete': (w) => `removed the certificate of ${w('hostname')}`,
  'domain.create': (w) => `added the domain ${w('hostname')}`,
  'domain.delete': (w) => `removed the domain ${w('hostname')}`,
  'domain.unverify': (w) => `found the proof of ${w('hostname') || 'a domain'} missing from the DNS`,
  'domain.update': (w) =>
    w('https') || w('hsts_seconds')
      ? `changed how visitors of ${w('hostname')} come by https`
      : w('redirect_to')
        ? `had visitors of ${w('hostname')} sent on to ${w('redirect_to')}`
        : `had visitors of ${w('hostname')} get the app`,
  'domain.verify': (w) => `found ${w('hostname') || 'a domain'} proven by the DNS`,
  'edge.addresses': () => 'told from which addresses it connects to apps',
  'edge.bind_token': () => 'bound its token to its machine',
  'edge.create': () => 'added an edge',
  'edge.delete': () => 'removed an edge',
  'edge.join': () => 'joined',
  'edge.join_token': () => 'made a one-time token of an edge',
  'edge.rotate_token': () => 'replaced the token of an edge',
  'edge.update': (w) => (w('state') === 'draining' ? 'had load balancers leave an edge' : 'had load balancers come back to an edge'),
  'environment.create': () => 'made a preview',
  'environment.delete': () => 'deleted a preview',
  'environment.unpin': () => 'let pushes go live again',
  'environment.update': () => 'changed a preview',
  'environment_variable.access': (w) =>
    w('readable') === 'true' ? `let owners read the values${of(w('slug'))}` : `hid the values${of(w('slug'))}`,
  'environment_variable.delete': variable('deleted the variable'),
  'environment_variable.import': (w) => `changed variables${of(w('slug'))}${scoped(w('scope'))}: ${parts(w)}`,
  'environment_variable.read': variable('read the value of'),
  'environment_variable.set': variable('wrote the variable'),
  'github_app.create': () => 'made the platform’s GitHub App',
  'github_installation.connect': (w) => `connected ${w('account') || 'an account'} on GitHub`,
  'github_installation.disconnect': (w) => `disconnected ${w('account') || 'an account'} on GitHub`,
  'invitation.accept': (w) => `joined${w('role') ? ` as ${w('role')}` : ''}`,
  'invitation.create': (w) => `invited somebody${w('role') ? ` as ${w('role')}` : ''}`,
  'invitation.revoke': () => 'revoked an invitation',
  'member.leave': () => 'left the organisation',
  'member.remove': () => 'removed a member',
  'member.update': (w) => `gave a member the role ${w('role')}`,
  'node.bind_token': () => 'bound its token to its machine',
  'node.create': (w) => `added ${named('node', w('name'))}`,
  'node.delete': () => 'removed a node',
  'node.join': () => 'joined',
  'node.join_token': () => 'made a one-time token of a node',
  'node.rotate_token': () => 'replaced the token of a node',
  'node.update': () => 'changed a node',
  'notification_channel.confirm': channel('noted that the owner of the address wants messages of'),
  'notification_channel.create': channel('added'),
  'notification_channel.delete': channel('removed'),
  'notification_channel.resend_confirmation': channel('asked the owner of the address once more about'),
  'notification_channel.rotate_key': channel('replaced the key of'),
  'notification_channel.stop': channel('noted that the owner of the address wants no messages of'),
  'notification_channel.test': channel('sent a test message to'),
  'notification_channel.update': channel('changed'),
  'operator.sign_in': () => 'signed in as an operator',
  'organisation.create': () => 'made the organisation',
  'organisation.delete': () => 'deleted the organisation',
  'organisation.transfer': () => 'handed the organisation over',
  'organisation.update': (w) =>
    [w('name') && `named the organisation ${w('name')}`, w('slug_before') && `changed its slug from ${w('slug_before')} to ${w('slug')}`]
      .filter(Boolean)
      .join(' and ') || 'changed the organisation',
  'project.check': project('looked for pushes to'),
  'project.create': project('made'),
  'project.delete': (w) => `${project('deleted')(w)}${w('for_good') === 'true' ? ' for good' : ''}`,
  'project.purge': (w) => `${project('deleted')(w)} for good`,
  'project.restore': (w) => `${project('restored')(w)}${w('slug_before') && `, which was ${w('slug_before')}`}`,
  'project.unpin': (w) => `let pushes to production${of(w('slug'))} go live again`,
  'project.update': (w) => `changed ${w('changed').replaceAll('_', ' ') || 'settings'} of ${w('slug') || 'a project'}`,
  'quota.set': () => 'changed what the organisation may use',
  'repository_access.delete': (w) => `deleted how the repository${of(w('slug'))} is read`,
  'repository_access.set': (w) => `set how the repository${of(w('slug'))} is read`,
  'repository_access.trust_host': (w) => `trusted another host key of ${w('host') || 'a host'}`,
  'session.create': () => 'signed in',
  'session.end': () => 'signed out',
  'token.create': token('made'),
  'token.first_use': token('used, for the first time,'),
  'token.revoke': token('revoked'),
  'token.rotate': token('replaced'),
  'user.add': () => 'added a user',
  'user.connect': (w) => `tied the account ${w('github_login')} at GitHub`,
  'user.create': () => 'signed in for the first time',
  'user.sign_in_code': () => 'had a code made to sign in with',
  'user.update': () => 'changed a user',
};

/**
 * sentenceOf is what an event did, without who did it. An action that this page does not know yet is named as it is.
 *
 * @param slug is that of the project which is the event's subject, where it is known
 */
export function sentenceOf(event: Pick<Event, 'action' | 'details'>, slug = ''): string {
  const say = Object.hasOwn(says, event.action) ? says[event.action] : undefined;
  if (!say) return `did ${event.action}`;

  return say((name) => word(event.details, name) || (name === 'slug' ? slug : ''))
    .replace(/\s+/g, ' ')
    .trim();
}
