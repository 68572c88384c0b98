import { type AuditSearch, midnight } from './filter';

/** filterQuery is what /v1 is asked for what the log is narrowed to. */
export function filterQuery(search: AuditSearch) {
  return {
    ...(search.actor === 'platform' ? { actor_kind: 'platform' as const } : search.actor ? { actor_id: search.actor } : {}),
    ...(search.action ? { action: search.action } : {}),
    ...(search.subject ? { subject_id: search.subject } : {}),
    since: midnight(search.from),
    until: midnight(search.to, 1),
  };
}
